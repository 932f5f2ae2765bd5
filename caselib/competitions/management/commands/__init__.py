"""Commands of competitions."""
