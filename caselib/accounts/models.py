"""Units as a tree, users with a unit and roles, and the notices they receive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from .enums import ADMIN_ROLES, ADMINISTRATORS, Role, UnitKind, UnitLevel

if TYPE_CHECKING:
    from .viewers import Viewer


class Unit(MP_Node):  # type: ignore[misc]
    """An organisation in the tree province → city → county → township."""

    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    level = models.CharField(_("level"), max_length=12, choices=UnitLevel.choices, default=UnitLevel.COUNTY)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices, default=UnitKind.SCHOOL)
    active = models.BooleanField(_("active"), default=True)

    node_order_by = ["code"]

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name

    def subtree_ids(self) -> list[int]:
        """Return the ids of this unit and of all units below it."""
        return list(Unit.objects.filter(path__startswith=self.path).values_list("pk", flat=True))


class User(AbstractUser):
    """An account: a person in a unit. Roles are groups (see ``Role``)."""

    name = models.CharField(_("full name"), max_length=60, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="users", verbose_name=_("unit")
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    # How often all sessions were ended; they hold this number with the password. None until it happens the first time.
    sessions_ended = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name or super().get_full_name()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must hold to be one of this account: Django's, of the password, and how often all were ended."""
        kept: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{kept}.{self.sessions_ended}" if self.sessions_ended else kept

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of the account (names of its groups that are roles). One query a user object."""
        if not self.pk:
            return frozenset()
        # What ``Viewer.of`` has read for this request is not read again.
        viewer: Viewer | None = self.__dict__.get("_viewer_of_request")
        if viewer is not None:
            return viewer.roles
        return frozenset(self.groups.values_list("name", flat=True)) & frozenset(Role.values)

    @property
    def enters_admin(self) -> bool:
        """Whether the administration is open to the account: what the menu shows; Wagtail asks the permission itself."""
        return self.is_superuser or bool(self.roles & ADMIN_ROLES)

    @property
    def only_administers(self) -> bool:
        """Whether the account is for administering the site and nothing else: it neither reads inside nor orders."""
        return bool(self.roles) and self.roles <= ADMINISTRATORS

    def has_role(self, *wanted: str) -> bool:
        """Whether the account is active and holds at least one of ``wanted``."""
        return self.is_active and not self.roles.isdisjoint(wanted)


class UnitMembership(models.Model):
    """Where a person belonged and when; from it former units are known when conflicts of interest are derived."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("unit"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("unit membership")
        verbose_name_plural = _("unit memberships")
        ordering = ["user", "-since"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="membership_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.unit} {self.since}–{self.until or ''}"


class Notice(models.Model):
    """A message in the site's own inbox; the same text goes out by mail when the change is committed."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", verbose_name=_("recipient"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("link"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["recipient", "read_at"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.subject
