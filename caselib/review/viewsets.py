"""The admin's screens for rules, routes, intervals and the calendar. Every change goes through its service."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet, SnippetViewSetGroup

from caselib.core import audit
from caselib.core.admin import SeenMixin
from caselib.core.models import CalendarDay

from .models import ReReviewInterval, Route, Rule, RulePack
from .services.packs import save_rule


class RuleCreateView(CreateView):
    def save_instance(self) -> Any:
        rule = super().save_instance()
        return save_rule(rule, by=self.request.user)


class RuleEditView(SeenMixin, EditView):
    def save_instance(self) -> Any:
        rule = super().save_instance()
        return save_rule(rule, by=self.request.user)


class _AuditedCreate(CreateView):
    def save_instance(self) -> Any:
        row = super().save_instance()
        audit.record("review.setting_changed", row, by=self.request.user, text=str(row))
        return row


class _AuditedEdit(SeenMixin, EditView):
    def save_instance(self) -> Any:
        row = super().save_instance()
        audit.record("review.setting_changed", row, by=self.request.user, text=str(row))
        return row


class RuleViewSet(SnippetViewSet):
    model = Rule
    icon = "warning"
    add_view_class = RuleCreateView
    edit_view_class = RuleEditView
    list_display = ("text", "pack", "category", "severity", "hits", "dismissals", "retired_at")
    list_filter = ("pack", "category", "severity", "kind")
    search_fields = ("text", "key", "message")
    panels = [
        FieldPanel("pack"),
        FieldPanel("key"),
        MultiFieldPanel([FieldPanel("text"), FieldPanel("kind"), FieldPanel("exceptions")], heading=_("What it finds")),
        MultiFieldPanel(
            [FieldPanel("category"), FieldPanel("severity"), FieldPanel("message"), FieldPanel("replacement")],
            heading=_("What it says"),
        ),
        MultiFieldPanel([FieldPanel("since"), FieldPanel("until")], heading=_("When it holds")),
    ]


class PackViewSet(SnippetViewSet):
    model = RulePack
    icon = "folder-open-inverse"
    add_view_class = _AuditedCreate
    edit_view_class = _AuditedEdit
    list_display = ("name", "code", "version", "active", "updated_at")
    panels = [FieldPanel("code"), FieldPanel("name"), FieldPanel("active")]


class RouteViewSet(SnippetViewSet):
    model = Route
    icon = "redirect"
    add_view_class = _AuditedCreate
    edit_view_class = _AuditedEdit
    list_display = ("__str__", "kind", "unit", "circulation", "workflow")
    panels = [FieldPanel("kind"), FieldPanel("unit"), FieldPanel("circulation"), FieldPanel("workflow")]


class IntervalViewSet(SnippetViewSet):
    model = ReReviewInterval
    icon = "history"
    add_view_class = _AuditedCreate
    edit_view_class = _AuditedEdit
    list_display = ("kind", "months", "topical_months")
    panels = [FieldPanel("kind"), FieldPanel("months"), FieldPanel("topical_months")]


class CalendarViewSet(SnippetViewSet):
    model = CalendarDay
    icon = "date"
    add_view_class = _AuditedCreate
    edit_view_class = _AuditedEdit
    list_display = ("day", "name", "worked")
    list_filter = ("worked",)
    panels = [FieldPanel("day"), FieldPanel("worked"), FieldPanel("name")]


class ReviewSettingsGroup(SnippetViewSetGroup):
    """One entry in the admin's menu for what the security administrator keeps."""

    menu_label = _("Review settings")
    menu_icon = "clipboard-list"
    menu_order = 620
    items = (RuleViewSet, PackViewSet, RouteViewSet, IntervalViewSet, CalendarViewSet)
