"""Facts about judges and entries from which conflicts and assignments are made."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Q, QuerySet

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, UnitMembership, User
from caselib.resources.models import ResourceAuthor, SectorTagging, TopicTagging

from .. import assignment
from ..enums import AssignmentState, EntryState, RoundState
from ..models import Competition, Conflict, Entry, Judge, JuryAssignment, Nomination, Result, Round, Rubric, Track
from ..names import unit_forms
from ..rules.conflicts import EntryFacts, JudgeFacts, Person, Service, plain


def participants(round_: Round) -> list[Entry]:
    """Return the entries that take part in ``round_``: all received ones in the first round, else those that advanced.

    Entries that share the last advancing place all go on. For an entry that left after the round before was closed the
    next one moves up, until this round is opened: who takes part from then on stands in the chain.
    """
    entries = round_.competition.entries.filter(state=EntryState.ACCEPTED, track__rubrics__round=round_)
    entries = entries.select_related("track", "unit").order_by("number", "pk")
    before = round_.competition.rounds.filter(order__lt=round_.order).order_by("-order").first()
    if before is None:
        return list(entries)
    results = Result.objects.filter(round=before, passed=True)
    if before.advance is None:
        return list(entries.filter(pk__in=results.values("entry_id")))
    if round_.state != RoundState.PREPARED:
        advanced = Q(pk__in=results.filter(rank__lte=before.advance).values("entry_id"))
        return list(entries.filter(advanced | Q(pk__in=round_.assignments.values("entry_id"))))
    return list(entries.filter(pk__in=_advancing(before.advance, results.filter(entry__state=EntryState.ACCEPTED))))


def _advancing(places: int, results: QuerySet[Result]) -> list[int]:
    """Return the ids of the entries on the first ``places`` of their track, counted among ``results``."""
    ranks: dict[int, list[int]] = defaultdict(list)
    rows = list(results.order_by("rank").values_list("entry_id", "entry__track_id", "rank"))
    for _entry, track, rank in rows:
        ranks[track].append(rank)
    return [entry for entry, track, rank in rows if bisect_left(ranks[track], rank) < places]


def on_ballot(round_: Round) -> list[Entry]:
    """Return the entries the audience votes on: those of the tracks in which ballots count."""
    counted = set(round_.rubrics.filter(audience_weight__gt=0).values_list("track_id", flat=True))
    return [entry for entry in participants(round_) if entry.track_id in counted]


def judge_facts(judges: Sequence[Judge]) -> list[JudgeFacts]:
    """Return what conflicts are derived from, for every judge. Four queries."""
    users = {judge.user_id: judge.user for judge in judges}
    services: dict[int, list[Service]] = defaultdict(list)
    for user, unit, until in UnitMembership.objects.filter(user_id__in=users).values_list(
        "user_id", "unit_id", "until"
    ):
        services[user].append(Service(unit, until))
    co_users, co_names = _co_authors(users.values())
    listed: dict[int, set[int]] = defaultdict(set)
    named = Judge.objects.filter(pk__in=[judge.pk for judge in judges], listed_units__isnull=False)
    for judge_id, unit_id in named.values_list("pk", "listed_units"):
        listed[judge_id].add(unit_id)
    return [
        JudgeFacts(
            id=judge.pk,
            user=judge.user_id,
            name=judge.user.name or judge.user.username,
            unit=judge.user.unit_id,
            unit_name=judge.user.unit.name if judge.user.unit else "",
            services=tuple(services[judge.user_id]),
            co_author_users=frozenset(co_users[judge.user_id]),
            co_author_names=frozenset(co_names[judge.user_id]),
            listed_names=frozenset(plain(name) for name in judge.listed_names if name),
            listed_units=frozenset(listed[judge.pk]),
            listed_unit_names=frozenset(plain(name) for name in judge.listed_unit_names if name),
        )
        for judge in judges
    ]


def _co_authors(users: Collection[User]) -> tuple[dict[int, set[int]], dict[int, set[str]]]:
    """Return for each account the accounts and the plain names it has published with.

    A judge's own works are those of the account, and those that name the judge together with the judge's unit.
    """
    pages: dict[int, set[int]] = defaultdict(set)
    by_name = {(plain(user.name), form): user.pk for user in users if user.name for form in _unit_forms(user.unit)}
    rows = ResourceAuthor.objects.filter(
        Q(user__in=users) | Q(user=None, name__in=[user.name for user in users if user.name])
    )
    for page, user, name, unit_name in rows.values_list("page_id", "user_id", "name", "unit_name"):
        judge = user or by_name.get((plain(name), plain(unit_name)))
        if judge is not None:
            pages[page].add(judge)
    known = {user.pk: plain(user.name) for user in users}
    co_users: dict[int, set[int]] = defaultdict(set)
    co_names: dict[int, set[str]] = defaultdict(set)
    for page, other, name in ResourceAuthor.objects.filter(page_id__in=pages).values_list("page_id", "user_id", "name"):
        for user in pages[page]:
            if other is not None and other != user:
                co_users[user].add(other)
            # The same person may stand on another work without an account, so the name counts either way.
            if other != user and plain(name) != known[user]:
                co_names[user].add(plain(name))
    return co_users, co_names


def _unit_forms(unit: Unit | None) -> set[str]:
    return {plain(form) for form in (unit.name, unit.short_name) if form} if unit is not None else set()


def entry_facts(entries: Sequence[Entry]) -> list[EntryFacts]:
    """Return what conflicts are derived from, for every entry. Three queries."""
    users = {a["user"] for entry in entries for a in entry.authors if a.get("user")}
    unit_of = dict(User.objects.filter(pk__in=users, unit__isnull=False).values_list("pk", "unit_id"))
    by_name = unit_names() if any(a.get("unit_name") for entry in entries for a in entry.authors) else {}
    sent_by: dict[int, set[int]] = defaultdict(set)
    rows = Nomination.objects.filter(entry__in=entries, stands=True)
    for entry_id, unit_id in rows.values_list("entry_id", "unit_id"):
        sent_by[entry_id].add(unit_id)
    facts = []
    for entry in entries:
        units = {unit_of[a["user"]] for a in entry.authors if a.get("user") in unit_of}
        for author in entry.authors:
            units |= by_name.get(plain(author.get("unit_name") or ""), set())
        people = tuple(Person(a.get("user"), a["name"], a.get("unit_name", "")) for a in entry.authors)
        sent = frozenset(sent_by[entry.pk] - {entry.unit_id})
        facts.append(EntryFacts(entry.pk, entry.unit_id, people, frozenset(units), sent))
    return facts


def unit_names() -> dict[str, set[int]]:
    """Return the units by each of their names, without white space. One query."""
    found: dict[str, set[int]] = defaultdict(set)
    for pk, name, short in Unit.objects.values_list("pk", "name", "short_name"):
        for form in {plain(name), plain(short)} - {""}:
            found[form].add(pk)
    return found


def units_meant(written: Iterable[str]) -> dict[str, set[int]]:
    """Return for each unit a judge wrote down the units of the library that may be meant; an empty set for none.

    People write 澜溪县党校 for 中共澜溪县委党校, so a unit also counts whose forms share one with what was written.
    """
    forms: dict[str, set[int]] = defaultdict(set)
    for name, ids in unit_names().items():
        for form in unit_forms(name):
            forms[plain(form)] |= ids
    return {text: set().union(*(forms.get(plain(form), set()) for form in unit_forms(text))) for text in written}


def eligible_judges(competition: Competition, track: Track) -> list[Judge]:
    """Return the judges of a track who have declared and can still judge: seat and account active, the role still
    held, and not meanwhile in the competition office, which sees every name and every score."""
    judges = competition.judges.filter(active=True, declared_at__isnull=False, tracks=track, user__is_active=True)
    judges = judges.filter(user__in=User.objects.filter(groups__name=Role.JUDGE))
    judges = judges.exclude(user__in=User.objects.filter(groups__name=Role.COMPETITION_OFFICE))
    return list(judges.select_related("user__unit").prefetch_related("topics", "sectors").order_by("pk"))


def task(rubric: Rubric, entries: Sequence[Entry], seed: int) -> assignment.Task:
    """Return the assignment task of one track in one round. A fixed number of queries."""
    judges = eligible_judges(rubric.track.competition, rubric.track)
    pairs = Conflict.objects.filter(entry__in=entries, judge__in=judges).values_list("judge_id", "entry_id")
    topics, sectors = _terms_of(entries, "topic"), _terms_of(entries, "sector")
    return assignment.Task(
        readers=tuple(
            assignment.Reader(j.pk, frozenset(t.pk for t in j.topics.all()), frozenset(s.pk for s in j.sectors.all()))
            for j in judges
        ),
        items=tuple(
            assignment.Item(e.pk, frozenset(topics[e.page_id]), frozenset(sectors[e.page_id])) for e in entries
        ),
        k=rubric.readings,
        conflicts=frozenset(pairs),
        seed=seed,
    )


def _terms_of(entries: Sequence[Entry], axis: str) -> dict[int | None, set[int]]:
    found: dict[int | None, set[int]] = defaultdict(set)
    pages = {entry.page_id for entry in entries if entry.page_id}
    taggings = SectorTagging.objects.all() if axis == "sector" else TopicTagging.objects.all()
    for page, tag in taggings.filter(content_object_id__in=pages).values_list("content_object_id", "tag_id"):
        found[page].add(tag)
    return found


def seats_of(user: User) -> QuerySet[Judge]:
    """Return the jury seats of a user in running calls, newest first."""
    seats = Judge.objects.filter(user=user, active=True).exclude(competition__state__in=["draft", "cancelled"])
    return seats.select_related("competition").order_by("-competition__entry_opens", "-pk")


def desk(judge: Judge) -> QuerySet[JuryAssignment]:
    """Return what a judge has to read in rounds that are or were open, in order of number."""
    rows = JuryAssignment.objects.filter(judge=judge, round__state__in=[RoundState.OPEN, RoundState.CLOSED])
    rows = rows.exclude(state=AssignmentState.REPLACED).filter(entry__state=EntryState.ACCEPTED)
    return rows.select_related("round", "entry__track", "entry__competition", "score").order_by(
        "round__order", "entry__number", "pk"
    )


def to_score(user: User | int) -> QuerySet[JuryAssignment]:
    """Return what ``user`` (or the account of this id) has still to score in the rounds that are open."""
    rows = JuryAssignment.objects.filter(judge__user=user, judge__active=True, state=AssignmentState.ASSIGNED)
    return rows.filter(round__state=RoundState.OPEN, entry__state=EntryState.ACCEPTED)


def loads(round_: Round) -> dict[int, dict[str, int]]:
    """Return for each judge how many readings are assigned and done in ``round_``."""
    rows = round_.assignments.exclude(state=AssignmentState.REPLACED).values("judge_id")
    rows = rows.annotate(all=Count("pk"), done=Count("pk", filter=Q(state=AssignmentState.SCORED)))
    return {row["judge_id"]: {"all": row["all"], "done": row["done"]} for row in rows}
