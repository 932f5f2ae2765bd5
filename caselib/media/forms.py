"""The film form of the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from caselib.core.numbers import row_number

from . import services
from .holding import refusal
from .models import CaseImage, VideoFile
from .policies import choosable
from .rules import FILM_SUFFIXES, film_refusal
from .vtt import CaptionError, parse

MAX_CAPTION_BYTES = 2 * 1024 * 1024


class FilmForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, file and captions; length and size are read from the file."""

    captions = forms.FileField(
        label=_("Captions"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".srt,.vtt"}),
        help_text=_("An .srt or .vtt file. It becomes searchable text."),
    )

    no_captions = forms.BooleanField(
        label=_("Take the captions off"),
        required=False,
        help_text=_("The film is shown without captions, and their words are no longer searched for."),
    )

    class Meta:
        model = VideoFile
        fields = ["title", "file", "still"]
        # Said before two gigabytes were sent, not after.
        help_texts: ClassVar[dict[str, Any]] = {
            "file": _("MP4 (H.264) or WebM, at most 2 GB. Convert other films first.")
        }
        widgets: ClassVar[dict[str, Any]] = {
            "file": forms.ClearableFileInput(attrs={"accept": ",".join(f".{s}" for s in sorted(FILM_SUFFIXES))})
        }

    def __init__(self, data: QueryDict | None = None, *args: Any, for_user: Any = None, **kwargs: Any) -> None:
        self.acting = for_user
        self._held: bool | None = None
        self._foreign_still = False
        super().__init__(data, *args, **kwargs)
        track = self.instance.captions.first() if self.instance.pk else None
        if track is None:
            del self.fields["no_captions"]
        else:
            self.fields["captions"].help_text = format_html(
                '{} <a href="{}" download="{}.vtt">{}</a>',
                self.fields["captions"].help_text,
                reverse("resources:captions", args=[track.pk]),
                self.instance.title,
                _("Download the present captions to correct them"),
            )
        if for_user is not None:
            self._keep_to_own_pictures(for_user)

    def _keep_to_own_pictures(self, user: Any) -> None:
        """A picture of somebody else's is no choice, and is taken out of what was sent: the form would show its title."""
        own = choosable(CaseImage, user).values("pk")
        field: Any = self.fields["still"]
        field.queryset = CaseImage.objects.filter(Q(pk__in=own) | Q(pk=self.instance.still_id))
        name = self.add_prefix("still")
        number = row_number(self.data.get(name, "").strip()) if self.is_bound else None
        if number is not None and not field.queryset.filter(pk=number).exists():
            self._foreign_still = True
            self.data = {**self.data, name: ""}

    def clean_still(self) -> CaseImage | None:
        if self._foreign_still:
            raise ValidationError(_("This picture is not open to you. Upload it yourself, or choose another."))
        still: CaseImage | None = self.cleaned_data["still"]
        return still

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            head = file.read(32)
            file.seek(0)
            refusal = film_refusal(file.name, head, file.size)
            if refusal:
                raise ValidationError(refusal.message, code=refusal.code)
        return file

    def clean_captions(self) -> str:
        upload = self.cleaned_data.get("captions")
        if not upload:
            return ""
        if upload.size > MAX_CAPTION_BYTES:
            raise ValidationError(_("The caption file is larger than 2 MB."))
        text = _decode(upload.read())
        try:
            parse(text)
        except CaptionError as error:
            raise ValidationError(
                _("The captions cannot be read: line %(line)d is neither WebVTT nor SRT.") % {"line": error.line}
            ) from error
        return text

    @transaction.atomic
    def save(self, commit: bool = True) -> VideoFile:
        """Store the film through its service; a file ffprobe cannot read becomes an error of the form."""
        film: VideoFile = super().save(commit=False)
        film.uploaded_by = film.uploaded_by or self.acting
        if self.makes_new_version():
            film = self.instance = services.new_version(film, by=self.acting)
        elif "file" in self.changed_data:
            services.replace_file(film, self.cleaned_data["file"])
        else:
            film.save()
        if self.cleaned_data["captions"]:
            services.set_captions(film, self.cleaned_data["captions"], by=self.acting)
        elif self.cleaned_data.get("no_captions"):
            services.remove_captions(film, by=self.acting)
        return film

    def makes_new_version(self) -> bool:
        """Whether the film stands in a vetted text, so that what was changed here becomes a film of its own."""
        if self._held is None:
            changed = self.instance.pk is not None and bool(self.changed_data)
            self._held = changed and refusal("film", self.instance.pk) is not None
        return self._held

    def save_m2m(self) -> None:
        """A film has no many-to-many fields."""


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")
