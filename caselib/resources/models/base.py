"""ResourcePage: what every kind of resource has in common, and who may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail.url_routing import RouteResult

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.viewers import Viewer
from caselib.core import page_cache

from ..blocks import NotesBlock
from ..enums import Audience, Circulation, EducationalLevel, Kind, Method, QualityTier, SourceKind
from .guarding import GuardedRevisions
from .taggings import FreeTagging, PositionTagging, SectorTagging, TopicTagging

if TYPE_CHECKING:
    from caselib.accounts.models import User


class ResourceQuerySet(PageQuerySet):
    """Resources, and the one question that every list asks first."""

    def visible_to(self, viewer: Viewer) -> ResourceQuerySet:
        """Return the live resources that ``viewer`` may read."""
        allowed: Any = models.Q(circulation=Circulation.PUBLIC)
        if viewer.internal:
            allowed |= models.Q(circulation=Circulation.INTERNAL)
            groups = models.Exists(
                self.model._meta.get_field("restricted_groups").related_model.objects.filter(
                    page_id=models.OuterRef("pk"), group_id__in=viewer.group_ids
                )
            )
            allowed |= models.Q(circulation=Circulation.RESTRICTED) & groups
        seen = self.filter(allowed, live=True, withdrawn_at__isnull=True, audience__in=viewer.audiences)
        return seen.exclude(pk__in=viewer.veiled) if viewer.veiled else seen

    def lock(self, pk: int) -> ResourcePage:
        """Return the resource ``pk`` as a specific page, its row locked until the transaction ends.

        The one lock order of every act on a resource: this row first, then its run, its stage, last the audit head.
        A key lock would also stop whoever only inserts a row that points here, and end as a deadlock on PostgreSQL.
        """
        page: ResourcePage = self.select_for_update(of=("self",), no_key=True).get(pk=pk).specific
        return page


# Facts about a resource that its acts keep, not its text: restoring an old draft must not restore them.
FACTS = ("code", "withdrawn_at", "withdrawn_reason", "reviewed_on", "review_due_on")


def _with_tag(relation: str, through: type[models.Model]) -> models.Prefetch:
    return models.Prefetch(relation, queryset=through._default_manager.select_related("tag"))


# What a page shows of the rows around it, fetched at once instead of tag by tag.
SHOWN = (
    "authors",
    _with_tag("topic_taggings", TopicTagging),
    _with_tag("sector_taggings", SectorTagging),
    _with_tag("position_taggings", PositionTagging),
    _with_tag("free_taggings", FreeTagging),
)

ResourceManager = PageManager.from_queryset(ResourceQuerySet)


class ResourcePage(GuardedRevisions, Page):  # type: ignore[misc]
    """A resource of any kind. Never created itself; the target of every foreign key to "a resource"."""

    is_creatable = False
    subpage_types: ClassVar[list[str]] = []
    parent_page_types = ["resources.Folder"]
    exclude_fields_in_copy: ClassVar[list[str]] = list(FACTS)  # a copy is a new item with a history of its own
    kind: ClassVar[Kind]

    code = models.CharField(_("code"), max_length=40, blank=True, db_index=True)
    abstract = models.TextField(_("abstract"), blank=True, max_length=2000)
    unit = models.ForeignKey(
        "accounts.Unit", null=True, on_delete=models.PROTECT, related_name="resources", verbose_name=_("owning unit")
    )
    source_kind = models.CharField(_("origin"), max_length=10, choices=SourceKind.choices, default=SourceKind.ORIGINAL)
    source_title = models.CharField(_("source"), max_length=300, blank=True)
    source_date = models.DateField(_("date of the source"), null=True, blank=True)
    source_by = models.CharField(_("author or publisher of the source"), max_length=200, blank=True)
    permission = models.CharField(_("reprint permission"), max_length=300, blank=True)
    permission_document = models.ForeignKey(
        "media.CaseDocument",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("permission document"),
    )
    circulation = models.CharField(
        _("circulation level"), max_length=10, choices=Circulation.choices, default=Circulation.INTERNAL
    )
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience.choices, default=Audience.LEARNER)
    hall_permitted = models.BooleanField(_("may be shown in exhibition halls"), default=False)
    methods = models.JSONField(_("teaching methods"), default=list, blank=True)
    educational_levels = models.JSONField(_("ranks of the learners"), default=list, blank=True)
    class_hours = models.DecimalField(_("class hours"), max_digits=5, decimal_places=1, null=True, blank=True)
    written_on = models.DateField(_("written on"), null=True, blank=True)
    reviewed_on = models.DateField(_("last reviewed on"), null=True, blank=True, editable=False)
    review_due_on = models.DateField(_("review due on"), null=True, blank=True, editable=False, db_index=True)
    quality_tier = models.CharField(_("quality tier"), max_length=10, choices=QualityTier.choices, blank=True)
    topical = models.BooleanField(
        _("topical"), default=False, help_text=_("Topical items are reviewed again after six months instead of twelve.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_reason = models.TextField(_("reason of withdrawal"), blank=True, editable=False)
    notes = StreamField(NotesBlock(), verbose_name=_("footnotes"), blank=True)
    cover = models.ForeignKey(
        "media.CaseImage", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("cover")
    )

    topics = ClusterTaggableManager(
        through=TopicTagging, blank=True, verbose_name=_("topics"), related_name="topic_pages", help_text=""
    )
    sectors = ClusterTaggableManager(
        through=SectorTagging, blank=True, verbose_name=_("sectors"), related_name="sector_pages", help_text=""
    )
    positions = ClusterTaggableManager(
        through=PositionTagging, blank=True, verbose_name=_("positions"), related_name="position_pages", help_text=""
    )
    free_tags = ClusterTaggableManager(
        through=FreeTagging, blank=True, verbose_name=_("free tags"), related_name="free_pages"
    )

    objects = ResourceManager()

    search_fields = [
        *Page.search_fields,
        index.AutocompleteField("title"),
        index.SearchField("abstract"),
        index.SearchField("code"),
        index.FilterField("unit_id"),
        index.FilterField("circulation"),
    ]

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        indexes = [models.Index(fields=["circulation", "audience"], name="resource_access")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(class_hours__isnull=True) | models.Q(class_hours__gte=0), name="hours_not_negative"
            ),
        ]

    def shown_names(self) -> frozenset[str]:
        """Return the names (``page_cache``) whose changes end what is kept of this page: its own and that of every page
        it points to, and what many pages show."""
        pointed = (
            getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and issubclass(field.related_model, Page)
            and not field.remote_field.parent_link
        )
        return frozenset(
            {page_cache.BESIDE, page_cache.page(self.pk), *(page_cache.page(pk) for pk in pointed if pk is not None)}
        )

    def get_admin_display_title(self) -> str:
        """Return what lists of the admin call the resource: once it is live, what readers call it.

        Everybody who writes sees those lists; a new title is seen by others when it is vetted. The edit form has it.
        """
        return str(self.title if self.live else super().get_admin_display_title())

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    def access_tokens(self, audience: str | None = None) -> list[str]:
        """Return the ``level/audience`` tokens of the resource, or of a part of it that has its own ``audience``.

        A part is never open to more people than the whole: the stricter of the two audiences counts.
        """
        return access_tokens(self.circulation, self.audience, self.restricted_group_ids, audience)

    def restricted_group_ids(self) -> list[int]:
        """Return the ids of the groups that may read the resource while it is restricted."""
        return sorted(row.group_id for row in self.restricted_groups.all())

    def is_visible_to(self, viewer: Viewer) -> bool:
        """Whether ``viewer`` may read the live version."""
        if not self.live or self.withdrawn or self.pk in viewer.veiled:
            return False
        return not viewer.tokens.isdisjoint(self.access_tokens())

    def with_content_json(self, content: dict[str, Any]) -> ResourcePage:
        """Return the page as ``content`` has it, except for the facts about it that no draft may carry back."""
        page = super().with_content_json(content)
        for name in FACTS:
            setattr(page, name, getattr(self, name))
        _follow_promoted_tags(page)
        _follow_replaced_terms(page)
        return page

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the live version to those who may read it.

        A withdrawn resource answers 410 with a tombstone. To a signed-in reader without access it says that the item
        exists and whom to ask (403, no title); to anybody else it does not exist (404).
        """
        viewer = Viewer.of(request.user)
        if not self.withdrawn and self.is_visible_to(viewer):
            response = super().serve(request, *args, **kwargs)
            return response if viewer.authenticated else page_cache.share(response, page_cache.PAGES, page_cache.LISTS)
        if self.pk in viewer.veiled:
            raise Http404
        tokens = viewer.tokens
        if self.withdrawn and not tokens.isdisjoint(self.access_tokens()):
            # Title and reason may be what the withdrawal was about: only those who answer for the library read them.
            why = bool(viewer.roles & (REVIEWERS | {Role.EDITOR}))
            return render(request, "resources/withdrawn.html", {"page": self, "why": why}, status=410)
        if self.live and viewer.internal:
            return render(request, "resources/no_access.html", {"unit": self.unit}, status=403)
        raise Http404

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Render the draft for whoever was asked for permission: by the admin, or by the review. Nothing of it is kept.

        It is neither cited nor related, and has no QR code: that address answers when it is published.
        """
        page_cache.doubt()
        # Wagtail's own ``serve`` would call the draft what readers see.
        request.is_preview = True  # type: ignore[attr-defined]
        return super().serve_preview(request, mode_name)

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Route to this page also when it is withdrawn, so that the tombstone answers."""
        if not path_components and self.withdrawn:
            return RouteResult(self)
        return super().route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if not getattr(request, "is_preview", False):
            # A draft under preview carries its own rows and must keep them.
            models.prefetch_related_objects([self], *SHOWN)
        shown = pieces_of(request, self.pk, self.live_revision_id, Viewer.of(request.user), self.shown_names())
        return super().get_context(request, *args, **kwargs) | shown | {"page_later": self}

    @cached_property
    def own_url(self) -> str:
        """The page's address on its own site; to find it costs more than all else that a list shows of a page."""
        return self.get_url() or ""

    def method_labels(self) -> list[str]:
        return _labels(Method, self.methods)

    def educational_level_labels(self) -> list[str]:
        return _labels(EducationalLevel, self.educational_levels)

    def is_owned_or_authored_by(self, user: User) -> bool:
        """Whether ``user`` owns the page or stands among its authors with this account."""
        return self.owner_id == user.pk or any(author.user_id == user.pk for author in self.authors.all())

    @property
    def year(self) -> int:
        """The year under which the resource is filed: that of writing, else of creation."""
        return filed_year(self.written_on, self.first_published_at or self.latest_revision_created_at)


