"""Candidates for a post, read in a fixed number of queries whatever the size of the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q

from caselib.accounts.viewers import Viewer
from caselib.resources.enums import EducationalLevel
from caselib.resources.models import PositionTagging, ResourcePage, SectorTagging, TopicTagging
from caselib.vocabularies.models import Position, Sector, Term, Topic

from ..rules.matching import Candidate, Match, Post, TermFacts, rank
from ..rules.roster import PostBook, PostName, fold
from .cards import content_types_of

MATCHED_KINDS = ("casestudy", "video", "course", "lessonplan", "textbook")
# Enough for any real post; the newest are taken where a term has more.
MAX_CANDIDATES = 400


def facts(term: Term) -> TermFacts:
    return TermFacts(term.pk, term.name, tuple(term.ancestor_ids()))


def post_from(position_code: str, sector_code: str, level: str, topic_codes: Iterable[str] = ()) -> Post:
    """Return the post that codes of terms describe; unknown codes are left out."""
    position = Position.objects.filter(code=position_code).first() if position_code else None
    sector = Sector.objects.filter(code=sector_code).first() if sector_code else None
    risks = Topic.objects.filter(code__in=list(topic_codes)[:10])
    known = level if level in EducationalLevel.values else ""
    return Post(
        position=facts(position) if position else None,
        sector=facts(sector) if sector else None,
        level=known,
        level_label=str(EducationalLevel(known).label) if known else "",
        risks=tuple(facts(topic) for topic in risks),
    )


def candidates(posts: Sequence[Post], viewer: Viewer, kinds: Sequence[str] = MATCHED_KINDS) -> list[Candidate]:
    """Return the resources that could fit any of ``posts``. Five queries."""
    condition = Q(pk__in=[])
    positions = [post.position for post in posts if post.position]
    for axis, terms, model in (
        ("position", positions, Position),
        ("sector", [post.sector for post in posts if post.sector], Sector),
        ("topic", [risk for post in posts for risk in post.risks], Topic),
    ):
        if terms:
            condition |= Q(**{f"{axis}_taggings__tag_id__in": _related_ids(model, terms)})
    if any(post.level for post in posts) and not positions:
        condition |= Q(educational_levels__icontains=next(post.level for post in posts if post.level))
    pages = ResourcePage.objects.visible_to(viewer).filter(condition, content_type_id__in=content_types_of(kinds))
    ids = list(
        dict.fromkeys(pages.order_by("-first_published_at", "-pk").values_list("pk", flat=True)[: MAX_CANDIDATES * 3])
    )
    return _load(ids[:MAX_CANDIDATES])


def ranked(post: Post, viewer: Viewer, kinds: Sequence[str] = MATCHED_KINDS) -> list[Match]:
    """Return the matches for one post, best first."""
    return [] if post.empty else rank(post, candidates([post], viewer, kinds))


def _related_ids(model: type[Term], terms: Sequence[TermFacts]) -> list[int]:
    """Return the ids of the terms, of those above and of those below them. One query."""
    ids = {pk for term in terms for pk in term.path}
    below = Q(pk__in=[])
    for term in terms:
        below |= Q(path__startswith="/".join(str(pk) for pk in term.path) + "/")
    ids.update(model.objects.filter(below).values_list("pk", flat=True))
    return sorted(ids)


def _load(ids: list[int]) -> list[Candidate]:
    rows = (
        ResourcePage.objects.filter(pk__in=ids)
        .annotate(award_count=Count("awards"))
        .values("pk", "educational_levels", "quality_tier", "award_count", "use__ordered")
    )
    tags: dict[str, dict[int, list[TermFacts]]] = {}
    for name, model in (("positions", PositionTagging), ("sectors", SectorTagging), ("topics", TopicTagging)):
        tags[name] = _tags(model, ids)
    return [
        Candidate(
            pk=row["pk"],
            positions=tuple(tags["positions"].get(row["pk"], ())),
            sectors=tuple(tags["sectors"].get(row["pk"], ())),
            topics=tuple(tags["topics"].get(row["pk"], ())),
            levels=tuple(row["educational_levels"] or ()),
            tier=row["quality_tier"],
            awards=row["award_count"],
            ordered=row["use__ordered"] or 0,
        )
        for row in rows
    ]


def _tags(model: Any, ids: list[int]) -> dict[int, list[TermFacts]]:
    found: dict[int, list[TermFacts]] = {}
    rows = model.objects.filter(content_object_id__in=ids).values_list(
        "content_object_id", "tag_id", "tag__name", "tag__path"
    )
    for page, pk, name, path in rows:
        found.setdefault(page, []).append(TermFacts(pk, name, tuple(int(part) for part in path.split("/") if part)))
    return found


def post_book() -> PostBook:
    """Return every name of every position in use, synonyms too, and their codes. One query."""
    positions = list(Position.objects.filter(retired_at__isnull=True))
    names = [
        PostName(position.pk, folded)
        for position in positions
        for text in (position.name, *map(str, position.synonyms or []))
        if (folded := fold(text))
    ]
    return PostBook(names, {position.code: position.pk for position in positions})
