"""Models of the competitions app."""
