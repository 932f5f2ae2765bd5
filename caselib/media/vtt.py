"""Captions as text: SubRip becomes WebVTT, and cues can be read out with their seconds. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(.*)$")
# Two times with something else between them than the arrow: a cue that would be lost.
ALMOST = re.compile(r"^\s*\d{1,3}[:：]\d\d[:：]\d\d[.,，]\d{1,3}\s*[^\s\d]{1,3}\s*\d{1,3}[:：]\d\d[:：]\d\d")
# The marks that captions are written with; any other < is a sign of the text: 3<5.
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,60})?\s+([^<>]{1,60})>", re.I)
TAG = re.compile(
    r"</?(?:[bicuv]|lang|ruby|rt|font|span|em|strong|br)(?:[.\s][^<>]{0,200})?/?>|<\d{1,3}:[\d:.]{2,12}>|\{\\[^{}]{0,100}\}",
    re.I,
)
REMARK = re.compile(r"^(?:NOTE|STYLE|REGION)(?:\s|$)")
MAX_CHARACTERS = 2_000_000


class CaptionError(ValueError):
    """The text is neither WebVTT nor SubRip. ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption; times in seconds from the start of the film."""

    start: float
    end: float
    text: str


def parse(source: str) -> list[Cue]:
    """Return the cues of a WebVTT or SubRip text in order of time. Raises CaptionError where it is neither.

    Grammar: WebVTT (W3C Candidate Recommendation, section 4) without regions; SubRip as written by common editors.
    """
    if len(source) > MAX_CHARACTERS:
        raise CaptionError(1)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
    cues = [cue for cue in _blocks(lines) if cue.text]
    if not cues:
        raise CaptionError(1)
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def _blocks(lines: list[str]) -> Iterator[Cue]:
    # In WebVTT a blank line ends a cue; in SubRip people leave them in one, and only the next cue ends it.
    subrip = not next((line for line in lines if line.strip()), "").startswith("WEBVTT")
    number, times, text = 0, None, list[str]()
    while number < len(lines):
        line = lines[number]
        match = TIMING.match(line)
        if match:
            if times:
                yield Cue(*times, "\n".join(filter(None, text)))
            times, text = (_seconds(match.groups()[:4]), _seconds(match.groups()[4:8])), []
            if times[1] < times[0]:
                raise CaptionError(number + 1)
            number = _read_words(lines, number + 1, text)
        elif REMARK.match(line):
            while number < len(lines) and lines[number].strip():
                number += 1
        elif "-->" in line or ALMOST.match(line):
            raise CaptionError(number + 1)
        else:
            if times and subrip and line.strip() and not _counts(lines, number):
                text.append(_plain(line))
            number += 1
    if times:
        yield Cue(*times, "\n".join(filter(None, text)))


def _read_words(lines: list[str], number: int, text: list[str]) -> int:
    """Add the lines of a cue from ``number`` up to the next blank line to ``text``; return where they end."""
    while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
        if ALMOST.match(lines[number]):
            break
        # The number of the next cue, without a blank line before it, is no word.
        counted = lines[number].strip().isdecimal() and number + 1 < len(lines) and "-->" in lines[number + 1]
        text.append("" if counted else _plain(lines[number]))
        number += 1
    return number


def _counts(lines: list[str], number: int) -> bool:
    """Whether the line is the number of a cue: its time is what comes next, or nothing does."""
    if not lines[number].strip().isdecimal():
        return False
    following = next((place for place in range(number + 1, len(lines)) if lines[place].strip()), None)
    return following is None or "-->" in lines[following]


def _plain(line: str) -> str:
    """Return a line of a caption as it is heard: who speaks stands before it, marks and escapes are gone."""
    return html.unescape(TAG.sub("", VOICE.sub(r"\1：", line))).strip()


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (whole * 1000 + int((fraction or "0").ljust(3, "0"))) / 1000


def to_vtt(cues: list[Cue]) -> str:
    """Return ``cues`` as a WebVTT file."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "→")
        parts.append(f"{_clock(cue.start)} --> {_clock(cue.end)}\n{text}\n")
    return "\n".join(parts)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
