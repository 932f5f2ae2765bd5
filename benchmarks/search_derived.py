"""Measures a corpus gives by itself: keywords against a scan of all texts, and queries in the other script."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.measures import Latencies

_KEYWORDS = 200
_MOST_CHARACTERS = 40_000_000  # of a corpus that is scanned
_MOST_HOLDERS = 1_000  # documents a keyword may stand in
_SWAPPED = 200  # queries of each set that are asked again in the other script

Match = Callable[[str], set[str]]
Ask = Callable[[str], list[str]]
Run = Callable[[Ask, Iterable[dict[str, Any]]], tuple[dict[str, Any], Latencies]]


def keywords(corpus: Iterable[dict[str, Any]], match: Match) -> dict[str, Any]:
    """Return recall and precision of the match sets of words, and pairs of words, drawn from the texts.

    The truth is a scan: a document counts if its folded title or text contains every word.
    """
    from search.analysis.folding import fold

    texts: dict[str, str] = {}
    length = 0
    for doc in corpus:
        texts[str(doc["id"])] = fold(f"{doc.get('title') or ''}\n{doc.get('text') or ''}")
        length += len(texts[str(doc["id"])])
        if length > _MOST_CHARACTERS:
            return {"queries": 0, "why": "the corpus is too large to be scanned"}
    recall = precision = swapped = 0.0
    asked = 0
    swap = _swapper()
    for words in _drawn(list(texts.values())):
        truth = {key for key, text in texts.items() if all(w in text for w in words)}
        if not 0 < len(truth) <= _MOST_HOLDERS:
            continue
        found = match(" ".join(words))
        other = match(swap(" ".join(words)))
        asked += 1
        recall += len(found & truth) / len(truth)
        precision += len(found & truth) / max(len(found), 1)
        swapped += len(other & truth) / len(truth)
    n = max(asked, 1)
    means = {"recall": recall / n, "precision": precision / n, "recall_swapped": swapped / n}
    return {"queries": asked, **{name: round(value, 4) for name, value in means.items()}}


def script_swap(queries: Sequence[dict[str, Any]], ask: Ask, run: Run) -> dict[str, Any]:
    """Return what is lost, per set, when queries are typed in the other script."""
    counted: dict[str, int] = {}
    sample = []
    for query in queries:
        counted[query["set"]] = counted.get(query["set"], 0) + 1
        if counted[query["set"]] <= _SWAPPED:
            sample.append(query)
    swap = _swapper()
    plain, _ = run(ask, sample)
    other, _ = run(lambda text: ask(swap(text)), sample)
    return {
        name: {
            "queries": figures["queries"],
            "ndcg10": figures["ndcg10"],
            "swapped": other[name]["ndcg10"],
            "loss": round(figures["ndcg10"] - other[name]["ndcg10"], 4),
        }
        for name, figures in plain.items()
    }


def _swapper() -> Callable[[str], str]:
    """Simplified to traditional; what is traditional already, to simplified."""
    from opencc import OpenCC

    to_traditional, to_simplified = OpenCC("s2t"), OpenCC("t2s")

    def swap(text: str) -> str:
        other = str(to_traditional.convert(text))
        return other if other != text else str(to_simplified.convert(text))

    return swap


def _drawn(texts: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Words of two to six letters from random texts; each third time two of one text."""
    from search.analysis.tokens import segments

    dice = random.Random(17)
    for number in range(3 * _KEYWORDS):
        text = dice.choice(texts) if texts else ""
        start = dice.randint(0, max(0, len(text) - 400))
        # A stretch cut in the middle of a word begins and ends with pieces that are no words of the text.
        inside = segments(text[start : start + 400])[1:-1]
        words = sorted({w for w in inside if 2 <= len(w) <= 6 and w.isalpha()})
        wanted = 2 if number % 3 == 2 else 1
        if len(words) > wanted + 2:
            yield tuple(dice.sample(words, wanted))
        if number >= _KEYWORDS and len(texts) < 2:
            return
