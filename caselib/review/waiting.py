"""What waits for reviewers, authors and editors, for the home page and the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.models import Page

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core import clock
from caselib.core.questions import Tally, one_if

from .selectors.queue import due_for_rereview, returned_to, to_review

TO_REVIEW = Tally(lambda user, day: to_review(user).order_by().values_list("pk", one_if(Q(due_on__lt=day))))
RETURNED = Tally(lambda user, page_type: returned_to(user, page_type).order_by().values_list("pk"))
DUE = Tally(lambda day: due_for_rereview(day).select_related(None).order_by().values_list("pk"))
WRITERS = frozenset({Role.AUTHOR, Role.TEACHER, Role.EDITOR})


def piles(user: User, roles: frozenset[str]) -> Iterator[Pile]:
    """Return the manuscripts to review, those that came back, and the published items to be looked at again."""
    if roles & REVIEWERS:
        yield _to_review(user)
    if roles & WRITERS:
        yield _returned(user)
    if Role.EDITOR in roles:
        yield _to_look_at_again()


def _to_review(user: User) -> Pile:
    number, late = TO_REVIEW.of(user.pk, clock.today())
    words = ngettext("manuscript to review", "manuscripts to review", number)
    return Pile(number, words, reverse("review:queue") + "?mine=on", late)


def _returned(user: User) -> Pile:
    (number,) = RETURNED.of(user.pk, ContentType.objects.get_for_model(Page).pk)
    words = ngettext("manuscript came back to you", "manuscripts came back to you", number)
    return Pile(number, words, reverse("review:manuscripts"))


def _to_look_at_again() -> Pile:
    (number,) = DUE.of(clock.today())
    words = ngettext(
        "published item is due to be looked at again", "published items are due to be looked at again", number
    )
    return Pile(number, words, reverse("review:due") + "?days=0")
