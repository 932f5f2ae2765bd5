"""The office's list of synonyms in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from caselib.core.admin import SeenMixin
from search.models import SynonymGroup


class SynonymEditView(SeenMixin, EditView):  # type: ignore[misc]
    """Of two editors at once the second is told."""


class SynonymViewSet(SnippetViewSet):  # type: ignore[misc]
    """Groups of words that mean the same to a searcher."""

    model = SynonymGroup
    icon = "openquote"
    edit_view_class = SynonymEditView
    menu_label = _("Search synonyms")
    add_to_settings_menu = True
    list_display = ["__str__", "note", "active"]
    search_fields = ["words", "note"]
    panels = [FieldPanel("words"), FieldPanel("note"), FieldPanel("active")]
