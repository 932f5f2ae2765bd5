"""Rating (评单): once a person, without a name, with the results to author and course page."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, require

from ..models import Dispatch, Rating, RatingSlip
from ..models.dispatch import SLIP_LENGTH
from ..rules import orders as rules
from .uses import count

MAX_SLIPS = 2000


@dataclass(frozen=True, slots=True)
class Scores:
    """One to five for each criterion."""

    content: int
    delivery: int
    use: int

    def __post_init__(self) -> None:
        if not all(1 <= score <= 5 for score in (self.content, self.delivery, self.use)):
            raise ValueError("scores are from 1 to 5")


def voter_key(session_id: int, holder: str) -> str:
    """Return the keyed hash that stands for a person (the id) or a slip (``slip:`` and its code) in one session.

    It cannot be turned back into the person or the slip.
    """
    return salted_hmac("caselib.catalogue.rating", f"{session_id}:{holder}", algorithm="sha256").hexdigest()


def why_not_slips(session: Dispatch, *, by: User) -> Refusal | None:
    """Return why ``by`` does not hand out the rating slips of ``session``, or None. Two queries."""
    return rules.may_issue_slips(
        dispatcher=rules.may_dispatch(by.roles) is None,
        own_unit=rules.may_see_order(Viewer.of(by), session.line.order.unit_id),
        is_teacher=session.teacher is not None and session.teacher.user_id == by.pk,
        state=session.state,
        slips=session.slips.count(),
        rated=session.ratings.count(),
    )


@transaction.atomic
def issue_slips(session: Dispatch, *, number: int, by: User, at: datetime | None = None) -> int:
    """See to it that ``session`` has ``number`` rating slips and return how many there are. Raises RefusedError.

    Slips that exist stay valid. Effects in order: slips, audit ``catalogue.slips_issued``.
    """
    session = (
        Dispatch.objects.select_for_update(of=("self",)).select_related("line__order", "teacher").get(pk=session.pk)
    )
    require(why_not_slips(session, by=by))
    if not 1 <= number <= MAX_SLIPS:
        require(Refusal("number", _("From 1 to %(n)d slips can be printed for a session.") % {"n": MAX_SLIPS}))
    present = session.slips.count()
    if number > present:
        RatingSlip.objects.bulk_create(RatingSlip(dispatch=session) for _unused in range(number - present))
        audit.record("catalogue.slips_issued", session.line.order, by=by, at=at, session=session.pk, number=number)
    return max(number, present)


def find_slip(code: str) -> RatingSlip | None:
    """Return the slip with ``code`` as people type it (any case, width, spaces and hyphens), or None."""
    folded = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    if len(folded) != SLIP_LENGTH:
        return None
    return RatingSlip.objects.filter(code=folded).select_related("dispatch__line__order", "dispatch__teacher").first()


def why_not_rate(session: Dispatch, *, by: User | None, slip: RatingSlip | None, at: datetime) -> Refusal | None:
    """Return why the one at the screen cannot rate ``session`` now, or None. Two queries."""
    has_slip = slip is not None and slip.dispatch_id == session.pk
    return rules.may_rate(
        admitted=_is_person(by) or has_slip,
        by_slips=session.slips.exists(),
        has_slip=has_slip,
        is_teacher=by is not None and session.teacher is not None and session.teacher.user_id == by.pk,
        state=session.state,
        starts_at=session.starts_at,
        now=at,
        rated=session.ratings.count(),
        attendance=session.attendance,
    )


def has_rated(session: Dispatch, *, by: User | None, slip: RatingSlip | None) -> Refusal | None:
    """Return that this account or slip was used for ``session``, or None. One query."""
    if session.ratings.filter(voter=voter_key(session.pk, _holder(by, slip))).exists():
        return Refusal("rated", _("This session was rated with this account or slip already. Each person rates once."))
    return None


def _holder(by: User | None, slip: RatingSlip | None) -> str:
    return f"slip:{slip.code}" if slip is not None else str(by.pk if by else "")


def _is_person(by: User | None) -> bool:
    return by is not None and by.is_authenticated and by.is_active


@transaction.atomic
def rate_order(
    session: Dispatch,
    *,
    scores: Scores,
    comment: str = "",
    by: User | None,
    slip: RatingSlip | None = None,
    at: datetime | None = None,
) -> Rating:
    """Keep the rating of one listener, who has an account (``by``) or holds a ``slip`` of this session.

    Raises RefusedError, ConflictError for a second one. In a session with slips the slip is the voice, signed in or not.

    Effects in order: rating without name, totals, page cache, audit ``catalogue.session_rated`` (without actor), a notice
    to the authors at the first rating of a session.
    """
    moment = at or clock.now()
    session = (
        Dispatch.objects.select_for_update(of=("self",)).select_related("line__order", "teacher").get(pk=session.pk)
    )
    given = session.ratings.count()
    require(why_not_rate(session, by=by, slip=slip, at=moment))
    if (used := has_rated(session, by=by, slip=slip)) is not None:
        raise ConflictError(used)
    rating = Rating.objects.create(
        dispatch=session,
        voter=voter_key(session.pk, _holder(by, slip)),
        content=scores.content,
        delivery=scores.delivery,
        use=scores.use,
        comment=comment.strip()[:1000],
        rated_on=clock.day_of(moment),
    )
    count(session.line.resource_id, ratings=1, rating_sum=scores.content + scores.delivery + scores.use)
    audit.record("catalogue.session_rated", session.line.order, by=None, at=moment, session=session.pk)
    if given == 0:
        _tell_authors(session, moment)
    return rating


def _tell_authors(session: Dispatch, at: datetime) -> None:
    page = session.line.resource
    authors = User.objects.filter(authored__page_id=page.pk).distinct()
    owners = User.objects.filter(teacher_pages__dispatches=session).distinct()
    notify(
        [*authors, *owners],
        subject=gettext_lazy("First rating for “%(title)s”"),
        words={"title": session.line.title},
        url=reverse("catalogue:session", args=[session.pk]),
        at=at,
    )
