"""What a unit sees: its quota, its entries, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, prefetch_related_objects

from caselib.accounts.models import Unit, User
from caselib.core import clock
from caselib.core.errors import Refusal
from caselib.resources.models import ResourcePage

from ..enums import Act, EntryState
from ..models import Competition, Entry, Nomination, Track
from ..rules import quotas, timetable
from ..rules.eligibility import Candidate, refusals

STANDING = [EntryState.DRAFT, EntryState.NOMINATED, EntryState.ACCEPTED]


@dataclass(frozen=True, slots=True)
class TrackRoom:
    """A track with what a unit may still send on in it."""

    track: Track
    room: quotas.Room


def paths_of(units: Iterable[Unit]) -> dict[int, list[int]]:
    """Return for each unit its id and those of its ancestors, the nearest first. One query for all of them."""
    rows = {unit.pk: unit for unit in units}
    step = Unit.steplen
    prefixes = {unit.path[:end] for unit in rows.values() for end in range(step, len(unit.path), step)}
    above = dict(Unit.objects.filter(path__in=prefixes).values_list("path", "pk")) if prefixes else {}
    return {
        pk: [
            pk,
            *(above[unit.path[:end]] for end in range(len(unit.path) - step, 0, -step) if unit.path[:end] in above),
        ]
        for pk, unit in rows.items()
    }


def chain_for(competition: Competition, unit: Unit) -> tuple[int, ...]:
    """Return the units that must recommend an entry of ``unit``, the nearest first."""
    return quotas.chain_of(paths_of([unit])[unit.pk], competition.organiser_id)


def quota_rules(competition: Competition) -> list[quotas.Quota]:
    rows = competition.quotas.values_list("limit", "unit_id", "level", "track_id")
    return [quotas.Quota(limit, unit, level, track) for limit, unit, level, track in rows]


def sent_by(competition: Competition, unit_id: int) -> list[quotas.Sent]:
    """Return the standing recommendations of a unit in a call."""
    rows = Nomination.objects.filter(entry__competition=competition, unit_id=unit_id, stands=True)
    return [
        quotas.Sent(unit, entry, track)
        for unit, entry, track in rows.values_list("unit_id", "entry_id", "entry__track_id")
    ]


def track_rooms(competition: Competition, unit: Unit, tracks: Sequence[Track]) -> tuple[list[TrackRoom], quotas.Room]:
    """Return the room of ``unit`` in each track, and in the whole call. Two queries."""
    rules, sent = quota_rules(competition), sent_by(competition, unit.pk)
    sender = quotas.Sender(unit.pk, unit.level)
    rooms = [TrackRoom(track, quotas.rooms(sender, track.pk, rules, sent)["track"]) for track in tracks]
    return rooms, quotas.rooms(sender, 0, rules, sent)["all"]


def quota_refusal(competition: Competition, unit: Unit, track: Track) -> Refusal | None:
    """Refuse one more recommendation by ``unit`` in ``track`` if its quota is used up."""
    sender = quotas.Sender(unit.pk, unit.level)
    return quotas.may_send(sender, track.pk, quota_rules(competition), sent_by(competition, unit.pk))


def candidate(page: ResourcePage, competition: Competition, *, besides: int | None = None) -> Candidate:
    """Return what the rules must know about ``page``; ``besides`` is the entry that does not count against itself."""
    return candidates([page], competition, besides=[besides] if besides else [])[page.pk]


def candidates(
    pages: Sequence[ResourcePage], competition: Competition, *, besides: Collection[int] = ()
) -> dict[int, Candidate]:
    """Return what the rules must know about each of ``pages``, by id. Five queries, whatever their number."""
    standing = Entry.objects.filter(competition=competition, page__in=pages, state__in=STANDING).exclude(pk__in=besides)
    entered = set(standing.values_list("page_id", flat=True))
    prefetch_related_objects(list(pages), "awards", "attachments", "authors", "unit", "content_type")
    return {
        page.pk: Candidate(
            kind=page.content_type.model,
            live=page.live,
            withdrawn=page.withdrawn_at is not None,
            unit_level=page.unit.level if page.unit else "",
            published_on=(clock.day_of(page.first_published_at) if page.first_published_at else None),
            award_years=tuple(award.year for award in page.awards.all()),
            attachments=len(page.attachments.all()),
            has_author=bool(page.authors.all()),
            entered_already=page.pk in entered,
        )
        for page in pages
    }


def eligibility(page: ResourcePage, track: Track, *, besides: int | None = None) -> list[Refusal]:
    """Return every reason why ``page`` may not be entered in ``track``."""
    known = candidate(page, track.competition, besides=besides)
    return refusals(known, track.conditions, track.competition.year)


def eligibilities(pages: Sequence[ResourcePage], track: Track) -> dict[int, list[Refusal]]:
    """Return the same for many pages, by id, in a fixed number of queries."""
    year = track.competition.year
    return {pk: refusals(one, track.conditions, year) for pk, one in candidates(pages, track.competition).items()}


def missing_in_drafts(competition: Competition, entries: Sequence[Entry]) -> dict[int, list[Refusal]]:
    """Return what the drafts among ``entries`` (with ``page`` and ``track``) still lack, by entry."""
    drafts = [entry for entry in entries if entry.state == EntryState.DRAFT and entry.page is not None]
    pages = [entry.page for entry in drafts if entry.page is not None]
    known = candidates(pages, competition, besides=[entry.pk for entry in drafts])
    return {e.pk: refusals(known[e.page_id], e.track.conditions, competition.year) for e in drafts if e.page_id}


def enterable(user: User, track: Track) -> QuerySet[ResourcePage]:
    """Return the live resources of the user's unit, and those the user wrote, that fit the kinds of the track."""
    own = Q(unit_id=user.unit_id) | Q(authors__user=user)
    pages = ResourcePage.objects.filter(own, live=True, withdrawn_at__isnull=True)
    if track.kinds:
        types = ContentType.objects.filter(app_label="resources", model__in=track.kinds)
        pages = pages.filter(content_type__in=types)
    entered = Entry.objects.filter(competition=track.competition, state__in=STANDING)
    return pages.exclude(pk__in=entered.exclude(page=None).values("page_id")).distinct().order_by("title")


