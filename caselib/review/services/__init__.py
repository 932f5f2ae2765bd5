"""The verbs of the review app, by subject."""
