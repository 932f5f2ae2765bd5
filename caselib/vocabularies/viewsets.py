"""The three vocabularies in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from caselib.core.admin import RefusableFormMixin, SeenMixin

from .forms import TermForm
from .models import Position, Sector, Term, Topic
from .selectors import in_tree_order


class ActingUserMixin:
    """Hands the person at the keyboard to the form."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_user": self.request.user}  # type: ignore[misc, attr-defined]


class TermCreateView(RefusableFormMixin, ActingUserMixin, CreateView):  # type: ignore[misc]
    """Adds a term."""


class TermEditView(SeenMixin, RefusableFormMixin, ActingUserMixin, EditView):  # type: ignore[misc]
    """Changes a term."""


def _indented(term: Term) -> str:
    return f"{'　' * (term.level - 1)}{term.name}"


class TermIndexView(IndexView):  # type: ignore[misc]
    """Terms in tree order."""

    @property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("name", accessor=_indented, label=_("Term"), get_url=self.get_edit_url),
            Column("code", label=_("Code")),
            Column("synonyms", accessor=lambda term: "、".join(term.synonyms), label=_("Synonyms")),
            BooleanColumn("in_use", accessor=lambda term: not term.retired, label=_("In use")),
            Column("replaced_by", label=_("Retired in favour of")),
        ]

    def get_base_queryset(self) -> Any:
        return in_tree_order(super().get_base_queryset().select_related("replaced_by"))

    def order_queryset(self, queryset: Any) -> Any:
        return queryset


class TermViewSet(ModelViewSet):  # type: ignore[misc]
    icon = "tag"
    add_view_class = TermCreateView
    edit_view_class = TermEditView
    index_view_class = TermIndexView
    search_fields = ["name", "code"]
    copy_view_enabled = False
    list_per_page = 100

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        meta = type("Meta", (), {"model": self.model, "fields": TermForm.FIELDS})
        return type("TermForm", (TermForm,), {"Meta": meta})


class TopicViewSet(TermViewSet):
    model = Topic
    name = "topics"
    menu_label = _("Topics")


class SectorViewSet(TermViewSet):
    model = Sector
    name = "sectors"
    menu_label = _("Sectors")


class PositionViewSet(TermViewSet):
    model = Position
    name = "positions"
    menu_label = _("Positions")


class VocabularyGroup(ModelViewSetGroup):  # type: ignore[misc]
    menu_label = _("Vocabularies")
    menu_icon = "tag"
    menu_order = 320
    items = (TopicViewSet("topics"), SectorViewSet("sectors"), PositionViewSet("positions"))
