"""A call: its dates, tracks, rounds, quotas and award rules."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import UnitLevel

from ..enums import RELEASED_STATES, AwardTier, CallState, RoundMode, RoundState, TrackKind
from ..proposal import Composition
from ..rules.eligibility import Conditions
from ..rules.timetable import Timetable, Window


class Competition(models.Model):
    """A call for entries. What may be done in it at a moment follows from its dates (``timetable``)."""

    title = models.CharField(_("title of the call"), max_length=120)
    slug = models.SlugField(_("short name in the address"), max_length=60, unique=True)
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    organiser = models.ForeignKey(
        "accounts.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="competitions",
        verbose_name=_("organiser"),
        help_text=_("Units below it recommend step by step up to it."),
    )
    call = models.TextField(_("text of the call"), blank=True, max_length=20_000)
    state = models.CharField(
        _("state"), max_length=10, choices=CallState.choices, default=CallState.DRAFT, editable=False
    )
    entry_opens = models.DateTimeField(_("entries from"))
    entry_closes = models.DateTimeField(_("entries until"))
    nomination_opens = models.DateTimeField(_("recommendations from"), null=True, blank=True)
    nomination_closes = models.DateTimeField(_("recommendations until"), null=True, blank=True)
    conflict_years = models.PositiveSmallIntegerField(
        _("years a former unit counts"), default=3, validators=[MaxValueValidator(50)]
    )
    publicity_days = models.PositiveSmallIntegerField(
        _("working days of publicity"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    certificate_prefix = models.CharField(_("prefix of certificate numbers"), max_length=20, blank=True)
    certificate_text = models.TextField(
        _("text of the certificate"),
        blank=True,
        max_length=1000,
        help_text=_("{authors}, {title}, {competition}, {track}, {award} and {year} are filled in."),
    )
    released_at = models.DateTimeField(_("results released at"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("competition")
        verbose_name_plural = _("competitions")
        ordering = ["-entry_opens", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(entry_closes__gt=F("entry_opens")), name="entries_close_after_opening"),
            models.CheckConstraint(
                condition=Q(nomination_opens__isnull=True, nomination_closes__isnull=True)
                | Q(nomination_opens__isnull=False, nomination_closes__gt=F("nomination_opens")),
                name="nomination_has_both_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def released(self) -> bool:
        return self.state in RELEASED_STATES

    @property
    def issuer(self) -> str:
        """The unit that signs certificates: the organiser, else the unit of the office that made the call."""
        unit = self.organiser or (self.created_by.unit if self.created_by else None)
        return str(unit or "")

    @property
    def timetable(self) -> Timetable:
        """The dates as the rules want them. One query for the rounds unless they are prefetched."""
        nomination = None
        if self.nomination_opens and self.nomination_closes:
            nomination = Window(self.nomination_opens, self.nomination_closes)
        rounds = sorted(self.rounds.all(), key=lambda item: item.order)
        return Timetable(Window(self.entry_opens, self.entry_closes), nomination, tuple(r.window for r in rounds))


class Track(models.Model):
    """A track of a call with its conditions."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="tracks")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind of track"), max_length=12, choices=TrackKind.choices, default=TrackKind.CASE)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kinds = models.JSONField(_("kinds of resources"), default=list, blank=True)
    levels = models.JSONField(_("levels of units"), default=list, blank=True)
    published_from = models.DateField(_("published from"), null=True, blank=True)
    published_to = models.DateField(_("published until"), null=True, blank=True)
    free_of_awards_years = models.PositiveSmallIntegerField(
        _("years free of awards"), default=0, validators=[MaxValueValidator(50)]
    )
    with_attachment = models.BooleanField(_("an attached file is required"), default=False)
    blind = models.BooleanField(_("judged blind"), default=True)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["competition", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["competition", "name"], name="one_track_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def conditions(self) -> Conditions:
        return Conditions(
            kinds=frozenset(self.kinds or ()),
            levels=frozenset(self.levels or ()),
            published_from=self.published_from,
            published_to=self.published_to,
            free_of_awards_years=self.free_of_awards_years,
            with_attachment=self.with_attachment,
        )


class Round(models.Model):
    """A round of judging with its own dates. Weight 0 makes it a pure screening."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="rounds")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    name = models.CharField(_("name"), max_length=60)
    mode = models.CharField(_("mode"), max_length=6, choices=RoundMode.choices, default=RoundMode.PAPER)
    opens_at = models.DateTimeField(_("scoring from"))
    closes_at = models.DateTimeField(_("scoring until"))
    weight = models.DecimalField(
        _("weight"), max_digits=5, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(Decimal(0))]
    )
    advance = models.PositiveSmallIntegerField(
        _("entries of a track that go on"), null=True, blank=True, help_text=_("Empty in the last round.")
    )
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.PREPARED, editable=False)
    seed = models.PositiveBigIntegerField(_("seed of the assignment"), default=0, editable=False)
    current_entry = models.ForeignKey(
        "competitions.Entry", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["competition", "order"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "order"], name="one_round_a_place"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="round_closes_after_opening"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="round_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> Window:
        return Window(self.opens_at, self.closes_at)


class Quota(models.Model):
    """How many entries a unit, or each unit of a level, may send on."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="quotas")
    track = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas", verbose_name=_("track")
    )
    unit = models.ForeignKey(
        "accounts.Unit", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("unit")
    )
    level = models.CharField(_("level of units"), max_length=12, choices=UnitLevel.choices, blank=True)
    limit = models.PositiveIntegerField(_("entries at most"), validators=[MaxValueValidator(100_000)])

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["competition", "track", "unit", "level"]

    def __str__(self) -> str:
        return f"{self.track or ''} {self.unit or self.get_level_display()} {self.limit}"


class AwardRule(models.Model):
    """An award of a track: a number of places, or a share of the entries."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="award_rules")
    tier = models.CharField(_("award"), max_length=10, choices=AwardTier.choices)
    count = models.PositiveIntegerField(_("places"), null=True, blank=True, validators=[MaxValueValidator(10_000)])
    percent = models.DecimalField(
        _("per cent of the entries"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )

    class Meta:
        verbose_name = _("award rule")
        verbose_name_plural = _("award rules")
        ordering = ["track", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["track", "tier"], name="one_award_rule_a_tier"),
            models.CheckConstraint(
                condition=Q(count__isnull=True, percent__isnull=False) | Q(count__isnull=False, percent__isnull=True),
                name="award_by_count_or_percent",
            ),
        ]

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{self.get_tier_display()} {self.percent.normalize():f}%"
        return f"{self.get_tier_display()} {self.count}"


class CompositionRule(models.Model):
    """A demand on all awarded entries together, for example case courses at least one third of them."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="composition_rules")
    label = models.CharField(_("which entries"), max_length=60)
    numerator = models.PositiveSmallIntegerField(_("share: part"), default=1)
    denominator = models.PositiveSmallIntegerField(_("share: whole"), default=3, validators=[MinValueValidator(1)])
    at_most = models.BooleanField(_("at most instead of at least"), default=False)
    text = models.CharField(_("rule in words"), max_length=200)

    class Meta:
        verbose_name = _("composition rule")
        verbose_name_plural = _("composition rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(denominator__gte=1) & Q(numerator__lte=F("denominator")), name="share_is_at_most_one"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def composition(self) -> Composition:
        return Composition(self.label, Fraction(self.numerator, self.denominator), self.text, self.at_most)
