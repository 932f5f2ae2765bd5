"""Every non-trivial query of the review app."""
