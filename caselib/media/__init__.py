"""Images, documents and films, kept private and served only through a permission check."""
