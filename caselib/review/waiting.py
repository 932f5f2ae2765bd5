"""What waits for reviewers, authors and editors, for the home page and the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Count, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.models import Page, WorkflowState

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core import clock
from caselib.resources.models import ResourcePage

from .selectors import QueueFilter, due_for_rereview, queue

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
    today = clock.today()
    waiting = queue(user, QueueFilter(mine=True), today).order_by()
    found = waiting.aggregate(n=Count("pk", distinct=True), late=Count("pk", filter=Q(due_on__lt=today), distinct=True))
    words = ngettext("manuscript to review", "manuscripts to review", found["n"])
    return Pile(found["n"], words, reverse("review:queue") + "?mine=on", found["late"])


def _returned(user: User) -> Pile:
    runs = WorkflowState.objects.filter(base_content_type=ContentType.objects.get_for_model(Page))
    returned = runs.filter(status=WorkflowState.STATUS_NEEDS_CHANGES).annotate(
        page_id=Cast("object_id", BigIntegerField())
    )
    # From the few that came back to whose they are: the other way round costs with all that somebody ever wrote.
    mine = Q(owner=user) | Q(authors__user=user)
    number = ResourcePage.objects.filter(mine, pk__in=returned.values("page_id")).distinct().count()
    words = ngettext("manuscript came back to you", "manuscripts came back to you", number)
    return Pile(number, words, reverse("review:manuscripts"))


def _to_look_at_again() -> Pile:
    number = due_for_rereview(clock.today()).count()
    words = ngettext(
        "published item is due to be looked at again", "published items are due to be looked at again", number
    )
    return Pile(number, words, reverse("review:due") + "?days=0")