def entries_of(competition: Competition, unit: Unit) -> QuerySet[Entry]:
    """Return the entries that ``unit`` made."""
    rows = competition.entries.filter(unit=unit).select_related("track", "unit", "page__unit", "competition")
    return rows.order_by("-created_at", "-pk")


def waiting_at(competition: Competition, unit: Unit) -> list[Entry]:
    """Return the entries from below that wait for the recommendation of ``unit``. Three queries at most."""
    below = unit.get_descendants().values_list("pk", flat=True)
    entries = list(
        competition.entries.filter(state=EntryState.NOMINATED, unit_id__in=below)
        .select_related("track", "unit")
        .prefetch_related("nominations")
    )
    paths = paths_of([entry.unit for entry in entries])
    return [entry for entry in entries if _next(competition, entry, paths[entry.unit_id]) == unit.pk]


def to_recommend(unit: Unit, moment: datetime) -> list[Entry]:
    """Return what waits for the recommendation of ``unit`` in the calls whose way up is open. Four queries at most."""
    calls = [call for call in open_for_units(moment).prefetch_related("rounds") if not _closed(call, moment)]
    if not calls:
        return []
    below = unit.get_descendants().values_list("pk", flat=True)
    rows = Entry.objects.filter(competition__in=calls, state=EntryState.NOMINATED, unit_id__in=below)
    entries = list(rows.select_related("competition", "unit").prefetch_related("nominations"))
    paths = paths_of([entry.unit for entry in entries])
    return [entry for entry in entries if _next(entry.competition, entry, paths[entry.unit_id]) == unit.pk]


def sent_on(competition: Competition, unit: Unit) -> list[Entry]:
    """Return the entries of units below that ``unit`` recommended, whatever has become of them. One query."""
    rows = competition.entries.filter(nominations__unit=unit).exclude(unit=unit)
    return list(rows.select_related("track", "unit", "competition").order_by("number", "pk").distinct())


def _closed(call: Competition, moment: datetime) -> bool:
    return timetable.may(Act.NOMINATE, call.timetable, moment) is not None


def next_unit(competition: Competition, entry: Entry) -> int | None:
    """Return the unit whose recommendation ``entry`` waits for, or None when its way is complete."""
    return _next(competition, entry, paths_of([entry.unit])[entry.unit_id])


def _next(competition: Competition, entry: Entry, path: Sequence[int]) -> int | None:
    done = [row.unit_id for row in entry.nominations.all() if row.stands]
    return quotas.next_sender(quotas.chain_of(path, competition.organiser_id), done)


def open_for_units(moment: datetime) -> QuerySet[Competition]:
    """Return the published calls whose way up is still open at ``moment``."""
    until = Q(entry_closes__gte=moment) | Q(nomination_closes__gte=moment)
    return Competition.objects.filter(until, state="published").order_by("entry_closes")
