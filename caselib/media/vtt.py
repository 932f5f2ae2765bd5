"""Captions as text: SubRip becomes WebVTT, and cues can be read out with their seconds. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(.*)$")
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
    number = 0
    while number < len(lines):
        match = TIMING.match(lines[number])
        if not match and REMARK.match(lines[number]):
            while number < len(lines) and lines[number].strip():
                number += 1
            continue
        if not match:
            if "-->" in lines[number]:
                raise CaptionError(number + 1)
            number += 1
            continue
        start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
        if end < start:
            raise CaptionError(number + 1)
        text = []
        number += 1
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            counted = lines[number].strip().isdecimal() and number + 1 < len(lines) and "-->" in lines[number + 1]
            text.append("" if counted else _plain(lines[number]))  # the number of the next, no blank line before it
            number += 1
        yield Cue(start, end, "\n".join(line for line in text if line))


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
