"""Three views of folded text: search-mode words, bigrams with positions, single characters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import lru_cache
from operator import add
from typing import NamedTuple

# A run of Han characters (kana and Hangul too), or of Latin letters, or of digits.
RUN = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
    r"|[0-9]+|[^\W\d_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
# Signs of the classes of Han characters, by the low byte of their number: as many as there are short printable ones.
_SIGNS = bytes(33 + low % 94 for low in range(256))
_WHOLE = "\0"  # holds the place of a run that is not cut; no run of folded text contains it
# Where tokens are laid out all characters are of one width, the low byte first.
_CODING, _WIDTH = "utf-32-le", 4
_BLANK = " ".encode(_CODING)
_BETWEEN = re.compile(r"\W+")
_ENDLESS = re.compile(r"[^\W\u2e80-\uffff]{65}")
_SET = b"\0" + b"\xff" * 255  # all bits of each byte that is not zero
_LONGEST = 64  # no token is longer; guards the term dictionary against pasted garbage


def is_han(run: str) -> bool:
    """Whether a run found by RUN is cut into characters rather than kept whole."""
    return run[0] >= "\u2e80"


def length(text: str) -> int:
    """Return how long a text is to its reader: in Han characters, a word of letters or a number being two however long."""
    return sum(len(run) if is_han(run) else min(len(run), 2) for run in RUN.findall(text))


@lru_cache(maxsize=1)
def _cutter() -> Callable[[str], list[str]]:
    import rjieba

    cut: Callable[[str], list[str]] = rjieba.cut_for_search
    cut("预热")
    return cut


@lru_cache(maxsize=1)
def _plain_cutter() -> Callable[[str], list[str]]:
    import rjieba

    cut: Callable[[str], list[str]] = rjieba.cut
    return cut


def words(folded: str) -> list[str]:
    """Return search-mode words (long words and the shorter ones inside), punctuation dropped."""
    return [w for w in _words(folded) if w != " "]


def segments(folded: str) -> list[str]:
    """Return the plain segmentation: every character of the text once, in order, punctuation included."""
    return _plain_cutter()(folded)


def of_words(folded: str) -> bool:
    """Whether the dictionary has a word of several characters in the text: none is guessed from what stands beside it."""
    import rjieba

    return any(len(word) > 1 for word in rjieba.cut(folded, False))


def word_starts(folded: str, *, shortest: int = 1) -> list[int]:
    """Return the offsets at which a word of so many letters begins, the words inside long words included, ascending."""
    import rjieba

    found = rjieba.tokenize(folded, mode="search")
    return sorted({start for word, start, _ in found if word[0].isalnum() and len(word) >= shortest})


def bigrams(folded: str) -> list[str]:
    """Return overlapping bigrams; the last character of a Han run stands alone, Latin and digit runs stay whole.

    Every Han character starts exactly one token, so a substring of Han text is a phrase of consecutive tokens.
    """
    return _bigrams(_runs(folded))


def singles(folded: str) -> list[str]:
    """Return single Han characters and whole Latin or digit runs."""
    return _singles(_runs(folded)).split()


@lru_cache(maxsize=4096)
def coarse(bigram: str) -> str:
    """Return the coarse form of a token of `bigrams`: of a second Han character only one of 94 classes is kept."""
    if len(bigram) != 2 or bigram[0] < "\u2e80" or bigram[1] < "\u2e80":
        return bigram
    return bigram[0] + chr(_SIGNS[ord(bigram[1]) & 0xFF])


class Runs(NamedTuple):
    """What the tokens of a text are made of, in order: runs of Han characters, marks in the places of other runs, and these."""

    kept: list[str]
    others: list[str]


def runs(folded: str) -> Runs:
    """Return the runs of a text. Those of texts that meet between two runs may be joined list by list."""
    found = RUN.findall(folded)
    others = [run[:_LONGEST] for run in found if run[0] < "\u2e80"]
    return Runs([run if run[0] >= "\u2e80" else _WHOLE for run in found] if others else found, others)


def within_run(characters: str) -> bool:
    """Whether two neighbouring characters belong to one run, so that a cut between them would part it."""
    found = RUN.match(characters)
    return found is not None and found.end() == len(characters)


def openings(found: Runs) -> list[str]:
    """Return each run that is not cut with the Han character behind it, once each: "3人" of "3人旁听", which is bigrams 人旁 and
    on. To find the number with its measure by the bigrams that begin so, of which a large library has thousands, takes
    three times as long."""
    kept, others = found
    behind = (after[0] for run, after in itertools.pairwise(kept) if run == _WHOLE)
    return list(dict.fromkeys(run + first for run, first in zip(others, behind, strict=False) if first != _WHOLE))


def of_passages(token: str) -> str:
    """Return the token of coarse `bigrams` that stands wherever a token of `bigrams` or `openings` does."""
    return token[:-1] if not is_han(token) and is_han(token[-1]) else coarse(token)


def bigram_stream(found: Runs) -> str:
    """Return the `bigrams` of those `runs` as an index takes them, joined by blanks, of which there may be several."""
    kept, others = found
    seconds = ("  ".join([run[1:] for run in kept]) + " ").encode(_CODING)
    return _filled(_laid_out(" ".join(kept).encode(_CODING), seconds), others) if kept else ""


def streams(folded: str, found: Runs) -> tuple[str, str, str]:
    """Return `words`, coarse `bigrams` and `singles` of a text and its `runs` as an index takes them, joined as above.

    A large library has millions of bigrams, and an index pays for each kind more than for each occurrence. Ranking does
    not need to tell all of them apart: of those with one first character few are in use, and the classes keep them so.
    """
    words = " ".join(_words(folded))
    kept, others = found
    if not kept:
        return words, "", ""
    coded = " ".join(kept).encode(_CODING)
    seconds = bytearray(len(coded))
    seconds[::_WIDTH] = _signs_of_next(coded)
    return words, _filled(_laid_out(coded, seconds), others), _filled(_laid_out(coded), others)


def _signs_of_next(coded: bytes) -> bytes:
    """Return for each character the sign of the one after it, a blank where either is none of a Han run.

    All at once, as long numbers: a loop over the runs takes four times as long.
    """
    han = int.from_bytes(coded[1::_WIDTH].translate(_SET), "little")
    han |= int.from_bytes(coded[2::_WIDTH].translate(_SET), "little")
    signs = int.from_bytes(coded[::_WIDTH].translate(_SIGNS), "little") >> 8
    size = len(coded) // _WIDTH
    blanks = int.from_bytes(b" " * size, "little")
    both = han & (han >> 8)
    return (signs & both | blanks & ~both).to_bytes(size, "little")


def _laid_out(*columns: bytes | bytearray) -> str:
    """Return the characters that have the same place in each column, and a blank: thrice as fast as one by one."""
    stride = len(columns) + 1
    laid = bytearray(_BLANK * (stride * (len(columns[0]) // _WIDTH)))
    places = memoryview(laid).cast("I")
    for at, column in enumerate(columns):
        places[at::stride] = memoryview(column).cast("I")
    return str(laid, _CODING)


def _filled(stream: str, others: list[str]) -> str:
    """Return the stream with the runs that are not cut in their places."""
    if not others:
        return stream
    pieces = [""] * (2 * len(others) + 1)
    pieces[::2] = stream.split(_WHOLE)
    pieces[1::2] = others
    return "".join(pieces)


def _words(folded: str) -> list[str]:
    """The words, and blanks for what stands between them: blanks cost an index nothing, sorting them out does."""
    found = _cutter()(_BETWEEN.sub(" ", folded))
    return [w[:_LONGEST] for w in found] if _ENDLESS.search(folded) else found


def _runs(folded: str) -> list[str]:
    return [run if run[0] >= "\u2e80" else run[:_LONGEST] for run in RUN.findall(folded)]


def _bigrams(runs: list[str]) -> list[str]:
    out: list[str] = []
    for run in runs:
        if run[0] >= "\u2e80":
            out.extend(map(add, run, run[1:]))
            out.append(run[-1])
        else:
            out.append(run)
    return out


def _singles(runs: list[str]) -> str:
    return " ".join([" ".join(run) if run[0] >= "\u2e80" else run for run in runs])


def phrase(folded: str) -> list[tuple[int, str]]:
    """Return (position, token) pairs that match `bigrams` of any text containing this text.

    The lone last character of a Han run is left out, because in the text searched the run may go on. A run of one
    Han character yields an entry ending in "*", to be read as a prefix.
    """
    out: list[tuple[int, str]] = []
    position = 0
    for run in RUN.findall(folded):
        if is_han(run):
            if len(run) == 1:
                out.append((position, run + "*"))
            else:
                out.extend((position + i, run[i : i + 2]) for i in range(len(run) - 1))
            position += len(run)
        else:
            out.append((position, run[:_LONGEST]))
            position += 1
    return out
