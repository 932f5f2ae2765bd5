"""Where in a film the words that were found are spoken: the search knows only where a stretch of many captions begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caselib.media.models import CaptionTrack
from caselib.media.vtt import CaptionError, Cue, parse
from search.api import Passage

CONTEXT = 24  # characters from the first marked one on; more than one sentence may be said twice


def seconds_of(passages: Iterable[Passage]) -> Mapping[Passage, int]:
    """Return the second at which the longest marked words of each caption passage are spoken. One query, none for none.

    Where the captions were changed since they were indexed, it is the second at which the passage begins.
    """
    wanted = [passage for passage in passages if passage.source == "caption" and passage.ref.isdigit()]
    if not wanted:
        return {}
    tracks = dict(CaptionTrack.objects.filter(pk__in={int(p.ref) for p in wanted}).values_list("pk", "vtt"))
    return {passage: _second(passage, tracks.get(int(passage.ref), "")) for passage in wanted}


def _second(passage: Passage, vtt: str) -> int:
    cues = _cues_from(passage.seconds, vtt)
    spoken = "".join(_bare(cue.text) for cue in cues)
    for words in _words(passage):
        at = spoken.find(words)
        if at >= 0:
            return int(_cue_at(cues, at).start)
    return int(passage.seconds)


def _cues_from(seconds: float, vtt: str) -> list[Cue]:
    try:
        return [cue for cue in parse(vtt) if cue.end > seconds]
    except CaptionError:
        return []


def _words(passage: Passage) -> list[str]:
    """Return what to look for: the longest marked words with what follows them, then these words alone."""
    if not passage.marks:
        return []
    start, end = max(passage.marks, key=lambda mark: mark[1] - mark[0])
    return [_bare(passage.text[start:].rstrip("…"))[:CONTEXT], _bare(passage.text[start:end])]


def _cue_at(cues: list[Cue], at: int) -> Cue:
    for cue in cues:
        at -= len(_bare(cue.text))
        if at < 0:
            break
    return cue


def _bare(text: str) -> str:
    return "".join(text.split())
