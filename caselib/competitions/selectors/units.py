"""What a unit sees: its quota, its entries, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from caselib.accounts.models import Unit, User
from caselib.core import clock
from caselib.core.errors import Refusal
from caselib.resources.models import ResourcePage

from ..enums import EntryState
from ..models import Competition, Entry, Nomination, Track
from ..rules import quotas
from ..rules.eligibility import Candidate, refusals


@dataclass(frozen=True, slots=True)
class TrackRoom:
    """A track with what a unit may still send on in it."""

    track: Track
    room: quotas.Room


def path_of(unit: Unit) -> list[int]:
    """Return the ids of ``unit`` and its ancestors, the nearest first. One query."""
    ancestors = list(unit.get_ancestors().order_by("-depth").values_list("pk", flat=True))
    return [unit.pk, *ancestors]


def chain_for(competition: Competition, unit: Unit) -> tuple[int, ...]:
    """Return the units that must recommend an entry of ``unit``, the nearest first."""
    return quotas.chain_of(path_of(unit), competition.organiser_id)


def quota_rules(competition: Competition) -> list[quotas.Quota]:
    rows = competition.quotas.values_list("limit", "unit_id", "level", "track_id")
    return [quotas.Quota(limit, unit, level, track) for limit, unit, level, track in rows]


def sent_by(competition: Competition, unit_id: int) -> list[quotas.Sent]:
    """Return the standing recommendations of a unit in a call."""
    rows = Nomination.objects.filter(entry__competition=competition, unit_id=unit_id, stands=True)
    return [quotas.Sent(unit, entry, track) for unit, entry, track in rows.values_list("unit_id", "entry_id", "entry__track_id")]


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
    standing = Entry.objects.filter(
        competition=competition, page=page, state__in=[EntryState.DRAFT, EntryState.NOMINATED, EntryState.ACCEPTED]
    ).exclude(pk=besides)
    published = page.first_published_at
    return Candidate(
        kind=page.specific_class.kind.value if page.specific_class else "",
        live=page.live,
        withdrawn=page.withdrawn_at is not None,
        unit_level=page.unit.level if page.unit else "",
        published_on=published.astimezone(clock.ZONE).date() if published else None,
        award_years=tuple(page.awards.values_list("year", flat=True)),
        attachments=page.attachments.count(),
        has_author=page.authors.exists(),
        entered_already=standing.exists(),
    )


def eligibility(page: ResourcePage, track: Track, *, besides: int | None = None) -> list[Refusal]:
    """Return every reason why ``page`` may not be entered in ``track``."""
    known = candidate(page, track.competition, besides=besides)
    return refusals(known, track.conditions, track.competition.year)


def enterable(user: User, track: Track) -> QuerySet[ResourcePage]:
    """Return the live resources of the user's unit, and those the user wrote, that fit the kinds of the track."""
    from django.contrib.contenttypes.models import ContentType

    own = Q(unit_id=user.unit_id) | Q(authors__user=user)
    pages = ResourcePage.objects.filter(own, live=True, withdrawn_at__isnull=True)
    if track.kinds:
        types = ContentType.objects.filter(app_label="resources", model__in=track.kinds)
        pages = pages.filter(content_type__in=types)
    entered = Entry.objects.filter(
        competition=track.competition, state__in=[EntryState.DRAFT, EntryState.NOMINATED, EntryState.ACCEPTED]
    )
    return pages.exclude(pk__in=entered.exclude(page=None).values("page_id")).distinct().order_by("title")


def entries_of(competition: Competition, unit: Unit) -> QuerySet[Entry]:
    """Return the entries that ``unit`` made."""
    return competition.entries.filter(unit=unit).select_related("track", "unit").order_by("-created_at", "-pk")


def waiting_at(competition: Competition, unit: Unit) -> list[Entry]:
    """Return the entries from below that wait for the recommendation of ``unit``. Four queries at most."""
    below = unit.get_descendants().values_list("pk", flat=True)
    entries = list(
        competition.entries.filter(state=EntryState.NOMINATED, unit_id__in=below)
        .select_related("track", "unit")
        .prefetch_related("nominations")
    )
    return [entry for entry in entries if next_unit(competition, entry) == unit.pk]


def next_unit(competition: Competition, entry: Entry) -> int | None:
    """Return the unit whose recommendation ``entry`` waits for, or None when its way is complete."""
    done = [row.unit_id for row in entry.nominations.all() if row.stands]
    return quotas.next_sender(chain_for(competition, entry.unit), done)


def open_for_units(moment: datetime) -> QuerySet[Competition]:
    """Return the published calls whose way up is still open at ``moment``."""
    until = Q(entry_closes__gte=moment) | Q(nomination_closes__gte=moment)
    return Competition.objects.filter(until, state="published").order_by("entry_closes")
