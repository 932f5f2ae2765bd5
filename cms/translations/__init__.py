"""Message catalogues without the gettext tools: read the source, merge, check, compile."""
