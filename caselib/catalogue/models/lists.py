"""Online lists: curated, rule-based and campaign lists with their items and change history."""

from __future__ import annotations

import secrets
from datetime import date

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caselib.core import clock
from caselib.resources.enums import Audience, Circulation, EducationalLevel

from ..enums import ListKind, Obligation

# Without letters and digits that people mix up when they copy a code from a poster.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 6


def new_code() -> str:
    """Return a random short code for a list."""
    return "".join(secrets.choice(CODE_LETTERS) for _unused in range(CODE_LENGTH))


class CatalogueList(models.Model):
    """An online list (线上清单). A campaign list is a curated list with a window of dates."""

    code = models.CharField(_("short code"), max_length=8, unique=True, default=new_code, editable=False)
    title = models.CharField(_("title of the list"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=ListKind.choices, default=ListKind.CURATED)
    introduction = models.TextField(_("introduction"), blank=True, max_length=2000)
    circulation = models.CharField(
        _("circulation level"),
        max_length=10,
        choices=[(c.value, c.label) for c in Circulation if c != Circulation.RESTRICTED],
        default=Circulation.INTERNAL,
    )
    audience = models.CharField(
        _("who may read the list"), max_length=10, choices=Audience.choices, default=Audience.LEARNER
    )
    unit = models.ForeignKey(
        "accounts.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lists",
        verbose_name=_("owning unit"),
    )
    topic = models.ForeignKey(
        "vocabularies.Topic", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    sector = models.ForeignKey(
        "vocabularies.Sector",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sector"),
    )
    position = models.ForeignKey(
        "vocabularies.Position",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="catalogue_lists",
        verbose_name=_("position"),
    )
    level = models.CharField(_("rank"), max_length=10, choices=EducationalLevel.choices, blank=True)
    rule_text = models.CharField(_("saved search"), max_length=200, blank=True)
    rule_filters = models.JSONField(_("saved filters"), default=dict, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    pinned = models.BooleanField(_("pinned on the home page"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("online list")
        verbose_name_plural = _("online lists")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="campaign") | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="campaign_has_a_window",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="list_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["kind", "starts_on", "ends_on"], name="list_window")]

    def __str__(self) -> str:
        return self.title

    @property
    def published(self) -> bool:
        return self.published_at is not None

    def archived_on(self, day: date) -> bool:
        """Whether the list is a campaign whose last day is before ``day``."""
        return self.kind == ListKind.CAMPAIGN and self.ends_on is not None and self.ends_on < day

    def running_on(self, day: date) -> bool:
        """Whether the list is a campaign whose window contains ``day``."""
        if self.kind != ListKind.CAMPAIGN or self.starts_on is None or self.ends_on is None:
            return False
        return self.starts_on <= day <= self.ends_on

    @property
    def archived(self) -> bool:
        return self.archived_on(clock.today())

    @property
    def running(self) -> bool:
        return self.running_on(clock.today())


class ListItem(models.Model):
    """A resource on a curated or campaign list, with the editor's line about it."""

    catalogue_list = models.ForeignKey(CatalogueList, on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey(
        "resources.ResourcePage", on_delete=models.CASCADE, related_name="list_items", verbose_name=_("resource")
    )
    section = models.CharField(_("section"), max_length=80, blank=True)
    line = models.CharField(_("editor's line"), max_length=300, blank=True)
    obligation = models.CharField(
        _("obligation"), max_length=10, choices=Obligation.choices, default=Obligation.ELECTIVE
    )
    order = models.PositiveIntegerField(_("place in the list"), default=0)

    class Meta:
        verbose_name = _("list item")
        verbose_name_plural = _("list items")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["catalogue_list", "resource"], name="one_item_once_a_list")]

    def __str__(self) -> str:
        return f"{self.catalogue_list_id}: {self.resource_id}"


class ListChange(models.Model):
    """One line of the change history that readers of a list may see."""

    catalogue_list = models.ForeignKey(CatalogueList, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=40)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change of a list")
        verbose_name_plural = _("changes of lists")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.catalogue_list_id} {self.verb}"
