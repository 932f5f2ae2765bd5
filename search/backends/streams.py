"""A record as tokens: cut once, for the match set and for the ranking, and for either engine."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from search.analysis import pinyin, titles, tokens
from search.analysis.folding import fold
from search.records import Record, TextPart, Unit

_LETTERS = " 0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class PassageStreams:
    """A passage and its three token streams with the title in front, tokens joined by spaces."""

    unit: Unit
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Streams:
    """All token streams of a record; `slots` are its texts by permission tokens, `spelt` its pinyin keys."""

    title: str
    authors: list[str]
    units: list[str]
    slots: list[tuple[tuple[str, ...], str]]
    passages: list[PassageStreams]
    names: list[str]
    spelt: list[str]
    title_order: int


def of_record(record: Record) -> Streams:
    """Return the token streams of a record; each character is folded and cut once."""
    title = fold(record.title)
    in_front = tokens.streams(title, tokens.runs(title))
    folded = {id(part): fold(part.text) for part in record.parts}
    runs: dict[int, tokens.Runs] = {}
    parted: set[int] = set()  # parts whose runs are not those of their passages
    found: list[PassageStreams] = []
    for part, unit in record.units_of_text():
        whole = folded[id(part)] if part else ""
        # Where folding left the length alone each character is where it was, and need not be folded again.
        if part and len(whole) == len(part.text):
            text = whole[unit.start : unit.start + len(unit.text)]
            if unit.start and tokens.within_run(whole[unit.start - 1 : unit.start + 1]):
                parted.add(id(part))
        else:
            text = fold(unit.text)
            parted.add(id(part))
        own = tokens.runs(text)
        of_part = runs.setdefault(id(part), tokens.Runs([], []))
        of_part.kept.extend(own.kept)
        of_part.others.extend(own.others)
        fields = {name: f"{t} {o}" for name, t, o in zip("wbc", in_front, tokens.streams(text, own), strict=True)}
        found.append(PassageStreams(unit, fields))

    def runs_of(given: str | TextPart) -> tokens.Runs:
        if isinstance(given, str):
            return tokens.runs(fold(given))
        known = None if id(given) in parted else runs.get(id(given))
        return tokens.runs(folded[id(given)]) if known is None else known

    return Streams(
        title=_found_by(tokens.runs(title)),
        authors=[_found_by(tokens.runs(fold(author))) for author in record.authors],
        units=[_found_by(tokens.runs(fold(unit))) for unit in record.units],
        slots=[(allowed, _found_by(*map(runs_of, pieces))) for allowed, pieces in record.slots()],
        passages=found,
        names=titles.names(title),
        spelt=_spelt_keys(title, record.authors),
        title_order=_title_order(title),
    )


def _found_by(*pieces: tokens.Runs) -> str:
    """What matches a text: the bigrams of its pieces as if they were one, and behind them, where they part no phrase, the
    openings of its numbers."""
    openings = dict.fromkeys(itertools.chain.from_iterable(map(tokens.openings, pieces)))
    return " ".join([*filter(None, map(tokens.bigram_stream, pieces)), *openings])


def _spelt_keys(title: str, authors: tuple[str, ...]) -> list[str]:
    """Pinyin keys: of the (folded) title from each of its first words, of the authors' names."""
    keys = pinyin.keys(title)
    for author in authors:
        keys.extend(k for spelt in pinyin.spellings(fold(author)) for k in spelt if k)
    return list(dict.fromkeys(keys))


def _title_order(title: str) -> int:
    """A number that sorts titles by their pinyin: the first twelve letters and digits, as many as a signed one of 64 bits
    takes; any other letter is sorted as a z."""
    full, _ = pinyin.spell(title)
    order = 0
    for letter in full[:12].ljust(12):
        order = order * len(_LETTERS) + (_LETTERS.find(letter) if letter in _LETTERS else len(_LETTERS) - 1)
    return order
