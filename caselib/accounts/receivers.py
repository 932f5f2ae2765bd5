"""Keeps the three administrators apart by whatever road a role is given, and writes down who was locked out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, pre_delete, pre_save
from django.utils.translation import gettext_lazy as _

from caselib.core import audit, clock
from caselib.core.errors import Refusal, RefusedError, require
from caselib.core.models import AuditRecord

from .enums import Role
from .models import User
from .rules import may_hold


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    m2m_changed.connect(_given, sender=User.groups.through, dispatch_uid="accounts.given")
    pre_save.connect(_renamed, sender=Group, dispatch_uid="accounts.renamed")
    user_locked_out.connect(_locked_out, dispatch_uid="accounts.locked_out")
    pre_delete.connect(_removed, sender=Group, dispatch_uid="accounts.removed")


def _given(sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    if not pk_set or action not in ("pre_add", "post_add"):
        return
    people = User.objects.filter(pk__in=pk_set if reverse else [instance.pk]).order_by("pk")
    if action == "pre_add":
        # What is given to the same person elsewhere at this moment is seen below, not passed by.
        list(people.select_for_update(no_key=True).values_list("pk"))
        return
    for person in people:
        require(may_hold(list(person.groups.values_list("name", flat=True))))


def _renamed(sender: type[Group], instance: Group, **kwargs: Any) -> None:
    """A role is known by its group's name: no other group takes that name, and the group keeps it."""
    before = Group.objects.filter(pk=instance.pk).values_list("name", flat=True).first() if instance.pk else None
    if before is not None and before != instance.name and {before, instance.name} & set(Role.values):
        raise RefusedError(
            Refusal("role-name", _("The groups of the roles keep their names; make a group of your own."))
        )


def _removed(sender: type[Group], instance: Group, **kwargs: Any) -> None:
    if instance.name in Role.values:
        raise RefusedError(Refusal("role-group", _("The groups of the roles are part of the library and stay.")))


def _locked_out(sender: Any, username: str | None = None, ip_address: str | None = None, **kwargs: Any) -> None:
    """Write one row for each lock, however often somebody knocks while it lasts.

    A name that no account has is not kept: people type their password into the wrong field.
    """
    user = User.objects.filter(username=username or "").first()
    since = clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    known = AuditRecord.objects.filter(verb="accounts.locked_out", at__gte=since, data__address=ip_address or "")
    if not known.filter(target_id=str(user.pk) if user else "").exists():
        audit.record("accounts.locked_out", user, by=None, address=ip_address or "")
