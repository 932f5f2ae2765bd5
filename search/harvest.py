"""From live resources to records: everything about a page that is text, each part with its own permission."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from caselib.accounts.models import Unit
from caselib.core import clock
from caselib.media.models import CaptionTrack, CaseDocument
from caselib.resources.models import ResourcePage, Video
from caselib.resources.selectors import with_tags
from caselib.resources.text import passages
from caselib.vocabularies.models import Term
from search import extraction
from search.models import ExtractedText
from search.records import ATTACHMENT, BODY, CAPTION, Record, TextPart

logger = logging.getLogger(__name__)

PREFIX = "page:"
_EPOCH = date(1970, 1, 1)
HOURS = ((Decimal(2), "to2"), (Decimal(4), "to4"), (Decimal(8), "to8"))
MORE_HOURS = "over8"
_NOTE_CALL = re.compile(r"\[\^[0-9A-Za-z_-]{1,20}\]")


def key_of(page_id: int) -> str:
    """Return the record key of a page."""
    return f"{PREFIX}{page_id}"


def page_id_of(key: str) -> int | None:
    """Return the page id in a record key, None if it is no page's key."""
    number = key.removeprefix(PREFIX)
    return int(number) if key.startswith(PREFIX) and number.isdigit() else None


def live_ids() -> list[int]:
    """Return the ids of all resources that belong into the index."""
    live = ResourcePage.objects.filter(live=True, withdrawn_at__isnull=True)
    return list(live.order_by("pk").values_list("pk", flat=True))


def records(page_ids: Collection[int]) -> tuple[list[Record], dict[str, str]]:
    """Return the records of those pages that are live, and by key the error of those that could not be read.

    A page in neither is not live (any more) and belongs out of the index. A fixed number of queries a kind of page.
    Attachments that were not read yet are left to be, and their pages enqueued when they are.
    """
    made: list[Record] = []
    errors: dict[str, str] = {}
    pages = _load(page_ids)
    _leave_to_be_read(pages)
    tracks = _tracks(pages)
    units = _unit_paths(pages)
    for page in pages:
        try:
            made.append(record(page, units=units, tracks=tracks))
        except Exception as error:  # one page that cannot be read must not hold up the others
            logger.exception("page %s cannot be made searchable", page.pk)
            errors[key_of(page.pk)] = f"{type(error).__name__}: {error}"
    return made, errors


def record(
    page: ResourcePage, *, units: dict[str, str] | None = None, tracks: dict[int, list[CaptionTrack]] | None = None
) -> Record:
    """Return the record of one specific, live page."""
    tokens = tuple(page.access_tokens())
    parts = [*_body(page), *_attachments(page), *_captions(page, tracks if tracks is not None else _tracks([page]))]
    terms = [t for axis in ("topic", "sector", "position") for t in _terms(page, axis)]
    named = [
        page.code,
        *(t.name for t in terms),
        *(row.tag.name for row in page.free_taggings.all()),
        page.source_title,
    ]
    unit = page.unit
    return Record(
        key=key_of(page.pk),
        title=page.title,
        tokens=tokens,
        parts=tuple(parts),
        authors=tuple(dict.fromkeys(author.name for author in page.authors.all())),
        units=tuple(
            dict.fromkeys(
                name
                for name in [
                    unit.name if unit else "",
                    unit.short_name if unit else "",
                    *(a.unit_name for a in page.authors.all()),
                ]
                if name
            )
        ),
        keywords=tuple(dict.fromkeys(name for name in named if name)),
        facets={k: v for k, v in _facets(page, units if units is not None else _unit_paths([page])).items() if v},
        date=_days(page),
    )


def _load(page_ids: Collection[int]) -> list[ResourcePage]:
    found = ResourcePage.objects.filter(pk__in=page_ids, live=True, withdrawn_at__isnull=True)
    whole = found.specific().prefetch_related("unit", "awards", "attachments__document__extracted")
    return list(with_tags(whole))


def _tracks(pages: Iterable[ResourcePage]) -> dict[int, list[CaptionTrack]]:
    films = [p.video_file_id for p in pages if isinstance(p, Video) and p.video_file_id]
    found: dict[int, list[CaptionTrack]] = {}
    for track in CaptionTrack.objects.filter(video_id__in=films).order_by("pk"):
        found.setdefault(track.video_id, []).append(track)
    return found


