"""Reads a .docx into the document model. The entry point is ``read_docx``."""

from caselib.word.reader.document import read_docx

__all__ = ["read_docx"]
