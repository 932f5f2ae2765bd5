"""Parts of the page of a resource that every kind has, written in one step: a template asks for each word by name.

Nothing here decides who may read: whoever writes a page asks that first. Links of terms lead to the browse page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from caselib.core import clock
from caselib.core.addresses import address
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage

from .selectors.cards import Card
from .wording import listed, shown_number

TRAIL, DESCRIPTION = 40, 150  # characters


def description(page: ResourcePage) -> SafeString:
    """Return the abstract as the description in the head of the page, nothing without one."""
    text = escape(cut(page.abstract, DESCRIPTION)) if page.abstract else ""
    return _markup(f'<meta name="description" content="{text}">' if text else "")


def trail(page: ResourcePage, kind: Kind | None) -> SafeString:
    """Return the way from the front page by the kind to the page."""
    browse = escape(f"{address('catalogue:browse')}?kind={kind.value if kind else ''}")
    return _markup(
        f'<nav class="breadcrumb" aria-label="{escape(_("You are here"))}"><ol><li><a href="/">{escape(_("Home"))}</a></li>'
        f'<li><a href="{browse}">{escape(str(kind.label) if kind else "")}</a></li>'
        f'<li aria-current="page">{escape(cut(page.title, TRAIL))}</li></ol></nav>'
    )


def words(page: ResourcePage, card: Card, *, star: str, lock: str) -> SafeString:
    """Return the chips, title, authors and abstract at the top of the page; ``star`` and ``lock`` are the icons of that name."""
    chips = [f'<span class="chip chip--kind">{escape(card.kind_label)}</span>']
    if card.tier:
        chips.append(f'<span class="chip">{escape(card.tier)}</span>')
    chips += (
        f'<span class="chip">{star}{award.year:d} {escape(award.get_tier_display())}</span>'
        for award in page.awards.all()  # type: ignore[attr-defined]
    )
    if page.circulation != Circulation.PUBLIC:
        chips.append(f'<span class="chip">{lock}{escape(page.get_circulation_display())}</span>')
    abstract = linebreaksbr(page.abstract, True) if page.abstract else ""
    return _markup(
        f'<p class="card__meta">{" ".join(chips)}</p>\n<h1>{escape(page.title)}</h1>\n'
        f'<p class="resource__byline">{" ".join(map(_author, page.authors.all()))}</p>\n'  # type: ignore[attr-defined]
        + (f'<p class="resource__abstract">{abstract}</p>' if abstract else "")
    )


def _author(author: Any) -> str:
    unit = f'<span class="soft">（{escape(author.unit_name)}）</span>' if author.unit_name else ""
    return f"<span>{escape(author.name)}{unit}</span>"


def facts(page: ResourcePage) -> SafeString:
    """Return what is known of the page: code, unit, hours, methods, ranks, days, source, then its terms as links."""
    number = ' class="num"'
    rows = [
        (_("Code"), escape(page.code), number),
        (_("Unit"), escape(str(page.unit)) if page.unit else "", ""),
        (_("Class hours"), shown_number(page.class_hours) if page.class_hours else "", number),
        (_("Method"), escape(listed(page.method_labels())) if page.methods else "", ""),
        (_("Rank"), escape(listed(page.educational_level_labels())) if page.educational_levels else "", ""),
        (_("Written on"), day(page.written_on) if page.written_on else "", ""),
        (_("Source"), _source(page) if page.source_title else "", ""),
    ]
    lines = "".join(f"<dt>{escape(name)}</dt><dd{sort}>{text}</dd>\n" for name, text, sort in rows if text)
    return _markup(
        f'<h2 class="resource__side-title">{escape(_("About this item"))}</h2>\n'
        f'<dl class="facts facts--stacked">\n{lines}</dl>\n{"".join(_terms(page))}{_coverage(page)}'
    )


def _source(page: ResourcePage) -> str:
    colon = pgettext("between a name and what is said of it", ": ")
    parts = [page.source_title, page.source_by, day(page.source_date) if page.source_date else ""]
    said = " · ".join(escape(part) for part in parts if part)
    return f"{escape(page.get_source_kind_display())}{escape(colon)}{said}"


def _terms(page: Any) -> list[str]:
    browse = address("catalogue:browse")
    return [
        _chips(_("Topics"), page.topic_taggings.all(), lambda tag: f"{browse}?topics={tag.pk:d}"),
        _chips(_("Sectors"), page.sector_taggings.all(), lambda tag: f"{browse}?sectors={tag.pk:d}"),
        _chips(_("Positions"), page.position_taggings.all(), lambda tag: address("catalogue:position", tag.code)),
        _chips(_("Tags"), page.free_taggings.all(), lambda tag: f"{browse}?q={quote(tag.name)}"),
    ]


def _chips(title: str, taggings: Sequence[Any], address_of: Callable[[Any], str]) -> str:
    chips = "".join(
        f'<li><a class="chip" href="{escape(address_of(row.tag))}">{escape(row.tag.name)}</a></li>' for row in taggings
    )
    return f'{_side(title)}<ul class="chips">{chips}</ul>\n' if chips else ""


def _coverage(page: Any) -> str:
    rows = "".join(
        f"<li>{escape(row.text)}{f' · {day(row.date)}' if row.date else ''}</li>" for row in page.coverage.all()
    )
    return f"{_side(_('Coverage and honours'))}<ul>{rows}</ul>\n" if rows else ""


def _side(title: str) -> str:
    return f'<h3 class="resource__side-title">{escape(title)}</h3>'


def imprint(page: ResourcePage, citation: str, short_url: str) -> SafeString:
    """Return how the page is cited, its short address as words and as a QR code, its code, and when it was reviewed last."""
    copied, copy = escape(_("Copied")), escape(_("Copy the citation"))
    reviewed = f" · {escape(_('last reviewed'))} {day(page.reviewed_on)}" if page.reviewed_on else ""
    # The code is the one number of an item: a reader who finds another one beside it asks which is meant.
    code = f" · {escape(_('Code'))} {escape(page.code)}" if page.code else ""
    printed = f"{escape(_('printed on'))} {day(clock.today())}"
    return _markup(
        f'<footer class="imprint section">\n<div><p id="citation">{escape(citation)}</p>'
        f'<p class="num">{escape(short_url)}{code}{reviewed}'
        f'<span class="print-only">{printed}</span></p>\n'
        f'<p class="no-print needs-js"><button class="button button--small" type="button" data-copy="citation"'
        f' data-copied="{copied}">{copy}</button></p></div>\n'
        f'<img class="qr" src="{escape(reverse("catalogue:resource_qr", args=[page.pk]))}" width="96" height="96"'
        f' alt="{escape(_("QR code of this page"))}">\n</footer>'
    )


def cut(text: str, characters: int) -> str:
    """Return ``text`` with at most so many characters, the last of them … where it was longer."""
    return text if len(text) <= characters else Truncator(text).chars(characters)


def day(value: Any) -> str:
    """Return a day as the language writes it, as markup."""
    return _day(value, get_language())


@lru_cache(maxsize=512)
def _day(value: Any, language: str | None) -> str:
    return escape(date_format(value, "DATE_FORMAT"))


def _markup(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308  (every word is escaped where it is put in)
