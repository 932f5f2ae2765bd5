"""Course bidding (课程竞标): a need, bids with an outline, the commission and its milestones."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..enums import BidState, MilestoneState, NeedState
from .calls import Competition


class Need(models.Model):
    """A course somebody needs. Its ``competition`` carries the dates, the jury and the scores of the bids."""

    title = models.CharField(_("name of the course wanted"), max_length=120)
    topic = models.ForeignKey(
        "vocabularies.Topic", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    audience = models.CharField(_("learners addressed"), max_length=200)
    requirements = models.TextField(_("what is needed"), max_length=5000)
    deadline = models.DateTimeField(_("bids until"))
    deliver_by = models.DateField(_("course needed by"))
    state = models.CharField(_("state"), max_length=14, choices=NeedState.choices, default=NeedState.DRAFT)
    competition = models.OneToOneField(
        Competition, null=True, blank=True, on_delete=models.PROTECT, related_name="need", editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("course need")
        verbose_name_plural = _("course needs")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Bid(models.Model):
    """A unit's offer to develop the course."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="bids")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="bids", verbose_name=_("unit"))
    title = models.CharField(_("title of the course"), max_length=120)
    outline = models.TextField(_("outline"), max_length=20_000)
    team = models.CharField(_("team"), max_length=300, help_text=_("Names, separated by commas."))
    state = models.CharField(_("state"), max_length=10, choices=BidState.choices, default=BidState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "unit"], condition=~models.Q(state="withdrawn"), name="one_bid_a_unit"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Commission(models.Model):
    """The order to develop the course, given to the unit whose bid won. ``page`` is the resource it led to."""

    need = models.OneToOneField(Need, on_delete=models.PROTECT, related_name="commission")
    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="commission")
    page = models.ForeignKey(
        "resources.ResourcePage", null=True, blank=True, on_delete=models.SET_NULL, related_name="commissions"
    )
    given_at = models.DateTimeField(_("given at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return f"{self.need} · {self.bid.unit}"


class Milestone(models.Model):
    """A step of a commission with its date; the last one hands in the resource."""

    commission = models.ForeignKey(Commission, on_delete=models.CASCADE, related_name="milestones")
    order = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("milestone"), max_length=120)
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=MilestoneState.choices, default=MilestoneState.OPEN)
    report = models.TextField(_("report"), blank=True, max_length=5000)
    answer = models.TextField(_("answer of the office"), blank=True, max_length=2000)
    hands_in = models.BooleanField(_("hands in the resource"), default=False)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["commission", "order"]
        constraints = [models.UniqueConstraint(fields=["commission", "order"], name="one_milestone_a_place")]

    def __str__(self) -> str:
        return self.title
