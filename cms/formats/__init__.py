"""Formats of dates where the ones that come with Django are not how they are written."""
