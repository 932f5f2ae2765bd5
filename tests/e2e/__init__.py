"""The site in a real browser, as the people it is for."""
