"""Views of the review app, by the person who uses them."""
