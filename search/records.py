"""What both engines index: plain records, cut into passages that each carry their own permission."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

from search.analysis import passages

AXES = ("kind", "topics", "sectors", "positions", "level", "methods", "year", "unit", "award", "hours")
SLOTS = 4  # distinct sets of permission tokens a record may have; text beyond them falls into the strictest
SCHEMA_VERSION = 10  # raise when what is indexed changes: every record is then out of date
ITEM = "；"  # between the names and terms of a record
BODY, ATTACHMENT, CAPTION, META = "body", "attachment", "caption", "meta"


@dataclass(frozen=True)
class TextPart:
    """A stretch of text of one origin.

    `tokens` are the permission tokens of this part; None means those of the record. `cues` are (offset, seconds)
    pairs of captions. `ref` names the attachment or track inside its record.
    """

    source: str
    text: str
    label: str = ""
    ref: str = ""
    tokens: tuple[str, ...] | None = None
    cues: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Unit:
    """One passage as ranked and shown: text, where it starts in its part, and who may see it."""

    source: str
    label: str
    ref: str
    start: int
    seconds: float
    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One searchable thing. `key` is stable ("page:12"); `date` is days since 1970 for sorting."""

    key: str
    title: str
    tokens: tuple[str, ...] = ()
    parts: tuple[TextPart, ...] = ()
    authors: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: int = 0

    @cached_property
    def version(self) -> str:
        """A hash of everything indexed: two records of one version are the same to a searcher."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        canonical = json.dumps([SCHEMA_VERSION, own], ensure_ascii=False, sort_keys=True, default=vars)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    @cached_property
    def number(self) -> int:
        """A 62-bit number for the key, by which engines group passages."""
        return record_number(self.key)

    def units_of_text(self) -> Iterator[tuple[TextPart | None, Unit]]:
        """Yield the passages, each with its part: first what is said about the record, if there is any or no text."""
        about = ITEM.join(x for x in (*self.authors, *self.units, *self.keywords) if x)
        if about or not any(p.text.strip() for p in self.parts):
            yield None, Unit(META, "", "", 0, 0.0, about, self.tokens)
        for part in self.parts:
            tokens = self.tokens if part.tokens is None else part.tokens
            for start, text in passages.cut(part.text):
                seconds = _seconds_at(part.cues, start)
                yield part, Unit(part.source, part.label, part.ref, start, seconds, text, tokens)

    def slots(self) -> list[tuple[tuple[str, ...], list[str | TextPart]]]:
        """Return (tokens, pieces) pairs for the match set: the record's own first, then stricter parts.

        A piece is a name or a whole part. More than SLOTS distinct token sets are merged under the tokens they have in
        common, which shows nobody what they may not see.
        """
        pieces: dict[tuple[str, ...], list[str | TextPart]] = {
            self.tokens: [self.title, *self.authors, *self.units, *self.keywords]
        }
        for part in self.parts:
            of_tokens = pieces.setdefault(self.tokens if part.tokens is None else part.tokens, [])
            if part.source == ATTACHMENT:
                of_tokens.append(part.label)
            of_tokens.append(part)
        slots = list(pieces.items())
        if len(slots) > SLOTS:
            rest = slots[SLOTS - 1 :]
            shared = set(rest[0][0]).intersection(*(set(tokens) for tokens, _ in rest))
            slots = [*slots[: SLOTS - 1], (tuple(sorted(shared)), [piece for _, more in rest for piece in more])]
        return slots


def record_number(key: str) -> int:
    """Return the 62-bit number of a record key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 2


def _seconds_at(cues: tuple[tuple[int, float], ...], offset: int) -> float:
    at = 0.0
    for start, seconds in cues:
        if start > offset:
            break
        at = seconds
    return at
