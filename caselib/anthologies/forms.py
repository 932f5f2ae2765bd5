"""Forms of the collections."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from caselib.core.seen import seen_field
from caselib.word.styles import StyleDataError, from_data
from caselib.word.writer.images import usable_image
from caselib.word.writer.templates import TemplateError, check_template

from .enums import Axis, IndexKind, ItemKind
from .models import Anthology, Edition, PrintStyle
from .services.editions import DETAILS

_TEMPLATE_PROBLEMS = {
    "not_word": _("This is not a Word file (.docx or .dotx). Open it in Word or WPS and save it as one."),
    "too_large": _("This template is too large. Delete its text and pictures; only its styles are used."),
    "no_styles": _("This Word file has no styles of its own. Save it once in Word or WPS, then try again."),
}
_LARGEST_COVER = 20 * 1024 * 1024


class AnthologyForm(forms.ModelForm[Anthology]):
    """The frame of the editions."""

    seen = seen_field()

    class Meta:
        model = Anthology
        fields = ("title", "subtitle", "publisher")


class EditionForm(forms.ModelForm[Edition]):
    """What is said about an edition and how it looks."""

    indexes = forms.MultipleChoiceField(
        label=_("Indexes"), choices=IndexKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    cover_upload = forms.ImageField(
        label=_("Picture on the cover"),
        required=False,
        help_text=_(
            "JPEG or PNG, at least 1,400 pixels wide, at most 20 MB. Without one the cover is set in type alone."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )
    cover_remove = forms.BooleanField(label=_("Take the picture off the cover"), required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    class Meta:
        model = Edition
        fields = (
            "name",
            "year",
            "circulation",
            "audience",
            "style",
            "mark",
            "cover_lines",
            "contents_depth",
            "indexes",
            "print_codes",
        )
        widgets = {"cover_lines": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.cover_image_id:
            del self.fields["cover_remove"]

    def clean_cover_upload(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data.get("cover_upload")
        if not file:
            return None
        if (file.size or 0) > _LARGEST_COVER:
            raise forms.ValidationError(_("The picture is larger than 20 MB. Make it smaller first."))
        file.seek(0)
        usable = usable_image(file.read())
        file.seek(0)
        if usable is None or usable[1] not in ("jpeg", "png"):
            raise forms.ValidationError(_("This picture cannot be printed. Save it as JPEG or PNG, then try again."))
        return file

    def cover(self) -> UploadedFile | None:
        """Return the picture that was uploaded, or None."""
        file: UploadedFile | None = self.cleaned_data.get("cover_upload")
        return file

    def details(self) -> dict[str, Any]:
        """Return what the service takes."""
        if self.cleaned_data.get("cover_remove") and not self.cover():
            self.cleaned_data["cover_image"] = None
        return {key: value for key, value in self.cleaned_data.items() if key in DETAILS}


class TextItemForm(forms.Form):
    """A part, a foreword, an appendix: title and text."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(k.value, k.label) for k in ItemKind if k != ItemKind.CASE])
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    text = forms.CharField(
        label=_("Text"),
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Each line is a paragraph; a line that begins with # is a heading."),
    )


class ItemForm(forms.Form):
    """Changes a part or a text that is there."""

    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    number = forms.CharField(label=_("Number before the title"), max_length=40, required=False)
    text = forms.CharField(
        label=_("Text"), max_length=100_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)


class NewEditionForm(forms.Form):
    """A new edition from an old one."""

    name = forms.CharField(label=_("Edition"), max_length=80)
    year = forms.IntegerField(label=_("Year"), min_value=1900, max_value=2999)


class ArrangeForm(forms.Form):
    axis = forms.ChoiceField(label=_("Parts by"), choices=Axis.choices)


class StyleForm(forms.ModelForm[PrintStyle]):
    """A house style: its name, its data as JSON, a Word template."""

    content = forms.CharField(
        label=_("Style data (JSON)"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )
    template = forms.FileField(
        label=_("Word template"),
        required=False,
        help_text=_("A .docx or .dotx, also from WPS, whose styles are used instead of ours where the names agree."),
        widget=forms.FileInput(attrs={"accept": ".docx,.dotx,.docm,.dotm"}),
    )
    template_remove = forms.BooleanField(label=_("Print without the Word template"), required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    class Meta:
        model = PrintStyle
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.template:
            del self.fields["template_remove"]

    def clean_content(self) -> dict[str, Any]:
        try:
            data = json.loads(self.cleaned_data["content"])
            from_data(data)
        except StyleDataError as error:
            raise forms.ValidationError(
                _("%(path)s: %(problem)s"), params={"path": error.path, "problem": error.problem}
            ) from error
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is not JSON: %(error)s"), params={"error": str(error)[:200]}) from error
        return data  # type: ignore[no-any-return]

    def clean_template(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data.get("template")
        if file:
            try:
                check_template(file.read())
            except TemplateError as error:
                raise forms.ValidationError(_TEMPLATE_PROBLEMS[error.code]) from error
            file.seek(0)
        return file
