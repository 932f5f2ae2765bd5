"""Suggests terms for a manuscript, each with its reason. Nothing is applied: people choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set
from itertools import accumulate
from typing import Any

from caselib.resources.models import ResourcePage
from caselib.resources.selectors import with_tags
from search.analysis.tokens import segments

from .termwords import AXES

_PER_AXIS = 5
_TITLE_WEIGHT = 5
_COMPARED = 300
_SIMILAR = 3
_LEAST_SIMILARITY = 0.12
_MAX_TEXT = 60_000
_LENGTH_PER_MENTION = 2_500  # characters
_SHORT_WORD = 3


def suggest(title: str, text: str) -> list[dict[str, Any]]:
    """Return suggestions as ``{"axis", "name", "reason", "detail", "score"}``, best first on each axis.

    ``reason`` is ``words`` (the term or a synonym occurs; ``detail`` says which and how often) or ``similar`` (a tagged
    resource reads alike; ``detail`` is its title).
    """
    text = text[:_MAX_TEXT]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    starts = _word_starts(text)
    for axis, model in AXES.items():
        for term in model.objects.filter(retired_at__isnull=True).only("name", "synonyms"):
            hit = _occurrences(title, text, starts, [term.name, *(term.synonyms or [])])
            if hit is not None:
                word, count, score = hit
                found[axis, term.name] = _entry(axis, term.name, "words", f"{word}×{count}", score)
    for axis, name, page_title, score in _from_similar(title, text):
        known = found.get((axis, name))
        if known is None:
            found[axis, name] = _entry(axis, name, "similar", page_title, score)
        else:
            known["score"] = round(known["score"] + score, 2)
    result: list[dict[str, Any]] = []
    for axis in AXES:
        ranked = sorted((entry for entry in found.values() if entry["axis"] == axis), key=lambda entry: -entry["score"])
        result.extend(ranked[:_PER_AXIS])
    return result


def _entry(axis: str, name: str, reason: str, detail: str, score: float) -> dict[str, Any]:
    return {"axis": axis, "name": name, "reason": reason, "detail": detail, "score": round(score, 2)}


def _word_starts(text: str) -> set[int]:
    """Return where words begin: 政法 within 行政法规 is none."""
    return {0, *accumulate(map(len, segments(text)))}


def _occurrences(title: str, text: str, starts: Set[int], words: Iterable[str]) -> tuple[str, int, float] | None:
    """Return the word that occurs most, how often, and a score; a few mentions in a long text are none."""
    best: tuple[str, int, float] | None = None
    least = max(2, len(text) // _LENGTH_PER_MENTION)
    for word in words:
        if len(word) < 2:
            continue
        in_title, in_text = title.count(word), _count(word, text, starts)
        score = in_title * _TITLE_WEIGHT + in_text * min(len(word), 6) / 3
        if (in_title or in_text >= least) and (best is None or score > best[2]):
            best = (word, in_title + in_text, score)
    return best


def _count(word: str, text: str, starts: Set[int]) -> int:
    """How often ``word`` stands in ``text``; a short one only where a word begins."""
    if len(word) > _SHORT_WORD:
        return text.count(word)
    return sum(1 for found in re.finditer(re.escape(word), text) if found.start() in starts)


def _pairs(text: str) -> Counter[str]:
    han = re.sub(r"[^\u4e00-\u9fff]", "", text)
    return Counter(han[index : index + 2] for index in range(len(han) - 1))


def _from_similar(title: str, text: str) -> list[tuple[str, str, str, float]]:
    """Terms of the resources that read most alike, by shared character pairs of titles and beginnings."""
    own = _pairs(title * 2 + text[:1500])
    if len(own) < 8:
        return []
    ranked: list[tuple[float, ResourcePage]] = []
    candidates = with_tags(ResourcePage.objects.filter(live=True).order_by("-first_published_at"))[:_COMPARED]
    for page in candidates:
        similarity = _cosine(own, _pairs(page.title * 2 + page.abstract))
        if similarity >= _LEAST_SIMILARITY:
            ranked.append((similarity, page))
    ranked.sort(key=lambda entry: -entry[0])
    result: list[tuple[str, str, str, float]] = []
    for similarity, page in ranked[:_SIMILAR]:
        for axis, related in (
            ("topics", "topic_taggings"),
            ("sectors", "sector_taggings"),
            ("positions", "position_taggings"),
        ):
            result.extend(
                (axis, tagging.tag.name, page.title, similarity * 3) for tagging in getattr(page, related).all()
            )
    return result


def _cosine(one: Counter[str], two: Counter[str]) -> float:
    if not one or not two:
        return 0.0
    shared = sum(count * two[pair] for pair, count in one.items() if pair in two)
    lengths = sum(count * count for count in one.values()) * sum(count * count for count in two.values())
    return float(shared) / float(lengths) ** 0.5
