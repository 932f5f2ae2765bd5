"""The same book gives the same bytes in every process: whatever the seed of hashes, the time zone, the language or the fonts."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from caselib.word.freezing import dump, load
from caselib.word.oracle import Measured, PageOracle
from caselib.word.styles import HOUSE_STYLES
from caselib.word.writer import write_document
from caselib.word.writer.compiling import compile_bytes
from tests.caselib.word import books

ROOT = Path(__file__).resolve().parents[3]


class Counts(dict[str, Measured]):
    """Page counts as a library keeps them: whatever is asked for was counted long ago."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> Measured:
        return Measured(int(key[:2], 16) % 7 + 1)


def digest() -> str:
    """Return the hash of a frozen book, read back and compiled in every house style, and of a single case."""
    frozen, images = dump(books.book(5, seed=3))
    book = load(frozen, lambda key: images[key].data)
    total = hashlib.sha256(frozen.encode())
    for style in HOUSE_STYLES.values():
        total.update(compile_bytes(book, style=style, oracle=PageOracle(Counts())))
        total.update(write_document(books.hostile(), style=style, title="题", properties={"b": "1", "a": "2"}))
    return total.hexdigest()


def test_another_process_elsewhere_makes_the_same_bytes() -> None:
    here = digest()
    for seed, zone, language in (("0", "Pacific/Kiritimati", "tr_TR.UTF-8"), ("4242", "America/Caracas", "C")):
        out = subprocess.run(
            [sys.executable, "-c", "from tests.caselib.word.test_write_forever import digest; print(digest())"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ
            | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "LANG": language, "CASELIB_SOFFICE": ""},
        )
        assert out.stdout.strip() == here
