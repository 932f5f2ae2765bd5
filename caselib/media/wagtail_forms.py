"""The forms of Wagtail's image and document pages, named in the settings."""

from __future__ import annotations

from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from .holding import HeldFileMixin


class ImageForm(HeldFileMixin, BaseImageForm):  # type: ignore[misc]
    """An image as Wagtail edits it."""


class DocumentForm(HeldFileMixin, BaseDocumentForm):  # type: ignore[misc]
    """A document as Wagtail edits it."""
