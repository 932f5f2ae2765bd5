"""Management of competitions."""
