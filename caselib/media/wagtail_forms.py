"""The forms of Wagtail's image and document pages, named in the settings: content is looked at, not the name alone."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from .holding import HeldFileMixin
from .probing import named_in
from .rules import HEAD_BYTES, document_refusal


class PictureField(WagtailImageField):  # type: ignore[misc]
    """Wagtail's field; the head of a picture with rubbish behind it is an error of the field, not of the site."""

    def to_python(self, data: Any) -> Any:
        try:
            file = super().to_python(data)
            if file is not None:
                file.seek(0)
                with Image.open(file) as picture:
                    picture.load()
                file.seek(0)
        except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
            raise ValidationError(
                _("The picture cannot be read to its end. Open it in a viewer, save it again, and upload that."),
                code="picture-unreadable",
            ) from error
        return file


class ImageForm(HeldFileMixin, BaseImageForm):  # type: ignore[misc]
    """An image as Wagtail edits it, read to its end when it is uploaded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("file")
        if field is not None:
            self.fields["file"] = PictureField(label=field.label, required=field.required, widget=field.widget)


_NAMED = _(
    "The properties, comments or tracked changes of this file say: %(names)s. Everybody who may read the text can read that. If "
    "nobody should, take it out in the program it was written with, save, and upload it again."
)
_BARE = _(
    "Author and company are taken out of Word, Excel and PowerPoint files, place and owner of the camera out of pictures. Comments "
    "and the properties of a PDF stay: after the upload this page says who is named there."
)


class DocumentForm(HeldFileMixin, BaseDocumentForm):  # type: ignore[misc]
    """A document as Wagtail edits it, whose content must be what its name says.

    Who is named beside its text is told as soon as it is shown after the upload: what cannot be taken out by us without
    touching the text (comments, a PDF's properties) is for its author to take out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.fields.get("file") or self.fields.get("title")
        names = named_in(Path(self.instance.file.path)) if self.instance.pk and self.instance.file else []
        if shown is not None and names:
            shown.help_text = format_html(
                '<strong class="error-message">{}</strong>', _NAMED % {"names": "、".join(names)}
            )
        elif shown is not None and not self.instance.pk:
            shown.help_text = _BARE

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            file.seek(0)
            refusal = document_refusal(file.name or "", file.read(HEAD_BYTES))
            file.seek(0)
            if refusal is not None:
                raise ValidationError(refusal.message, code=refusal.code)
        return file
