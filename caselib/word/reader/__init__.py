"""Reads a .docx into the document model; ``document.read_docx`` is the way in."""
