"""Verbs on accounts: roles, units and notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise

from caselib.core import audit, clock
from caselib.core.errors import require
from caselib.core.seen import require_seen, stamp

from .enums import ADMINISTRATORS, Role
from .letters import send_letters
from .models import Notice, Unit, UnitMembership, User
from .rules import may_give, may_hold, may_set_permissions, may_switch
from .selectors import permissions_of


@transaction.atomic
def set_roles(user: User, roles: Collection[str], *, by: User | None, at: datetime | None = None) -> None:
    """Give ``user`` exactly ``roles`` (groups that are no roles stay). Raises RefusedError for two administrators, and
    for roles that somebody gives to the own account.

    Effects in order: groups changed, all sessions of the account ended where it becomes one of the three
    administrators or is one no longer, audit row ``accounts.roles_set``.
    """
    wanted = {Role(role).value for role in roles}
    require(may_hold(wanted))
    _hold(user)
    before = sorted(user.groups.filter(name__in=Role.values).values_list("name", flat=True))
    require(may_give(wanted, before, own=by is not None and by.pk == user.pk))
    user.groups.remove(*Group.objects.filter(name__in=set(Role.values) - wanted))
    user.groups.add(*[Group.objects.get_or_create(name=name)[0] for name in sorted(wanted)])
    user.__dict__.pop("roles", None)
    if ADMINISTRATORS & (set(before) ^ wanted):
        end_sessions(user)
    audit.record("accounts.roles_set", user, by=by, at=at, before=before, after=sorted(wanted))


@transaction.atomic
def set_groups(user: User, groups: Collection[Group], *, by: User | None, at: datetime | None = None) -> None:
    """Put ``user`` into exactly ``groups`` beside the roles: who reads what is restricted to groups.

    Effects in order: groups changed, audit row ``accounts.groups_set``; none where nothing changes.
    """
    _hold(user)
    before = set(user.groups.exclude(name__in=Role.values))
    if before == set(groups):
        return
    user.groups.remove(*(before - set(groups)))
    user.groups.add(*(set(groups) - before))
    names = [sorted(group.name for group in held) for held in (before, groups)]
    audit.record("accounts.groups_set", user, by=by, at=at, before=names[0], after=names[1])


@transaction.atomic
def move_to_unit(user: User, unit: Unit, *, by: User | None, at: datetime | None = None) -> None:
    """Move ``user`` to ``unit`` and keep the old membership with its end.

    Effects in order: open membership closed, new one opened, user saved, audit row ``accounts.unit_changed``.
    """
    day = clock.day_of(at or clock.now())
    before = _hold(user).unit_id
    user.memberships.filter(until__isnull=True).update(until=day)
    UnitMembership.objects.create(user=user, unit=unit, since=day)
    user.unit = unit
    user.save(update_fields=["unit"])
    audit.record("accounts.unit_changed", user, by=by, at=at, before=before, after=unit.pk)


def _hold(user: User) -> User:
    """Return ``user`` as it is now, locked: what two administrators set at once is checked and written down in turn."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


@transaction.atomic
def set_active(user: User, active: bool, *, by: User, at: datetime | None = None) -> None:
    """Switch ``user`` on or off. Raises RefusedError for whoever keeps no accounts, and for the own one.

    Effects in order: account saved, all its sessions ended, audit row ``accounts.changed``; none if it is as wanted.
    """
    require(may_switch(by.roles, everything=by.is_superuser, own=by.pk == user.pk))
    if _hold(user).is_active == active:
        return
    user.is_active = active
    user.save(update_fields=["is_active"])
    end_sessions(user)
    audit.record("accounts.changed", user, by=by, at=at, fields=["is_active"], active=active)


def end_sessions(user: User) -> None:
    """End all sessions of ``user``, wherever they are open. Whoever switches an account off and on again within the two
    weeks of a session would else let in again whoever sat before it. Effects: account saved."""
    User.objects.filter(pk=user.pk).update(sessions_ended=Coalesce(F("sessions_ended"), 0) + 1)
    user.refresh_from_db(fields=["sessions_ended"])


def stamp_of_group(group: Group) -> str:
    """Return what tells whether name and permissions of ``group`` are still those that somebody was shown."""
    return stamp([group.name, sorted(permissions_of(group))])


@contextmanager
def changing_permissions(group: Group, *, seen: str = "", by: User, at: datetime | None = None) -> Iterator[None]:
    """What is done inside may change what ``group`` may do. Raises RefusedError before anything is done, ConflictError if
    the group is not as it was ``seen``.

    Effects in order: what is done inside, audit row ``accounts.permissions_set`` with what was added and taken away.
    """
    require(may_set_permissions(group.name, own=by.groups.filter(pk=group.pk).exists()))
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require_seen(seen, stamp_of_group(group))
        before = permissions_of(group)
        yield
        after = permissions_of(group)
        if after != before:
            audit.record(
                "accounts.permissions_set", group, by=by, at=at,
                added=sorted(after - before), removed=sorted(before - after),
            )  # fmt: skip


@transaction.atomic
def notify(
    users: Iterable[User],
    *,
    subject: Promise,
    body: Promise | None = None,
    quoted: str = "",
    words: Mapping[str, object] | None = None,
    url: str = "",
    at: datetime | None = None,
) -> list[Notice]:
    """Write one notice for each active user and mail it when the transaction is committed; return the notices.

    ``subject`` and ``body`` are lazy texts, filled with ``words`` (days and moments among them are written out); ``quoted``
    is what a person wrote, and stands below as it is. Raises TypeError for a text that is in some language already: whoever
    acts may read the library in another one than those who are told, so the texts are made here, in the language of the
    library.

    Effects in order: notices; letters on commit.
    """
    with translation.override(settings.LANGUAGE_CODE):
        filled = {name: _written(value) for name, value in (words or {}).items()}
        heading = _text(subject, filled)
        text = "\n\n".join(part for part in (_text(body, filled) if body else "", quoted) if part)
    moment = at or clock.now()
    recipients = {user.pk: user for user in users if user.is_active}
    notices = Notice.objects.bulk_create(
        Notice(recipient=user, subject=heading[:200], body=text, url=url[:500], created_at=moment)
        for user in recipients.values()
    )
    transaction.on_commit(lambda: send_letters(recipients.values(), heading, text, url), robust=True)
    return notices


def _text(text: Promise, words: Mapping[str, object]) -> str:
    if not isinstance(text, Promise):
        raise TypeError(f"a notice takes lazy texts, not {text!r}")
    return str(text) % words


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return clock.written(value)
    return date_format(value) if isinstance(value, date) else value
