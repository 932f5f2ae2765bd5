"""What the library hides from a blind judge: the published form of what is being judged."""

from __future__ import annotations

from collections.abc import Collection

from caselib.accounts.enums import Role
from caselib.accounts.models import User

from ..enums import RELEASED_STATES, CallState, EntryState
from ..models import Entry

OVER = [*RELEASED_STATES, CallState.CANCELLED]


def veiled_pages(user: User, roles: frozenset[str]) -> Collection[int]:
    """Return the resources entered in blind, unreleased tracks on whose jury ``user`` sits.

    What the judge wrote stays visible: it is known anyway, and never assigned to its author. One query, for judges only.
    """
    if Role.JUDGE not in roles:
        return ()
    entries = Entry.objects.filter(
        track__blind=True,
        track__judges__user_id=user.pk,
        track__judges__active=True,
        state__in=[EntryState.NOMINATED, EntryState.ACCEPTED],
        page__isnull=False,
    ).exclude(competition__state__in=OVER)
    rows = entries.values_list("page_id", "authors")
    return {page for page, authors in rows if all(author.get("user") != user.pk for author in authors)}
