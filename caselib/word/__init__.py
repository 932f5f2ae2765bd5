"""Reading and writing Word files: the only package that knows OOXML; no Django, no ORM."""