def access_tokens(
    circulation: str, audience: str, groups: Callable[[], Iterable[int]], part: str | None = None
) -> list[str]:
    """Return the tokens of which a reader needs one: the level (``group:<id>`` where restricted) with the audience.

    ``groups`` is asked for a restricted resource only; ``part`` is the audience of a part of it.
    """
    order = list(Audience.values)
    reader = max(audience, part or audience, key=order.index)
    if circulation != Circulation.RESTRICTED:
        return [f"{circulation}/{reader}"]
    return [f"group:{pk}/{reader}" for pk in groups()]


def filed_year(written_on: date | None, made_at: datetime | None) -> int:
    """Return the year of writing, else of publication or making, else the present one."""
    return written_on.year if written_on else timezone.localtime(made_at or timezone.now()).year


def pieces_of(
    request: HttpRequest, pk: int | None, revision_id: int | None, viewer: Viewer, names: frozenset[str]
) -> dict[str, Any]:
    """Return what the templates of resources keep their pieces by: the version at this address, the reader's rights,
    and ``own``, the names whose changes end what shows the page itself."""
    key = f"{request.scheme}://{request.get_host()}/{pk}/{revision_id}"
    return {"page_key": key, "page_pk": pk, "viewer": viewer.shared, "own": names}


def _follow_replaced_terms(page: ResourcePage) -> None:
    """Give a draft the successors of terms that were retired after it was written.

    The stored revision is not touched: what a reviewer has read keeps its fingerprint.
    """
    for relation in ("topic_taggings", "sector_taggings", "position_taggings"):
        taggings = list(getattr(page, relation).all())
        model = page._meta.get_field(relation).related_model
        tags = model._meta.get_field("tag").related_model
        moved = dict(
            tags.objects.filter(pk__in=[row.tag_id for row in taggings], replaced_by__isnull=False).values_list(
                "pk", "replaced_by_id"
            )
        )
        if moved:
            wanted = dict.fromkeys(moved.get(row.tag_id, row.tag_id) for row in taggings)
            setattr(page, relation, [model(tag_id=pk, content_object=page) for pk in wanted])


def _follow_promoted_tags(page: ResourcePage) -> None:
    """Give a draft the terms that were made of its free tags after it was written; a query an axis, if it has tags."""
    tags = {row.tag_id for row in page.free_taggings.all()}
    for relation in ("topic_taggings", "sector_taggings", "position_taggings"):
        if not tags:
            return
        model = page._meta.get_field(relation).related_model
        terms = model._meta.get_field("tag").related_model.objects
        found = dict(terms.filter(promoted_from__in=tags).values_list("promoted_from", "pk"))
        if found:
            present = [row.tag_id for row in getattr(page, relation).all()]
            setattr(page, relation, [model(tag_id=pk, content_object=page) for pk in {*present, *found.values()}])
            page.free_taggings = [row for row in page.free_taggings.all() if row.tag_id not in found]
            tags -= set(found)


@lru_cache(maxsize=16)
def _known(choices: type[models.TextChoices]) -> dict[Any, Any]:
    """Return the labels by value; these follow the language, the choices nothing."""
    return dict(choices.choices)


def _labels(choices: type[models.TextChoices], values: Iterable[Any]) -> list[str]:
    known = _known(choices)
    return [str(known[value]) for value in values or [] if value in known]