def _unit_paths(pages: Iterable[ResourcePage]) -> dict[str, str]:
    """Tree path to id, for the units of the pages and all above them."""
    steplen = Unit.steplen
    paths = {p.unit.path[:end] for p in pages if p.unit for end in range(steplen, len(p.unit.path) + 1, steplen)}
    return {path: str(pk) for path, pk in Unit.objects.filter(path__in=paths).values_list("path", "pk")}


def _body(page: ResourcePage) -> Iterator[TextPart]:
    """The page's own text, one part a stretch of one audience, without the title (it stands in front of each).

    The calls of footnotes are left out: they would cut words in two and stand raw in what is shown of a passage.
    """
    written = (p for p in passages(page) if p.kind != "title")
    for audience, run in groupby(written, key=lambda p: p.audience):
        text = "\n".join(_NOTE_CALL.sub("", p.text) for p in run)
        yield TextPart(BODY, text, tokens=tuple(page.access_tokens(audience)))


def _attachments(page: ResourcePage) -> Iterator[TextPart]:
    for attachment in page.attachments.all():
        yield TextPart(
            ATTACHMENT,
            known_text(attachment.document) or "",
            label=str(attachment),
            ref=str(attachment.document_id),
            tokens=tuple(page.access_tokens(attachment.audience)),
        )


def _captions(page: ResourcePage, tracks: dict[int, list[CaptionTrack]]) -> Iterator[TextPart]:
    if not isinstance(page, Video) or not page.video_file_id:
        return
    for track in tracks.get(page.video_file_id, ()):
        text, starts = extraction.cues(track.vtt)
        yield TextPart(CAPTION, text, label=track.label, ref=str(track.pk), cues=starts)


def known_text(document: CaseDocument) -> str | None:
    """Return the text of a document as it was read: empty if nothing could be, None if it is still to be read.

    Whatever reader it was: nothing that was known is forgotten because files are read better by now.
    """
    kept = _kept(document)
    if kept is None or kept.file_hash != document.file_hash or not (kept.reader or kept.file_hash):
        return None
    return str(kept.text)


def _kept(document: CaseDocument) -> ExtractedText | None:
    return document.extracted if hasattr(document, "extracted") else None


def _leave_to_be_read(pages: Iterable[ResourcePage]) -> None:
    """Mark the documents whose text is not known (`search.reading`). One that waits already keeps its place."""
    documents = {a.document_id: a.document for page in pages for a in page.attachments.all()}
    unread = [document for document in documents.values() if known_text(document) is None and not _waits(document)]
    unread.sort(key=lambda document: document.pk)  # two drainers must not wait for each other
    rows = [ExtractedText(document=document, at=clock.now()) for document in unread]
    ExtractedText.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["file_hash", "text", "error", "reader"],
    )


def _waits(document: CaseDocument) -> bool:
    kept = _kept(document)
    return kept is not None and kept.reader == 0


def _terms(page: ResourcePage, axis: str) -> list[Term]:
    """The terms on one axis; a retired one is read as what replaces it."""
    tags = [row.tag for row in getattr(page, f"{axis}_taggings").all()]
    return [tag.replaced_by if tag.retired and tag.replaced_by_id else tag for tag in tags]


def axes(page: ResourcePage) -> dict[str, tuple[str, ...]]:
    """Return the kind of a page and its terms on each axis, those above them included."""
    return {
        "kind": (str(page.kind.value),),
        "topics": _with_ancestors(_terms(page, "topic")),
        "sectors": _with_ancestors(_terms(page, "sector")),
        "positions": _with_ancestors(_terms(page, "position")),
    }


def _facets(page: ResourcePage, units: dict[str, str]) -> dict[str, tuple[str, ...]]:
    steplen = Unit.steplen
    path = page.unit.path if page.unit else ""
    awards = sorted({award.tier for award in page.awards.all()})
    return {
        **axes(page),
        "level": tuple(str(v) for v in page.educational_levels or ()),
        "methods": tuple(str(v) for v in page.methods or ()),
        "year": (str(page.year),),
        "unit": tuple(units[path[:end]] for end in range(steplen, len(path) + 1, steplen) if path[:end] in units),
        "award": tuple(awards),
        "hours": (_hours(page.class_hours),) if page.class_hours is not None else (),
    }


def _with_ancestors(terms: list[Term]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(pk) for term in terms for pk in term.ancestor_ids()))


def _hours(hours: Decimal) -> str:
    return next((name for limit, name in HOURS if hours <= limit), MORE_HOURS)


def _days(page: ResourcePage) -> int:
    """The day of first publication, as days since 1970."""
    moment = page.first_published_at
    day = clock.day_of(moment) if moment else page.written_on or _EPOCH
    return (day - _EPOCH).days
