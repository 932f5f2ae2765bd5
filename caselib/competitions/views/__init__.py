"""Views of competitions: they parse, call a service or selector, and render."""
