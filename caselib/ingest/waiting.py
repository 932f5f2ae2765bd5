"""What waits for whoever uploaded manuscripts: items that were found and neither accepted nor refused."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core.questions import Tally

from .enums import ItemState
from .models import ImportItem

#: The items of an account that nobody has decided on.
WAITING = Tally(
    lambda user: (
        ImportItem.objects.filter(batch__received_by=user, state=ItemState.WAITING).order_by().values_list("pk")
    )
)
UPLOADERS = frozenset({Role.AUTHOR, Role.TEACHER, Role.EDITOR})


def piles(user: User, roles: frozenset[str]) -> Iterator[Pile]:
    """Return the items of own uploads that wait for a decision."""
    if roles & UPLOADERS:
        (number,) = WAITING.of(user.pk)
        words = ngettext("uploaded text to look through", "uploaded texts to look through", number)
        yield Pile(number, words, reverse("imports"))
