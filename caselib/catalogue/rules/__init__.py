"""Pure rules of the catalogue: each answers None or a refusal that says what to do instead."""
