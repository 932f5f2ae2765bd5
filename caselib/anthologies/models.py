"""Anthologies, their editions as outlines of pinned revisions, house styles, and every compiled result."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caselib.core.enums import JobState
from caselib.resources.enums import Audience, Circulation

from .enums import CompilationState, ItemKind

LEVELS = [(level.value, level.label) for level in Circulation]


class Anthology(models.Model):
    """A collection that is printed again and again: the frame of its editions."""

    title = models.CharField(pgettext_lazy("anthologies", "title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    publisher = models.CharField(_("edited by"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("anthology")
        verbose_name_plural = _("anthologies")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class PrintStyle(models.Model):
    """A house style as data, and the Word template whose styles replace ours, if an office has one."""

    key = models.SlugField(pgettext_lazy("anthologies", "short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    data = models.JSONField(_("style data"))
    template = models.FileField(_("Word template"), upload_to="anthologies/templates", blank=True, max_length=200)
    template_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("house style")
        verbose_name_plural = _("house styles")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One edition: an ordered outline, how it looks, and once frozen the whole book as it will always be printed."""

    anthology = models.ForeignKey(
        Anthology, on_delete=models.PROTECT, related_name="editions", verbose_name=_("anthology")
    )
    name = models.CharField(_("edition"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1900), MaxValueValidator(2999)])
    circulation = models.CharField(_("circulation level"), max_length=10, choices=LEVELS, default=Circulation.INTERNAL)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience.choices, default=Audience.LEARNER)
    style = models.ForeignKey(
        PrintStyle, on_delete=models.PROTECT, related_name="editions", verbose_name=_("house style")
    )
    cover_lines = models.TextField(
        _("lines at the foot of the cover"),
        blank=True,
        max_length=400,
        help_text=_("One line each: the unit, the month."),
    )
    mark = models.CharField(_("mark on the cover"), max_length=40, blank=True)
    cover_image = models.ForeignKey(
        "media.CaseImage",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("cover image"),
    )
    contents_depth = models.PositiveSmallIntegerField(
        _("levels of the contents"), default=2, validators=[MaxValueValidator(3)], help_text=_("0 prints no contents.")
    )
    indexes = models.JSONField(_("indexes"), default=list, blank=True)
    print_codes = models.BooleanField(_("print a QR code to the current version of each case"), default=True)
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors", editable=False
    )
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    frozen_book = models.CharField(max_length=200, blank=True, editable=False)
    frozen_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    frozen_style = models.JSONField(null=True, blank=True, editable=False)
    frozen_template = models.CharField(max_length=200, blank=True, editable=False)
    writer_version = models.CharField(max_length=20, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["anthology", "name"], name="one_edition_a_name"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(frozen_sha256=""), name="frozen_edition_has_its_book"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anthology} {self.name}"

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None


class OutlineItem(models.Model):
    """A place of the outline. Cases that follow a part belong to it."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="items")
    order = models.PositiveIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind.choices)
    title = models.CharField(pgettext_lazy("anthologies", "title"), max_length=300, blank=True)
    number = models.CharField(_("number before the title"), max_length=40, blank=True)
    text = models.TextField(_("text"), blank=True, max_length=100_000, help_text=_("An empty line begins a paragraph."))

    class Meta:
        verbose_name = _("item of the outline")
        verbose_name_plural = _("items of the outline")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()


class Selection(models.Model):
    """A case of an edition, pinned to the published revision that will be printed. Neither can be deleted under it."""

    item = models.OneToOneField(OutlineItem, on_delete=models.CASCADE, related_name="selection")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="selections")
    page = models.ForeignKey(
        "resources.ResourcePage", on_delete=models.PROTECT, related_name="selections", verbose_name=_("resource")
    )
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.PROTECT, related_name="+", verbose_name=_("version")
    )
    sha256 = models.CharField(max_length=64)
    pinned_at = models.DateTimeField(_("pinned at"))

    class Meta:
        verbose_name = _("selected case")
        verbose_name_plural = _("selected cases")
        constraints = [models.UniqueConstraint(fields=["edition", "page"], name="one_case_an_edition")]

    def __str__(self) -> str:
        return f"{self.page_id}@{self.revision_id}"


class Compilation(models.Model):
    """One compiled result. Rows and files are kept: what was sent to the printer can be shown again."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="compilations")
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=CompilationState.choices, default=CompilationState.WAITING)
    inputs = models.JSONField(_("inputs"), default=dict, encoder=DjangoJSONEncoder)
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    docx = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.CharField(max_length=200, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    counted = models.BooleanField(_("page numbers counted"), default=False)
    entries = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("compiled result")
        verbose_name_plural = _("compiled results")
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.edition} {localtime(self.requested_at):%Y-%m-%d %H:%M}"

    @property
    def cancelled(self) -> bool:
        """Whether somebody stopped it, which is no failure."""
        return self.job is not None and self.job.state == JobState.CANCELLED

    @property
    def standing(self) -> str:
        """How far it is in words: until its job has brought it to an end, what the job says."""
        if self.state == CompilationState.DONE or self.job is None or self.job.state == JobState.DONE:
            return str(self.get_state_display())
        return str(self.job.get_state_display())


class PageCount(models.Model):
    """How many pages some text takes in some style: counted once."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    pages = models.PositiveIntegerField()
    headings = models.JSONField(default=list)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.fingerprint[:12]}: {self.pages}"
