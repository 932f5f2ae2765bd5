"""Pure rules of competitions: each answers None or a Refusal, and none touches the database."""
