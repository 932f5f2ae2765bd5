"""Rows of lists and tiles of shelves, written in one step: many stand in one page, and a template asks for each part by name."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from search.api import Hit, Passage

from . import wording
from .selectors.cards import Card

ABSTRACT = 140  # characters
PASSAGES = 2


class Frame(NamedTuple):
    """What a row shows of its resource wherever it stands: all before its title, the meta line below, and all after the
    cover's link where nothing more is said of it."""

    opening: str
    meta: str
    rest: str


def frame(card: Card, star: str) -> Frame:
    """Return what is written once for all rows of ``card``; ``star`` is the icon before a rating."""
    opening = (
        f'<article class="result">\n<span class="cover cover--thumb">{card.tall_cover}</span>\n'
        f'<div class="result__body">\n<h3 class="result__title"><a href="{escape(card.url)}">'
    )
    line = meta(card, star)
    return Frame(opening, line, _rest(escape(card.title), line, _abstract(card)))


def row(
    card: Card,
    within: Frame,
    *,
    hit: Hit | None = None,
    why: str = "",
    there: str = "",
    line: str = "",
    required: bool = False,
) -> SafeString:
    """Return one resource of a list: cover, title, meta line and what is said of it.

    ``within`` is its ``frame``, ``hit`` brings marks and passages, ``why`` says where the words were found and
    ``there`` leads to that place, ``line`` is the editor's word on it.
    """
    if not (why or line or required) and (hit is None or not (hit.title_marks or hit.passages)):
        rest = within.rest
    else:
        title = marked(card.title, hit.title_marks) if hit and hit.title_marks else escape(card.title)
        texts = [marked(passage.text, passage.marks) for passage in shown_passages(hit)]
        rest = _rest(
            title,
            f"{_required()}{within.meta}" if required else within.meta,
            texts or _abstract(card),
            line=f'<p class="result__line">{escape(line)}</p>\n' if line else "",
            why=_why(why, there) if why else "",
        )
    return mark_safe(within.opening + rest)  # noqa: S308  (every part is escaped; covers are drawn from escaped text)


def _why(why: str, there: str) -> str:
    said = f'<a href="{escape(there)}">{escape(why)}</a>' if there else escape(why)
    return f'<p class="result__why">{said}</p>\n'


def _rest(title: str, meta_line: str, texts: Sequence[str], *, line: str = "", why: str = "") -> str:
    said = "".join([f'<p class="soft">{text}</p>\n' for text in texts])
    return f'{title}</a></h3>\n<p class="result__meta">{meta_line}</p>\n{line}{said}{why}</div>\n</article>\n'


def _abstract(card: Card) -> list[str]:
    return [escape(shortened(card.abstract))] if card.abstract else []


def tile(card: Card) -> SafeString:
    """Return one resource of a shelf: cover, title, kind and unit."""
    unit = f" · {escape(card.unit)}" if card.unit else ""
    return mark_safe(  # noqa: S308  (every part is escaped; covers are drawn from escaped text)
        f'<article class="card tile">\n<span class="cover tile__cover">{card.tall_cover}</span>\n'
        f'<h3 class="tile__title"><a href="{escape(card.url)}">{escape(card.title)}</a></h3>\n'
        f'<p class="card__meta">{escape(card.kind_label)}{unit}</p>\n</article>\n'
    )


def meta(card: Card, star: str) -> str:
    """Return kind, unit, year, code and whatever else is known of a card, as the line below its title."""
    parts = [f'<span class="num">{escape(card.code)}</span>'] if card.code else []
    if card.hours:
        parts.append(escape(wording.class_hours(card.hours)))
    if card.tier:
        parts.append(escape(card.tier))
    if card.rating:
        said = _("%(mean)s of 5 (%(n)s ratings)") % {"mean": wording.stars(card.rating), "n": card.ratings}
        parts.append(f"{star} {escape(said)}")
    if card.ordered:
        said = ngettext("ordered once", "ordered %(n)s times", card.ordered) % {"n": card.ordered}
        parts.append(escape(said))
    unit = f" {escape(card.unit)}" if card.unit else ""
    rest = "".join(f" · {part}" for part in parts)
    return f'<span class="chip chip--kind">{escape(card.kind_label)}</span>{unit} · {card.year:d}{rest}'


def marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Return ``text`` as markup with the stretches ``marks`` in <mark>."""
    pieces: list[str] = []
    at = 0
    for start, end in marks:
        pieces += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    return "".join([*pieces, escape(text[at:])])


def shown_passages(hit: Hit | None) -> list[Passage]:
    """Return up to two passages of running text; a match in authors or keywords is told in words instead."""
    return [passage for passage in hit.passages if passage.source != "meta"][:PASSAGES] if hit else []


def shortened(text: str) -> str:
    return text if len(text) <= ABSTRACT else Truncator(text).chars(ABSTRACT)


def _required() -> str:
    return f'<span class="state state--now">{escape(_("Required"))}</span> '
