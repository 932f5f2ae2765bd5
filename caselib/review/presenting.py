"""What the reviewer's page shows: the text cut into pieces that carry findings, comments and shared passages."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wagtail.models import Comment, Revision

from caselib.accounts.enums import Audience
from caselib.resources.beside import KIND, reviewed
from caselib.resources.text import Passage

from .models import Finding, Similarity


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of one passage that something is said about. ``key`` is the id of what says it, such as ``finding-7``."""

    start: int
    end: int
    tone: str
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks."""

    text: str
    tone: str = ""
    keys: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()

    @property
    def targets(self) -> str:
        return " ".join(self.keys)


@dataclass
class Line:
    """One passage as shown: its pieces, and what is anchored to it."""

    passage: Passage
    pieces: list[Piece]
    comments: list[Comment] = field(default_factory=list)
    changed: bool = False
    label: str = ""
    audience: str = ""  # for whom what begins here is, where that is not everybody


TONES = ("blocking", "warning", "info", "comment", "shared")


def cut(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """Return ``text`` cut at every beginning and end of a mark; the gravest mark gives a piece its tone."""
    inside = [m for m in marks if 0 <= m.start < m.end <= len(text)]
    edges = sorted({0, len(text), *(m.start for m in inside), *(m.end for m in inside)})
    pieces = []
    for start, end in itertools.pairwise(edges):
        over = [m for m in inside if m.start <= start and end <= m.end]
        over.sort(key=lambda m: TONES.index(m.tone))
        pieces.append(
            Piece(
                text[start:end],
                over[0].tone if over else "",
                tuple(m.key for m in over),
                tuple(m.key for m in over if m.start == start),
            )
        )
    return pieces


def lines_of(
    revision: Revision,
    findings: Iterable[Finding] = (),
    comments: Iterable[Comment] = (),
    similarities: Iterable[Similarity] = (),
    before: Revision | None = None,
) -> list[Line]:
    """Return the text of ``revision`` line by line with its marks; lines that ``before`` did not have are changed."""
    marks: dict[int, list[Mark]] = {}
    for finding in findings:
        if finding.passage >= 0:
            mark = Mark(finding.start, finding.end, str(finding.severity), f"finding-{finding.pk}")
            marks.setdefault(finding.passage, []).append(mark)
    for similarity in similarities:
        for shared in similarity.passages:
            mark = Mark(shared["start"], shared["end"], "shared", f"similarity-{similarity.pk}")
            marks.setdefault(shared["passage"], []).append(mark)
    by_passage: dict[int, list[Comment]] = {}
    for comment in comments:
        anchor = getattr(comment, "anchor", None)
        if anchor is not None:
            by_passage.setdefault(anchor.passage, []).append(comment)
            mark = Mark(anchor.start, anchor.end, "comment", f"comment-{comment.pk}")
            marks.setdefault(anchor.passage, []).append(mark)
    known = {piece.text for piece in reviewed(before.as_object())} if before is not None else None
    lines: list[Line] = []
    label, audience = "", str(Audience.LEARNER)
    for passage in reviewed(revision.as_object()):
        beside = passage.heading if passage.kind == KIND else ""
        lines.append(
            Line(
                passage,
                cut(passage.text, marks.get(passage.ordinal, [])),
                by_passage.get(passage.ordinal, []),
                known is not None and passage.text not in known,
                beside if beside != label else "",
                "" if passage.audience in (audience, Audience.LEARNER) else str(Audience(passage.audience).label),
            )
        )
        label, audience = beside, passage.audience
    return lines
