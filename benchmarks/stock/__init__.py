"""A page type written the way Wagtail's tutorial writes one: the comparison for our own."""
