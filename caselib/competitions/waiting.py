"""What waits for judges, recommending units and the competition office, for the home page and the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core import clock
from caselib.core.questions import Tally

from .enums import ObjectionState
from .models import Objection
from .selectors.jury import to_score
from .selectors.units import to_recommend

TO_SCORE = Tally(lambda user: to_score(user).order_by().values_list("pk"))
OBJECTIONS = Tally(lambda: Objection.objects.filter(state=ObjectionState.OPEN).order_by().values_list("pk"))


def piles(user: User, roles: frozenset[str]) -> Iterator[Pile]:
    """Return the readings to score, the entries to recommend and the objections to answer."""
    if Role.JUDGE in roles:
        (number,) = TO_SCORE.of(user.pk)
        yield Pile(number, ngettext("entry to score", "entries to score", number), reverse("competitions:judging"))
    if Role.UNIT_CONTACT in roles and user.unit is not None:
        calls = [entry.competition for entry in to_recommend(user.unit, clock.now())]
        one = reverse("competitions:unit_desk", args=[calls[0].slug]) if len(set(calls)) == 1 else ""
        words = ngettext("entry to recommend", "entries to recommend", len(calls))
        yield Pile(len(calls), words, one or reverse("competitions:index"))
    if Role.COMPETITION_OFFICE in roles:
        (number,) = OBJECTIONS.of()
        words = ngettext("objection to answer", "objections to answer", number)
        yield Pile(number, words, reverse("competitions:office"))
