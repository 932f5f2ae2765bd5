"""The similarity index: keeping it, and asking it about one manuscript."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from wagtail.models import Revision

from caselib.resources.models import ResourcePage
from caselib.resources.text import passages

from ..models import CheckRun, Similarity, TextPrint
from ..similarity.fingerprints import Prepared, fingerprints, pack, prepare
from ..similarity.library import FingerprintLibrary
from ..similarity.passages import SharedPassage, compare, overall_percent

SEPARATOR = "\n"
MOST_CANDIDATES = 20
MOST_KEPT = 10
MOST_PASSAGES = 60


def whole_text(revision: Revision) -> str:
    """Return the text of ``revision``, one passage a line."""
    return SEPARATOR.join(piece.text for piece in passages(revision.as_object()))


def index_text(page: ResourcePage, revision: Revision, *, live: bool, prepared: Prepared | None = None) -> TextPrint:
    """Store the fingerprints of ``revision`` as the live or the pending text of ``page``."""
    prepared = prepared if prepared is not None else prepare(whole_text(revision))
    stored, _made = TextPrint.objects.update_or_create(
        page_id=page.pk,
        live=live,
        defaults={"revision": revision, "hashes": pack(fingerprints(prepared)), "length": len(prepared)},
    )
    return stored


def index_live(page: ResourcePage, revision: Revision) -> None:
    """Store the fingerprints of a text that went live; the page has no pending text any more."""
    index_text(page, revision, live=True)
    TextPrint.objects.filter(page_id=page.pk, live=False).delete()


def compare_with_library(page: ResourcePage, revision: Revision, texts: Sequence[str], run: CheckRun) -> Decimal:
    """Compare a text with everything else, store what it shares with whom, and return the whole share in per cent.

    Effects in order: similarities of ``run``, the page's own pending fingerprint.
    """
    prepared = prepare(SEPARATOR.join(texts))
    library = FingerprintLibrary.of(
        (pk, bytes(data)) for pk, data in TextPrint.objects.exclude(page_id=page.pk).values_list("pk", "hashes")
    )
    found = library.candidates(fingerprints(prepared), limit=MOST_CANDIDATES)
    prints = TextPrint.objects.select_related("revision", "page").in_bulk([item.document for item in found])
    ranges: list[tuple[int, int]] = []
    rows: dict[int, Similarity] = {}
    for item in found:
        other = prints[item.document]
        other_text = whole_text(other.revision)
        comparison = compare(prepared, prepare(other_text))
        if not comparison.passages:
            continue
        ranges.extend((shared.start, shared.end) for shared in comparison.passages)
        row = Similarity(
            run=run,
            other_id=other.page_id,
            other_revision=other.revision,
            pending=not other.live,
            percent=Decimal(str(min(comparison.percent, 100.0))),
            passages=list(_placed(texts, other_text, comparison.passages)),
        )
        # The live and the pending text of one resource count once, by the greater share.
        if other.page_id not in rows or rows[other.page_id].percent < row.percent:
            rows[other.page_id] = row
    Similarity.objects.bulk_create(sorted(rows.values(), key=lambda row: -row.percent)[:MOST_KEPT])
    index_text(page, revision, live=False, prepared=prepared)
    share = overall_percent(sum(len(text) for text in texts), ranges)
    best = max((row.percent for row in rows.values()), default=Decimal(0))
    return max(Decimal(str(min(share, 100.0))), best)


def _placed(texts: Sequence[str], other: str, shared: Iterable[SharedPassage]) -> Iterable[dict[str, object]]:
    """Yield the shared passages with paragraph and characters, cut at paragraph ends; the first part of each passage
    holds the other text."""
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + 1
    for number, item in enumerate(shared):
        if number >= MOST_PASSAGES:
            return
        first = True
        for passage, start in enumerate(starts):
            low, high = max(item.start, start), min(item.end, start + len(texts[passage]))
            if low < high:
                yield {
                    "passage": passage,
                    "start": low - start,
                    "end": high - start,
                    "text": texts[passage][low - start : high - start][:2000],
                    "other_text": other[item.other_start : item.other_end][:2000] if first else "",
                }
                first = False


def forget_live(page: ResourcePage) -> None:
    """Keep the fingerprint of a withdrawn text as that of a pending one: copying it is still copying."""
    if TextPrint.objects.filter(page_id=page.pk, live=False).exists():
        TextPrint.objects.filter(page_id=page.pk, live=True).delete()
    else:
        TextPrint.objects.filter(page_id=page.pk, live=True).update(live=False)
