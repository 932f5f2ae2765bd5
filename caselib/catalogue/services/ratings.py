"""Rating (评单): once a person, without a name, with the results to author and course page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock, page_cache
from caselib.core.errors import ConflictError, Refusal, require

from ..models import Dispatch, Rating
from ..rules import orders as rules
from .uses import count


@dataclass(frozen=True, slots=True)
class Scores:
    """One to five for each criterion."""

    content: int
    delivery: int
    use: int

    def __post_init__(self) -> None:
        if not all(1 <= score <= 5 for score in (self.content, self.delivery, self.use)):
            raise ValueError("scores are from 1 to 5")


def voter_key(session_id: int, user_id: int) -> str:
    """Return the keyed hash that stands for a person in one session; it cannot be turned back into the person."""
    return salted_hmac("caselib.catalogue.rating", f"{session_id}:{user_id}", algorithm="sha256").hexdigest()


@transaction.atomic
def rate_order(session: Dispatch, *, scores: Scores, comment: str = "", by: User, at: datetime | None = None) -> Rating:
    """Keep the rating of one listener. Raises RefusedError, ConflictError for a second one.

    Effects in order: rating without name, totals, page cache, audit ``catalogue.session_rated`` (without actor), a notice
    to the authors at the first rating of a session.
    """
    moment = at or clock.now()
    session = (
        Dispatch.objects.select_for_update(of=("self",)).select_related("line__order", "teacher").get(pk=session.pk)
    )
    given = session.ratings.count()
    require(
        rules.may_rate(
            authenticated=by.is_authenticated and by.is_active,
            is_teacher=session.teacher is not None and session.teacher.user_id == by.pk,
            state=session.state,
            starts_at=session.starts_at,
            now=moment,
            rated=given,
            attendance=session.attendance,
        )
    )
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                dispatch=session,
                voter=voter_key(session.pk, by.pk),
                content=scores.content,
                delivery=scores.delivery,
                use=scores.use,
                comment=comment.strip()[:1000],
                rated_on=moment.astimezone(clock.ZONE).date(),
            )
    except IntegrityError as error:
        raise ConflictError(
            Refusal("rated", _("You have rated this session already. Each person rates once."))
        ) from error
    count(session.line.resource_id, ratings=1, rating_sum=scores.content + scores.delivery + scores.use)
    page_cache.bump(page_cache.PAGES)
    audit.record("catalogue.session_rated", session.line.order, by=None, at=moment, session=session.pk)
    if given == 0:
        _tell_authors(session, moment)
    return rating


def _tell_authors(session: Dispatch, at: datetime) -> None:
    page = session.line.resource
    authors = User.objects.filter(authored__page_id=page.pk).distinct()
    owners = User.objects.filter(teacher_pages__dispatches=session).distinct()
    subject = _("First rating for “%(title)s”") % {"title": session.line.title}
    notify([*authors, *owners], subject=subject, url=reverse("catalogue:session", args=[session.pk]), at=at)
