"""The edit form of every resource: terms as trees that refuse unknown ones, lists of choices as boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit
from caselib.vocabularies.models import Position, Sector, Term, Topic
from caselib.vocabularies.selectors import in_use

from .enums import EducationalLevel, Method
from .references import foreign_fields
from .services import free_slug
from .widgets import TermTreeWidget


class TermChoiceIterator(forms.models.ModelChoiceIterator):
    """Yields the terms in tree order."""

    def __iter__(self) -> Iterator[Any]:
        terms = list(self.queryset)
        by_id = {term.pk: term for term in terms}
        terms.sort(key=lambda term: [(by_id[pk].order, pk) for pk in term.ancestor_ids() if pk in by_id])
        for term in terms:
            yield self.choice(term)


class TermField(forms.ModelMultipleChoiceField):
    """Terms of one axis. Retired terms cannot be chosen; an unknown one is an error, never dropped."""

    widget = TermTreeWidget
    iterator = TermChoiceIterator

    def __init__(self, model: type[Term], **kwargs: Any) -> None:
        super().__init__(queryset=in_use(model), required=False, **kwargs)

    def label_from_instance(self, term: Term) -> str:
        return f"{'　' * (term.level - 1)}{term.name}"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Iterable) and not isinstance(value, str):
            return [getattr(item, "tag_id", getattr(item, "pk", item)) for item in value]
        return super().prepare_value(value)


class ResourceForm(WagtailAdminPageForm):
    """The form of all resource types."""

    topics = TermField(Topic, label=_("Topics"))
    sectors = TermField(Sector, label=_("Sectors"))
    positions = TermField(Position, label=_("Positions"))
    methods = forms.MultipleChoiceField(
        label=_("Teaching methods"), choices=Method.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    educational_levels = forms.MultipleChoiceField(
        label=_("Ranks of the learners"),
        choices=EducationalLevel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        user, instance = kwargs.get("for_user"), kwargs.get("instance")
        self.foreign: list[str] = []
        if data is not None and user is not None and instance is not None:
            self.foreign = foreign_fields(type(self), data, instance, user)
        if data is not None and self.foreign:
            # Taken out before anything reads them: the form that comes back would else tell the titles.
            data = data.copy()
            for name in self.foreign:
                data[name] = ""
        super().__init__(data, *args, **kwargs)
        if "unit" in self.fields:
            self.fields["unit"].required = True
            if user and not (user.is_superuser or user.has_role(Role.EDITOR)):
                # Their own unit, and the one that the resource has: a co-author of another unit keeps it.
                self.fields["unit"].queryset = Unit.objects.filter(pk__in=[user.unit_id, self.instance.unit_id])
                # A new page brings an empty unit of its own, which goes before the initial value of the field.
                self.initial["unit"] = self.instance.unit_id or user.unit_id
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("slug") and "slug" not in self.errors:
            cleaned["slug"] = self._address(cleaned.get("title") or "")
        if self.foreign:
            text = _(
                "A file or an item that is not open to you was taken out. Upload the file yourself, or choose another."
            )
            self.add_error(None, ValidationError(text, code="not-open"))
        if cleaned.get("source_kind") == "reprint" and not cleaned.get("source_title"):
            self.add_error(
                "source_title", ValidationError(_("A reprint needs its source: where and when it appeared."))
            )
        minutes, process = cleaned.get("minutes"), cleaned.get("process")
        if minutes and process:
            total = sum(block.value.get("minutes") or 0 for block in process)
            if total != minutes:
                text = _("The steps add up to %(total)d minutes, the lesson has %(minutes)d. Make them equal.")
                self.add_error("process", ValidationError(text % {"total": total, "minutes": minutes}))
        return cleaned

    def _address(self, title: str) -> str:
        """Return the end of the address where none was written: the one there is, else what the title gives.

        Empty leaves it to Wagtail, which knows the neighbours; of a title without letters it could make none.
        """
        if self.instance.slug:
            return str(self.instance.slug)
        return "" if slugify(title, allow_unicode=True) else free_slug(title)
