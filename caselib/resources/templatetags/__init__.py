"""Template tags of the admin of resources."""
