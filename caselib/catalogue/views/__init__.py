"""Views of the catalogue: parse a form, call a service or a selector, render."""
