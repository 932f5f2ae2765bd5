"""Forms of the vocabulary admin."""

from __future__ import annotations

import codecs
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from caselib.core.errors import RefusedError

from . import services, transfer
from .exchange.formats import MAX_BYTES, UnreadableError
from .models import Term
from .selectors import in_use

SYNTAXES = [("csv", "CSV"), ("ttl", "SKOS Turtle"), ("jsonld", "SKOS JSON-LD"), ("rdf", "SKOS RDF/XML")]


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, place, synonyms and scope note of a term; saved through the verbs of ``services``."""

    synonyms = forms.CharField(
        label=_("Synonyms"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One a line.")
    )

    FIELDS = ["name", "parent", "synonyms", "scope_note"]

    def __init__(self, *args: Any, for_user: Any = None, **kwargs: Any) -> None:
        self.acting = for_user
        super().__init__(*args, **kwargs)
        model: type[Term] = type(self.instance)
        parents = in_use(model).filter(level__lt=3)
        if self.instance.pk:
            parents = parents.exclude(path__startswith=self.instance.path)
        field: Any = self.fields["parent"]
        field.queryset = parents
        field.label_from_instance = lambda term: f"{'　' * (term.level - 1)}{term.name}"
        self.initial["synonyms"] = "\n".join(self.instance.synonyms or [])

    def clean_synonyms(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["synonyms"].splitlines() if line.strip()]

    def _post_clean(self) -> None:
        """Leave the instance alone: the services write it, and they lock it first."""

    def save(self, commit: bool = True) -> Term:
        """Create or change the term and return it. Raises RefusedError from the services."""
        self.instance = self._write()
        return self.instance

    def _write(self) -> Term:
        data, model = self.cleaned_data, type(self.instance)
        if self.instance.pk is None:
            return services.create_term(
                model, data["name"], by=self.acting, parent=data["parent"],
                synonyms=data["synonyms"], scope_note=data["scope_note"],
            )  # fmt: skip
        term: Term = model.objects.get(pk=self.instance.pk)
        if data["name"] != term.name:
            term = services.rename_term(term, data["name"], by=self.acting)
        if (data["parent"].pk if data["parent"] else None) != term.parent_id:
            term = services.move_term(term, data["parent"], by=self.acting)
        if "synonyms" in self.changed_data or "scope_note" in self.changed_data:
            services.describe_term(term, synonyms=data["synonyms"], scope_note=data["scope_note"], by=self.acting)
        return term

    def save_m2m(self) -> None:
        """A term has no many-to-many fields."""


class RetireForm(forms.Form):
    """Retire a term, in favour of another, or merge it into another."""

    term: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Term"), queryset=None)
    successor: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Replaced by"), queryset=None, required=False
    )
    merge = forms.BooleanField(
        label=_("Merge: narrower terms and names go to the replacing term as well"), required=False
    )

    def __init__(self, model: type[Term], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = in_use(model)
        for name in ("term", "successor"):
            field: Any = self.fields[name]
            field.queryset = terms

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("merge") and not cleaned.get("successor"):
            raise ValidationError(_("Choose the term to merge into."))
        return cleaned

    def act(self, by: Any) -> None:
        """Merge or retire; a refusal becomes an error of the form and is raised again."""
        term, successor = self.cleaned_data["term"], self.cleaned_data["successor"]
        try:
            if self.cleaned_data["merge"]:
                services.merge_terms(term, successor, by=by)
            else:
                services.retire_term(term, successor, by=by)
        except RefusedError as error:
            self.add_error(None, str(error))
            raise


class PromoteForm(forms.Form):
    """Make a free tag a term."""

    tag = forms.ModelChoiceField(label=_("Free tag"), queryset=Tag.objects.order_by("name"))
    parent: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Broader term"), queryset=None, required=False)

    def __init__(self, model: type[Term], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["parent"]
        field.queryset = in_use(model).filter(level__lt=3)


class ImportForm(forms.Form):
    """A file of terms; the dry run is the default."""

    file = forms.FileField(label=_("File"))
    syntax = forms.ChoiceField(label=_("Format"), choices=SYNTAXES)
    apply = forms.BooleanField(
        label=_("Carry out (otherwise only say what would change)"), required=False, initial=False
    )

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise ValidationError(
                _(
                    "The file is larger than 1 MB. Split it and bring the parts in one after the other, broader terms first."
                )
            )
        data = upload.read()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise ValidationError(_("The file is neither UTF-8 nor GB 18030 text. Save it as CSV (UTF-8) again."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "file" in cleaned and "syntax" in cleaned:
            try:
                cleaned["records"] = transfer.read(cleaned["file"], cleaned["syntax"])
            except UnreadableError as error:
                raise ValidationError(
                    _("The file cannot be read as this format: %(place)s") % {"place": error}
                ) from error
        return cleaned
