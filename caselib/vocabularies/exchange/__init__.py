"""Vocabularies out and in: SKOS (Turtle, JSON-LD) and CSV, with a dry run that says what would change."""
