"""Hostile query strings on one engine: ``python -m benchmarks.search_hostile --count 100000 --engine embedded``.

Quotes, brackets, controls, lone surrogates, query and regex syntax, emoji, bidi marks, endless repetitions and texts of
megabytes, over a generated library. Prints one JSON object: how many were asked, what failed (with the string, escaped),
latencies, and how many were cut with a note. Exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures import Latencies

_SIGNS = list(
    "\"'“”‘’«»「」『』()[]{}<>《》*?:：+-!~^&|\\/=,，.。;；%$#@`·…—_ \t\n\r\x00\x0b\x1f\x7f\x85\xa0\u2028\ufeff\ufffd\uffff"
)
_MARKS = ["\u202e", "\u202d", "\u2066", "\u200d", "\u200b", "\u0301" * 30, "\ufe0f", "\ud800", "\udfff", "\udbff\ud83d"]
_EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇨🇳", "🏳️‍🌈", "𝕏", "𠮷", "㍿", "ﷺ", "ﬁ", "Å", "İ", "ß", "㎞", "①", "Ⅷ", "½"]
_SYNTAX = [
    "AND", "OR", "NOT", "NEAR/2", "title:", "标题：", "author:\"", "unit:-", "-title:", "a*", "*a", "?*", "a~2", "^9e99", "[* TO *]",
    "{!func}1", "_exists_:x", "/.*(a+)+$/", "(?i)(?=.*)", "\\u0000", "%00", "%s%n", "{{7*7}}", "${jndi:x}", "' OR 1=1 --", "<script>",
    "\"unclosed", "“未闭合", "key:page", "t0:x", "x_kind:case", "match_all", "{\"query\":{}}", "..", "../../etc", "NULL", "None", "NaN", "1e999",
]  # fmt: skip
_WORDS = [
    "治理",
    "党",
    "党风廉政建设",
    "什么",
    "第十二条",
    "二〇二四年",
    "120",
    "dangfeng",
    "吗",
    "的",
    "々〇",
    "ㄅㄆ",
    "漢字",
    "カナ",
    "한글",
    "é",
]


def strings(count: int, seed: int) -> Iterator[str]:
    """Yield hostile strings, the same for each seed."""
    dice = random.Random(seed)
    pools = (_SIGNS, _MARKS, _EMOJI, _SYNTAX, _WORDS)
    for number in range(count):
        kind = number % 20
        if number % 5_000 == 4_999:
            yield dice.choice(["党", '"', "-", "“a”", "( ", "\u0301", "a b ", "12", "title:", "𠮷"]) * (10_000_000 // 2)
        elif kind == 0:
            yield dice.choice(dice.choice(pools)) * dice.randint(1, 3_000)
        elif kind == 1:
            yield "".join(chr(dice.randint(0, 0x10FFFF)) for _ in range(dice.randint(0, 80)))
        elif kind == 2:
            yield "".join(chr(dice.randint(0x4E00, 0x9FFF)) for _ in range(dice.randint(1, 1_500)))
        else:
            glue = dice.choice(["", "", " ", "。"])
            yield glue.join(dice.choice(dice.choice(pools)) for _ in range(dice.randint(0, 40)))


def attack(engine: Any, count: int, seed: int, seconds: float = float("inf")) -> dict[str, Any]:
    """Ask all strings, or as many as so many seconds allow, by the same road as the site; return what came of it."""
    from search import answering, planning
    from search.analysis.query import MAX_CHARACTERS, parse
    from search.queries import EngineQuery

    viewer = frozenset({"public/learner"})
    latencies = Latencies()
    failures: list[str] = []
    cut = 0
    end = time.monotonic() + seconds
    for number, text in enumerate(strings(count, seed)):
        if time.monotonic() > end:
            break
        if number and number % 1_000 == 0:
            print(f"{number} asked, {len(failures)} failed", file=sys.stderr, flush=True)
        try:
            with latencies.measured():
                parsed = parse(text)
                plan = planning.make(parsed, viewer=viewer, shares=engine.shares)
                query = EngineQuery(plan.matches, plan.scoring, tokens=viewer, axes=("kind",), whole=plan.whole)
                answering.answered(engine, plan, query)
            cut += parsed.truncated
            if len(parsed.text) > MAX_CHARACTERS:
                failures.append(f"not cut: {text[:80]!a}")
        except Exception as error:  # what a reader would meet as an error page
            failures.append(f"{type(error).__name__}: {str(error)[:200]} at {text[:200]!a}")
    return {
        "asked": len(latencies.wall),
        "failed": len(failures),
        "failures": failures[:20],
        "cut": cut,
        **latencies.figures(),
        "max_ms": round(max(latencies.wall, default=0.0), 1),
    }


def main(argv: list[str] | None = None) -> int:
    """Attack and print; return the exit status."""
    from benchmarks.search import Names, build, generated, make_engine

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop asking after so long")
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--engine", choices=["embedded", "elastic"], default="embedded")
    options = parser.parse_args(argv)
    directory = Path(tempfile.mkdtemp(prefix="caselib-hostile-"))
    try:
        engine, _ = make_engine(options.engine, directory)
        corpus = ({**doc, "tokens": ("public/learner",)} for doc in generated(options.records, 800))
        build(engine, corpus, Names())
        result = attack(engine, options.count, options.seed, options.seconds)
        if hasattr(engine, "remove_all"):
            engine.remove_all()
        print(json.dumps({"engine": options.engine, "records": options.records, **result}, ensure_ascii=True))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
