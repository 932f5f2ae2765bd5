"""Models of the anthologies app."""
