"""What a search box offers while typing: titles, names and terms by any spelling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import AXES
from search.analysis import misspelling, pinyin
from search.analysis.folding import fold
from search.analysis.tokens import segments, word_starts
from search.harvest import page_id_of
from search.models import Completion
from search.records import Record

_ENTRIES = 5  # a title is found from the start of each of so many of its first words
_LOOKED_AT = 50  # rows of one spelling
_WITH_INITIALS = 3  # of those, the first have initials too
GAPPED = range(3, 9)  # lengths of words in which one wrong character is looked for
_WEIGHTS = {Completion.TITLE: 3, Completion.TERM: 2, Completion.NAME: 1, Completion.WORD: 0}


def replace(records: Iterable[Record], gone: Collection[str] = ()) -> None:
    """Make the completions of these records what they are now, and remove those of records that are gone."""
    records = list(records)
    # Terms have rows of their own, which everybody may see.
    terms = {fold(text) for text in Completion.objects.filter(record="").values_list("text", flat=True).distinct()}
    with transaction.atomic():
        Completion.objects.filter(record__in=[*gone, *(r.key for r in records)]).delete()
        Completion.objects.bulk_create((row for r in records for row in _of_record(r, terms)), batch_size=1000)


def replace_terms() -> None:
    """Make the completions of all vocabulary terms and their synonyms what they are now."""
    rows: list[Completion] = []
    for model in AXES.values():
        for term in model.objects.filter(retired_at__isnull=True):
            for name in (term.name, *map(str, term.synonyms or ())):
                rows.extend(_rows(name, Completion.TERM, "", ("",), text=term.name))
    with transaction.atomic():
        Completion.objects.filter(record="").delete()
        Completion.objects.bulk_create(rows, batch_size=1000)


def complete(text: str, viewer: Viewer, limit: int) -> list[tuple[str, str]]:
    """Return up to `limit` (text, kind) that begin so in Chinese, pinyin or initials, best first."""
    key = _as_key(text)
    if not key:
        return []
    rows = (
        Completion.objects.filter(form=Completion.PREFIX, key__gte=key, key__lt=key + "\U0010ffff")
        .filter(token__in=["", *viewer.tokens])
        .exclude(kind=Completion.WORD)
        .values_list("text", "kind", "record", "weight", "key")[: 40 * limit]
    )
    ranked = sorted(rows, key=lambda r: (-r[3], len(r[4]), r[0]))
    shown = visible({record for _, _, record, _, _ in ranked if record}, viewer)
    kept = dict.fromkeys((t, k) for t, k, record, _, _ in ranked if not record or record in shown)
    return list(kept)[:limit]


def known(text: str, viewer: Viewer) -> bool:
    """Whether the folded text is itself a word, name, term or title the viewer may see, not only how one is spelt."""
    rows = allowed(viewer).filter(form=Completion.PREFIX, key=text[: pinyin.KEY])
    if not text.isascii():
        return rows.exists()
    return any(text in fold(written) for written in rows.values_list("text", flat=True).distinct()[:_LOOKED_AT])


def allowed(viewer: Viewer) -> QuerySet[Completion]:
    """Return the completions of what was open to the viewer when it was indexed."""
    return Completion.objects.filter(token__in=["", *viewer.tokens])


def visible(keys: Collection[str], viewer: Viewer) -> set[str]:
    """Those of the record keys that the database lets the viewer see now."""
    ids = {page_id_of(key): key for key in keys}
    seen = ResourcePage.objects.visible_to(viewer).filter(pk__in=[i for i in ids if i is not None])
    return {ids[pk] for pk in seen.values_list("pk", flat=True)}


def _of_record(record: Record, terms: Collection[str]) -> Iterator[Completion]:
    yield from _rows(record.title, Completion.TITLE, record.key, record.tokens)
    named = (fold(name) for name in record.keywords)
    for word in dict.fromkeys((*segments(fold(record.title)), *named)):
        if 2 <= len(word) <= pinyin.KEY and word.isalpha() and word not in terms:
            yield from _rows(word, Completion.WORD, record.key, record.tokens)
    for name in record.authors:
        yield from _rows(name, Completion.NAME, record.key, record.tokens)


def _rows(
    written: str, kind: str, record: str, tokens: Collection[str], *, text: str | None = None
) -> Iterator[Completion]:
    folded = fold(written)
    keys: dict[str, int] = {}
    for place, start in enumerate(_starts(folded) if kind == Completion.TITLE else [folded]):
        spelt = pinyin.spellings(start) if kind == Completion.NAME else [pinyin.spell(start)]
        # A word is only compared with what was typed whole, never completed: it needs no initials. Those of a title's
        # later words would only be met by chance.
        if kind == Completion.WORD or place >= _WITH_INITIALS:
            spelt = [(full, "") for full, _ in spelt]
        for key in (start, *(key for pair in spelt for key in pair)):
            if key:
                keys.setdefault(key[: pinyin.KEY], _WEIGHTS[kind] * 10 - place)
    gaps = misspelling.gaps(folded) if len(folded) in GAPPED else []
    for token in tokens:
        shared = {"text": (text or written)[:255], "kind": kind, "record": record, "token": token[:40]}
        for key, weight in keys.items():
            yield Completion(form=Completion.PREFIX, key=key, weight=weight, **shared)
        for gap in gaps:
            yield Completion(form=Completion.GAP, key=gap, weight=_WEIGHTS[kind], **shared)


def _starts(folded: str) -> list[str]:
    """The title from its beginning and from its next words of two letters or more: nobody begins at a particle."""
    later = [start for start in word_starts(folded, shortest=2) if start]
    return [folded, *(folded[start:] for start in later[: _ENTRIES - 1])]


def _as_key(text: str) -> str:
    folded = fold(text[:200]).strip()
    spelt = pinyin.as_query(folded)
    return (spelt or folded)[: pinyin.KEY]
