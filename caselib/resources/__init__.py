"""The learning resources: page types, who may read them, and their text."""
