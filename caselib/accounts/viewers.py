"""Who is looking: the frozen description of a reader that access rules and search filters are asked with."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser, Group

from caselib.core import page_cache
from caselib.core.questions import Question

from .enums import ADMINISTRATORS, STAFF, Audience, Role

if TYPE_CHECKING:
    from .models import User

PUBLIC = "public"
INTERNAL = "internal"


Veil = Callable[["User", frozenset[str]], Collection[int]]
_veils: list[Veil] = []
#: (id, name) of the groups of an account.
GROUPS = Question(lambda user: Group.objects.filter(user=user).order_by().values_list("pk", "name"))


def register_veil(veil: Veil) -> None:
    """Register a function (user, roles) → ids of resources that are hidden from this account for the time being.

    A blind judge must not meet the published form of what he or she is judging. The function is asked for every
    signed-in reader, so it looks at the roles before it asks the database.
    """
    if veil not in _veils:
        _veils.append(veil)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A reader. ``tokens`` is what a record must share at least one of to be seen by this reader; ``veiled`` are
    resources that do not exist for this reader although the tokens would allow them."""

    user_id: int | None = None
    unit_id: int | None = None
    roles: frozenset[str] = frozenset()
    group_ids: frozenset[int] = frozenset()
    audiences: frozenset[str] = field(default=frozenset({Audience.LEARNER.value}))
    veiled: frozenset[int] = frozenset()

    @classmethod
    def of(cls, user: User | AnonymousUser) -> Viewer:
        """Return the viewer for ``user``; inactive and anonymous accounts see what the public sees."""
        if not user.is_authenticated or not user.is_active:
            return cls()
        known: Viewer | None = getattr(user, "_viewer_of_request", None)
        if known is not None and page_cache.current() is not None:
            return known
        groups = dict(GROUPS.rows(user.pk))
        roles = frozenset(groups.values()) & frozenset(Role.values)
        viewer = cls(
            user_id=user.pk,
            unit_id=user.unit_id,
            roles=roles,
            group_ids=frozenset(groups),
            audiences=_audiences(roles),
            veiled=frozenset(pk for veil in _veils for pk in veil(user, roles)),
        )
        # A request that only reads asks once; request.user is an object of its own for each request.
        user._viewer_of_request = viewer  # type: ignore[attr-defined]
        return viewer

    @property
    def shared(self) -> Viewer:
        """The same rights without the person: what pieces of pages are made for and kept under."""
        user_id = None if self.user_id is None else 0
        return _shared(user_id, self.roles, self.group_ids, self.audiences, self.veiled)

    @property
    def authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def internal(self) -> bool:
        """Whether internal items may be read: by any account, except that administrators administer only."""
        return self.authenticated and not (self.roles and self.roles <= ADMINISTRATORS)

    @property
    def levels(self) -> frozenset[str]:
        """The circulation levels this reader may see, restricted ones as ``group:<id>``."""
        return _levels(self.group_ids if self.internal else None)

    @property
    def tokens(self) -> frozenset[str]:
        """Every ``level/audience`` pair this reader may see."""
        return _tokens(self.levels, self.audiences)


# Always the same object for the same rights: many keys are compared with it for each page.
@lru_cache(maxsize=512)
def _shared(
    user_id: int | None,
    roles: frozenset[str],
    group_ids: frozenset[int],
    audiences: frozenset[str],
    veiled: frozenset[int],
) -> Viewer:
    return Viewer(user_id=user_id, roles=roles, group_ids=group_ids, audiences=audiences, veiled=veiled)


# Asked for each item of a list; there are as many as there are sorts of readers.
@lru_cache(maxsize=256)
def _levels(groups: frozenset[int] | None) -> frozenset[str]:
    """Return the levels open to the members of ``groups``; None is the public."""
    if groups is None:
        return frozenset({PUBLIC})
    return frozenset({PUBLIC, INTERNAL, *(f"group:{pk}" for pk in groups)})


@lru_cache(maxsize=256)
def _tokens(levels: frozenset[str], audiences: frozenset[str]) -> frozenset[str]:
    return frozenset(f"{level}/{audience}" for level in levels for audience in audiences)


def _audiences(roles: frozenset[str]) -> frozenset[str]:
    """Return the audiences that ``roles`` belong to; reviewers and editors read everything."""
    found = {Audience.LEARNER.value}
    if roles & STAFF:
        found.add(Audience.TEACHER.value)
    if roles & {Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER, Role.EDITOR}:
        found.add(Audience.REVIEWER.value)
    return frozenset(found)
