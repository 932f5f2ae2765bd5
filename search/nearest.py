"""What of the library's own words a reader may have meant by one that it does not have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import chain

from django.db.models import Max

from caselib.accounts.viewers import Viewer
from search.analysis import misspelling, pinyin, tokens
from search.analysis.folding import fold
from search.completions import GAPPED, allowed, visible
from search.models import Completion

_LENGTHS = range(2, 41)
_WITHIN = range(3, 17)  # characters of what is looked through word by word
_PIECES = range(2, 9)  # characters of a word in it
_MOST_ROWS = 300

Near = Callable[[str, str], bool]  # of what a completion says, folded, and the key it was found by


def meant(text: str, viewer: Viewer) -> str | None:
    """Return what was probably meant by a folded text, None if nothing is near.

    The same sound first, then one wrong character, a sound that is often taken for another, a character too few, too many
    or in the place of its neighbour; then the same of a word inside the text.
    """
    if len(text) not in _LENGTHS:
        return None
    if text.isascii():
        return _latin(text, viewer)

    def alike(candidate: str, _key: str) -> bool:
        return candidate != text and len(candidate) == len(text)

    spelt, _ = pinyin.spell(text)
    return (
        _nearest(Completion.PREFIX, [spelt], alike, viewer)
        or _nearest(Completion.GAP, _gaps(text), alike, viewer)
        or _nearest(Completion.PREFIX, misspelling.sounds_like(spelt), alike, viewer)
        or _slipped(text, viewer)
        or _within(text, viewer)
    )


def _latin(text: str, viewer: Viewer) -> str | None:
    """What was meant by letters: pinyin or a word."""

    def whole(candidate: str, key: str) -> bool:
        return candidate != text and key in (candidate, pinyin.spell(candidate)[0])

    key = pinyin.as_query(text) or text
    for keys in ([key], misspelling.sounds_like(key), misspelling.letters_like(key)):
        if found := _nearest(Completion.PREFIX, keys, whole, viewer):
            return found
    return None


def _gaps(text: str) -> list[str]:
    """The text with each of its characters open. Of three, two that are a word say too little: 女干部 is no slip for 老干部."""
    if len(text) not in GAPPED or (len(text) == GAPPED.start and tokens.of_words(text)):
        return []
    return misspelling.gaps(text)


def _slipped(text: str, viewer: Viewer) -> str | None:
    if len(text) < GAPPED.start:
        return None
    # Of three characters one too many would leave a word that is in everything.
    others = [t for t in misspelling.exchanged(text) if len(t) >= GAPPED.start]
    exact = _nearest(Completion.PREFIX, others, lambda candidate, key: candidate == key, viewer)
    longer = misspelling.forgotten(text) if len(text) + 1 in GAPPED else []
    return exact or _nearest(Completion.GAP, longer, lambda candidate, _key: len(candidate) == len(text) + 1, viewer)


def _nearest(form: str, keys: Collection[str], near: Near, viewer: Viewer) -> str | None:
    if not keys:
        return None
    found = [(t, record, weight) for key, t, record, weight in _rows(form, keys, viewer) if near(fold(t), key)]
    shown = visible({record for _, record, _ in found if record}, viewer)
    ranked = sorted((-weight, t) for t, record, weight in found if not record or record in shown)
    return ranked[0][1] if ranked else None


def _rows(form: str, keys: Collection[str], viewer: Viewer) -> list[tuple[str, str, str, int]]:
    rows = allowed(viewer).filter(form=form, key__in=keys).values_list("key", "text", "record")
    return list(rows.annotate(w=Max("weight"))[:_MOST_ROWS])


def _within(text: str, viewer: Viewer) -> str | None:
    """The text with one unknown word of it replaced, the longest there is: 乡存振兴战略 says 乡村."""
    if len(text) not in _WITHIN:
        return None
    pieces = list(dict.fromkeys(_pieces(text)))
    own = set(allowed(viewer).filter(form=Completion.PREFIX, key__in=pieces).values_list("key", flat=True))
    ways: list[tuple[str, dict[str, list[str]]]] = [
        (form, {}) for form in (Completion.PREFIX, Completion.GAP, Completion.PREFIX)
    ]
    for piece in (piece for piece in pieces if piece not in own):
        spelt, _ = pinyin.spell(piece)
        gaps = _gaps(piece)
        for (_, by_key), keys in zip(ways, ([spelt], gaps, misspelling.sounds_like(spelt, wrong=1)), strict=True):
            for key in keys:
                by_key.setdefault(key, []).append(piece)
    found = [
        (-len(piece), way, -weight, record, piece, fold(t))
        for way, (form, by_key) in enumerate(ways)
        for key, t, record, weight in (_rows(form, list(by_key), viewer) if by_key else ())
        for piece in by_key.get(key, ())
        if len(piece) == len(fold(t)) and piece != fold(t)
    ]
    shown = visible({row[3] for row in found if row[3]}, viewer)
    best = min((row for row in found if not row[3] or row[3] in shown), default=None)
    return text.replace(best[4], best[5], 1) if best else None


def _pieces(text: str) -> Iterator[str]:
    lengths = (n for n in _PIECES if n < len(text))
    return chain.from_iterable((text[i : i + n] for i in range(len(text) - n + 1)) for n in lengths)
