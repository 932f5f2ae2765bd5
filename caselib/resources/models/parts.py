"""What hangs on a resource: authors, attachments, related items, awards, coverage."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.models import Orderable

from ..enums import Audience, AwardTier, Relation


class ResourceAuthor(Orderable):
    """An author in printed order; ``user`` where the author has an account here."""

    page = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="authors")
    name = models.CharField(_("name"), max_length=60)
    unit_name = models.CharField(_("unit"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="authored",
        verbose_name=pgettext_lazy("resources", "account"),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name


class Attachment(Orderable):
    """A file beside a resource, with an audience of its own."""

    page = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "media.CaseDocument", on_delete=models.PROTECT, related_name="attachments", verbose_name=_("file")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience.choices, default=Audience.LEARNER)

    panels = [FieldPanel("document"), FieldPanel("title"), FieldPanel("audience")]

    class Meta(Orderable.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.title or self.document.title


class RelatedResource(Orderable):
    """A link from one resource to another, with what kind of link it is."""

    page = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="related")
    target = models.ForeignKey(
        "resources.ResourcePage", on_delete=models.CASCADE, related_name="related_from", verbose_name=_("resource")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices, default=Relation.RELATED)

    panels = [PageChooserPanel("target", "resources.ResourcePage"), FieldPanel("relation")]

    class Meta(Orderable.Meta):
        verbose_name = _("related resource")
        verbose_name_plural = _("related resources")

    def __str__(self) -> str:
        return f"{self.page_id} → {self.target_id}"


class ResourceAward(models.Model):
    """An award of a resource. Not part of the vetted text: the competition office records it after publication."""

    page = models.ForeignKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="awards")
    tier = models.CharField(_("award"), max_length=10, choices=AwardTier.choices)
    competition = models.CharField(_("competition"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"))
    certificate_number = models.CharField(_("certificate number"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-year", "tier"]
        constraints = [models.UniqueConstraint(fields=["page", "competition", "year"], name="one_award_a_competition")]

    def __str__(self) -> str:
        return f"{self.competition} {self.get_tier_display()}"


class Coverage(Orderable):
    """Where the media or an office reported on a resource, or an honour it received."""

    page = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="coverage")
    text = models.CharField(_("coverage or honour"), max_length=300)
    date = models.DateField(_("date"), null=True, blank=True)

    panels = [FieldPanel("text"), FieldPanel("date")]

    class Meta(Orderable.Meta):
        verbose_name = _("coverage or honour")
        verbose_name_plural = _("coverage and honours")

    def __str__(self) -> str:
        return self.text


class RestrictedGroup(models.Model):
    """A group that may read a restricted resource. Changed by an act of its own, never by editing the page."""

    page = models.ForeignKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="restricted_groups")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="restricted_resources")

    class Meta:
        verbose_name = _("group with access")
        constraints = [models.UniqueConstraint(fields=["page", "group"], name="one_group_once")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.group}"


class ShownFile(models.Model):
    """A file that a resource shows, and for whom: in its live version (``live``) or in its latest draft.

    The reference index of Wagtail does not tell the two apart, so it cannot answer what a reader may open.
    """

    page = models.ForeignKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="shown_files")
    live = models.BooleanField()
    kind = models.CharField(max_length=10, choices=[(name, name) for name in ("image", "document", "film")])
    file_id = models.PositiveBigIntegerField()
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.LEARNER)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "file_id", "live"], name="shown_file")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.kind} {self.file_id}"
