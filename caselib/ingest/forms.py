"""Forms of ingest: the upload, the corrections of an item, the metadata file."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from caselib.resources.models import ResourcePage
from caselib.vocabularies.free_tags import MAX_LENGTH, join_names, parse

from .drafts import found_abstract, item_blocks
from .enums import ItemKind
from .keytags import KeyTags, key_tags
from .models import ImportItem
from .termwords import AXES

MAX_FILES = 50
ACCEPT = ".docx,.docm,.dotx,.doc,.wps,.rtf,.txt,.md,.html,.htm,.zip"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; the value is a list."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose at least one file."))
        if len(files) > MAX_FILES:
            raise forms.ValidationError(_("At most %(count)d files at once.") % {"count": MAX_FILES})
        return list(files)


class UploadForm(forms.Form):
    """Manuscripts to be read."""

    manuscripts = ManyFilesField(
        label=_("Manuscripts"),
        widget=ManyFilesInput(attrs={"multiple": True, "accept": ACCEPT}),
        help_text=_("Word, WPS, RTF, text, Markdown, HTML, or a zip of these; up to 50 MB each."),
    )


class CorrectionForm(forms.Form):
    """What a person may set right before an item becomes a draft."""

    title = forms.CharField(label=_("Title"), max_length=255)
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices)
    authors = forms.CharField(
        label=_("Authors"), required=False, max_length=500, help_text=_("Separate names by commas. Empty: you.")
    )
    unit_name = forms.CharField(label=_("Unit of the authors"), required=False, max_length=120)
    abstract = forms.CharField(
        label=_("Abstract"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    topics = forms.MultipleChoiceField(label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple)
    sectors = forms.MultipleChoiceField(label=_("Sectors"), required=False, widget=forms.CheckboxSelectMultiple)
    positions = forms.MultipleChoiceField(label=_("Positions"), required=False, widget=forms.CheckboxSelectMultiple)
    free_tags = forms.CharField(
        label=_("Free tags"),
        required=False,
        max_length=1000,
        help_text=_(
            "Keywords of the text that are no terms. Separate them by commas; take out what does not fit. The line of "
            "keywords stays in the text unless all of them are tags."
        ),
    )

    seen = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, item: ImportItem, revised: ResourcePage | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(
            title=item.title,
            kind=item.kind,
            authors="、".join(item.authors),
            unit_name=item.unit_name,
            abstract=found_abstract(item),
        )
        super().__init__(*args, **kwargs)
        words = KeyTags() if revised is not None else key_tags(item_blocks(item))
        if revised is not None:
            self.initial["seen"] = revised.latest_revision_id
            for name in (
                "kind",
                "authors",
                "unit_name",
                "abstract",
                "free_tags",
            ):  # the resource and the file say these
                del self.fields[name]
        self.initial["free_tags"] = join_names(words.free)
        for axis, model in AXES.items():
            own = words.terms.get(axis, {})
            self.initial[axis] = list(own)
            entries = [
                entry for entry in item.suggestions if entry.get("axis") == axis and entry.get("name") not in own
            ]
            names = [entry["name"] for entry in entries]
            alive = set(model.objects.filter(name__in=names, retired_at__isnull=True).values_list("name", flat=True))
            self.fields[axis].choices = [  # type: ignore[attr-defined]
                *((name, _("%(name)s (keyword of the text)") % {"name": name}) for name in own),
                *((entry["name"], suggestion_label(entry)) for entry in entries if entry["name"] in alive),
            ]

    @property
    def suggests(self) -> bool:
        """Whether there are terms to tick."""
        return any(self.fields[axis].choices for axis in ("topics", "sectors", "positions"))  # type: ignore[attr-defined]

    def clean_free_tags(self) -> list[str]:
        """Return the words; one that is too long is refused as in the edit form."""
        words = parse(self.cleaned_data["free_tags"])
        if any(len(word) > MAX_LENGTH for word in words):
            raise forms.ValidationError(_("A tag has at most %(count)d characters.") % {"count": MAX_LENGTH})
        return words

    def corrections(self) -> dict[str, Any]:
        """Return the cleaned data as ``accept_item`` takes it."""
        data = self.cleaned_data
        tags = {axis: data[axis] for axis in ("topics", "sectors", "positions") if data[axis]}
        if "authors" not in data:
            return {"title": data["title"], "tags": tags, "seen": data["seen"]}
        return {
            "title": data["title"],
            "kind": data["kind"],
            "unit_name": data["unit_name"],
            "abstract": data["abstract"],
            "authors": [name.strip() for name in re.split(r"[、,，;；]", data["authors"]) if name.strip()],
            "tags": tags | ({"free_tags": data["free_tags"]} if data["free_tags"] else {}),
        }


def suggestion_label(entry: dict[str, Any]) -> str:
    """Return a suggested term with its reason."""
    if entry.get("reason") == "similar":
        return str(_("%(name)s (a similar resource has it: %(detail)s)") % entry)
    return str(_("%(name)s (occurs in the text: %(detail)s)") % entry)


class MetadataForm(forms.Form):
    """A table of metadata, tried first and applied when the person says so."""

    file = forms.FileField(
        label=_("Excel or CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("The first row names the columns. Download the template for the names that are understood."),
    )
    apply = forms.BooleanField(
        label=_("Create the drafts"),
        required=False,
        help_text=_("Without this the file is only checked and the result shown."),
    )
