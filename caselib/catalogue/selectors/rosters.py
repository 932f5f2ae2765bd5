"""From a roster to a list for the room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from caselib.accounts.viewers import Viewer
from caselib.vocabularies.models import Position

from ..rules.matching import Match, Post, rank
from ..rules.roster import MAX_LINES, RosterLine, choose_items, coverage, find_position, is_heading
from .cards import Card, cards_by_id
from .matching import candidates, facts, post_book

MAX_POSTS = 120  # of one room; a roster of the whole county names fewer


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post of the room: how many hold it, and which cards of the list speak to it."""

    name: str
    people: int
    cards: Sequence[Card]
    lines: Sequence[RosterLine] = ()  # who was read as holding it, so that a wrong reading is seen

    @property
    def missed(self) -> bool:
        return not self.cards


@dataclass(frozen=True, slots=True)
class RoomItem:
    card: Card
    reasons: Sequence[str]
    people: int


@dataclass(frozen=True, slots=True)
class RoomList:
    """The list for a room, its coverage, and the lines whose post is unknown."""

    items: Sequence[RoomItem]
    rows: Sequence[PostRow]
    unknown: Sequence[RosterLine]
    people: int
    headings: Sequence[RosterLine] = ()
    cut: bool = False
    left_out: int = 0  # people whose post is one too many

    @property
    def missed(self) -> Sequence[PostRow]:
        return [row for row in self.rows if row.missed]


def room_list(lines: Sequence[RosterLine], context: Post, viewer: Viewer) -> RoomList:
    """Return the list for the people of ``lines``; ``context`` is the sector and level of the class."""
    book = post_book()
    cut = len(lines) >= MAX_LINES
    headings = [line for line in lines if is_heading(line)]
    lines = [line for line in lines if not is_heading(line)]
    held = [(line, find_position(line, book)) for line in lines]
    unknown = [line for line, position in held if position is None]
    people = Counter(position for _line, position in held if position is not None)
    known = people.total()
    people = Counter(dict(people.most_common(MAX_POSTS)))
    positions = {position.pk: position for position in Position.objects.filter(pk__in=people)}
    posts = {
        pk: Post(facts(positions[pk]), context.sector, context.level, context.level_label)
        for pk in people
        if pk in positions
    }
    pool = candidates(list(posts.values()), viewer) if posts else []
    ranked = {pk: _fitting(rank(post, pool)) for pk, post in posts.items()}
    chosen = choose_items(ranked, people)
    cards = cards_by_id(chosen, viewer)
    rows = [
        PostRow(
            positions[row.position_id].name,
            row.people,
            [cards[pk] for pk in row.item_ids if pk in cards],
            [line for line, position in held if position == row.position_id],
        )
        for row in coverage(ranked, people, chosen)
    ]
    return RoomList(
        items=[_item(cards[pk], ranked, people) for pk in chosen if pk in cards],
        rows=rows,
        unknown=unknown,
        people=len(lines),
        headings=headings,
        cut=cut,
        left_out=known - people.total(),
    )


def _fitting(matches: list[Match]) -> list[Match]:
    """Keep what speaks to the post itself; a shared sector alone does not serve a person's post."""
    return [match for match in matches if match.same_position][:30]


def _item(card: Card, ranked: dict[int, list[Match]], people: Counter[int]) -> RoomItem:
    found = [(post, match) for post, matches in ranked.items() for match in matches if match.pk == card.pk]
    reasons = list(dict.fromkeys(reason for _post, match in found for reason in match.reasons))
    return RoomItem(card, reasons[:4], sum(people[post] for post, _match in found))
