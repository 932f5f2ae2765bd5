"""One listing for each resource type, with the columns the office needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views import View
from django_filters import ChoiceFilter, ModelChoiceFilter
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.coreutils import multigetattr

from caselib.accounts.models import Unit
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import require
from caselib.vocabularies.models import Topic
from caselib.vocabularies.selectors import in_use

from . import selectors
from .enums import Circulation, QualityTier
from .filing import folder_for
from .models import KINDS, ResourcePage
from .rules import may_create

ICONS = {
    "casestudy": "doc-full",
    "teachingnote": "comment",
    "lessonplan": "list-ol",
    "course": "calendar-alt",
    "textbook": "snippet",
    "video": "media",
    "teachingpoint": "site",
    "teachingroute": "resubmit",
    "teacher": "user",
}


class ResourceFilterSet(PageFilterSet):
    """Unit, topic, circulation and quality, beside Wagtail's own filters."""

    unit = ModelChoiceFilter(label=_("Unit"), queryset=Unit.objects.all())
    circulation = ChoiceFilter(label=_("Circulation level"), choices=Circulation.choices)
    quality_tier = ChoiceFilter(label=_("Quality tier"), choices=QualityTier.choices)
    topic = ModelChoiceFilter(label=_("Topic"), queryset=in_use(Topic), method="filter_topic")

    def filter_topic(self, queryset: Any, name: str, value: Topic) -> Any:
        """Keep what is tagged with the term or with a narrower one."""
        return queryset.filter(topic_taggings__tag__path__startswith=value.path).distinct()

    class Meta:
        model = ResourcePage
        fields: list[str] = []


def _topics(page: ResourcePage) -> str:
    return "、".join(tagging.tag.name for tagging in page.topic_taggings.all())


def _authors(page: ResourcePage) -> str:
    return "、".join(author.name for author in page.authors.all() if author.name)


class ResourceIndexView(IndexView):  # type: ignore[misc]
    """The listing of one type; a fixed number of queries whatever its length. What is listed can be downloaded."""

    list_export = (
        *("title", "code", "unit", "author_names", "topic_names", "get_circulation_display", "status"),
        *("get_quality_tier_display", "written_on", "review_due_on", "latest_revision_created_at"),
    )
    export_headings = {
        "title": _("Title"),
        "code": _("Code"),
        "unit": _("Unit"),
        "author_names": _("Authors"),
        "topic_names": _("Topics"),
        "get_circulation_display": _("Circulation level"),
        "status": _("Status"),
        "get_quality_tier_display": _("Quality tier"),
        "written_on": _("Written on"),
        "review_due_on": _("Review due on"),
        "latest_revision_created_at": _("Updated"),
    }

    def get_filename(self) -> str:
        return f"{self.model._meta.verbose_name_plural}-{clock.today():%Y%m%d}"

    def to_row_dict(self, item: ResourcePage) -> dict[str, Any]:
        shown = {
            "title": item.get_admin_display_title(),
            "author_names": _authors(item),
            "topic_names": _topics(item),
            "status": str(item.status_string),
        }
        return {name: shown[name] if name in shown else multigetattr(item, name) for name in self.list_export}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        if self.is_export:
            audit.record("resources.exported", by=self.request.user, kind=self.model._meta.model_name)
        return super().render_to_response(context, **kwargs)

    def get_base_queryset(self) -> Any:
        pages = self.model.objects.filter(pk__in=selectors.workable(self.request.user).values("pk"))
        # Wagtail turns the rows into specific pages, which keeps prefetches and loses joins.
        pages = selectors.with_submitted(pages).prefetch_related("unit", "topic_taggings__tag", "authors")
        return self.annotate_queryset(pages)


class AddHereView(View):
    """Goes to the form for a new resource in this year's folder of the author's unit, so that nobody has to file."""

    model: type[ResourcePage] = ResourcePage

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        require(may_create(Viewer.of(user)))
        folder = folder_for(user.unit, self.model.kind, clock.today().year)
        return redirect("wagtailadmin_pages:add", "resources", self.model._meta.model_name, folder.pk)


class ResourceListing(PageListingViewSet):  # type: ignore[misc]
    index_view_class = ResourceIndexView

    @property
    def choose_parent_view(self) -> Any:
        return AddHereView.as_view(model=self.model)

    filterset_class = ResourceFilterSet
    add_to_admin_menu = False
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("code", label=_("Code"), sort_key="code", classname="caselib-code"),
        Column("unit", label=_("Unit"), sort_key="unit__name"),
        Column("authors", accessor=_authors, label=_("Authors")),
        Column("topics", accessor=_topics, label=_("Topics")),
        Column("circulation", accessor="get_circulation_display", label=_("Circulation level"), sort_key="circulation"),
        DateColumn("latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at"),
        PageStatusColumn("status", label=_("Status"), sort_key="live"),
    ]


def listing(kind: str, model: type[ResourcePage]) -> ResourceListing:
    return ResourceListing(
        f"resources_{kind}",
        model=model,
        icon=ICONS[kind],
        menu_label=model._meta.verbose_name_plural,
    )


class ResourceGroup(ViewSetGroup):  # type: ignore[misc]
    menu_label = _("Resources")
    menu_icon = "folder-open-inverse"
    menu_order = 110
    items = tuple(listing(kind, model) for kind, model in KINDS.items())
