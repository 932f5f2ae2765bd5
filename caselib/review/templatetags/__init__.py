"""Template tags of the review app."""
