"""Similarity: any copied paragraph is found, wherever it stands and however it is punctuated."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.review.similarity.fingerprints import GUARANTEE, fingerprints, pack, prepare, unpack
from caselib.review.similarity.library import FingerprintLibrary
from caselib.review.similarity.passages import compare, overall_percent

CHARS = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]


def text(seed: int, length: int = 3000) -> str:
    return "".join(random.Random(seed).choices(CHARS, k=length))


def packed(value: str) -> bytes:
    return pack(fingerprints(prepare(value)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 2850), st.integers(0, 2800))
def test_one_copied_paragraph_of_150_characters_is_never_0_percent(seed: int, source: int, target: int) -> None:
    original, own = text(seed), text(seed + 1_000_000)
    paragraph = original[source : source + 150]
    manuscript = own[:target] + paragraph + own[target:]
    library = FingerprintLibrary.of([(1, packed(text(seed + 7))), (2, packed(original))])
    [candidate, *_rest] = library.candidates(fingerprints(prepare(manuscript)))
    assert candidate.document == 2
    comparison = compare(prepare(manuscript), prepare(original))
    assert comparison.percent >= 4.7
    assert paragraph in manuscript[comparison.passages[0].start : comparison.passages[0].end]


def test_new_punctuation_spaces_and_traditional_characters_hide_nothing() -> None:
    original = "这是某县的一段做法，" * 1 + text(3, 200)
    copied = "，".join(original[i : i + 7] for i in range(0, 200, 7)).replace("这", "這").replace("县", "縣") + " 。 "
    comparison = compare(prepare(text(4, 400) + copied), prepare(original))
    assert comparison.percent > 25
    assert FingerprintLibrary.of([(9, packed(original))]).candidates(fingerprints(prepare(copied)))


def test_the_guaranteed_length_is_found_and_ranges_point_at_the_same_words() -> None:
    shared = text(11, GUARANTEE)
    first, second = text(12, 500) + shared + text(13, 50), text(14, 60) + shared + text(15, 900)
    assert set(fingerprints(prepare(first))) & set(fingerprints(prepare(second)))
    [passage] = compare(prepare(first), prepare(second)).passages
    assert first[passage.start : passage.end] == shared == second[passage.other_start : passage.other_end]


def test_unrelated_texts_share_nothing_and_empty_ones_do_not_fail() -> None:
    library = FingerprintLibrary.of([(1, packed(text(21))), (2, packed("")), (3, packed("短"))])
    assert library.candidates(fingerprints(prepare(text(22)))) == []
    assert library.candidates(fingerprints(prepare(""))) == []
    assert FingerprintLibrary.of([]).candidates(fingerprints(prepare(text(1)))) == []
    assert compare(prepare(text(21)), prepare(text(22))).percent == 0
    assert compare(prepare(""), prepare(text(22))).percent == 0


def test_common_wording_ranks_below_a_copy_but_is_not_hidden() -> None:
    slogan = text(30, 60)
    documents = [(number, packed(text(100 + number, 400) + slogan)) for number in range(200)]
    source = text(31, 800)
    documents.append((999, packed(source)))
    query = fingerprints(prepare(slogan + source[100:160]))
    ranked = FingerprintLibrary.of(documents).candidates(query)
    assert ranked[0].document == 999
    assert len(ranked) > 1


def test_ten_thousand_documents_are_compared_in_under_a_second() -> None:
    rng = np.random.default_rng(5)
    documents = [(n, rng.integers(0, 2**32, 460, dtype=np.uint32).tobytes()) for n in range(9_999)]
    source = text(41)
    documents.append((10_000, packed(source)))
    manuscript = text(42, 1500) + source[500:650] + text(43, 1500)
    began = time.monotonic()
    library = FingerprintLibrary.of(documents)
    [best, *_rest] = library.candidates(fingerprints(prepare(manuscript)))
    assert compare(prepare(manuscript), prepare(source)).percent > 0
    assert time.monotonic() - began < 1
    assert best.document == 10_000


def test_storage_keeps_every_fingerprint() -> None:
    hashes = fingerprints(prepare(text(51)))
    assert (unpack(pack(hashes)) == hashes).all()


@pytest.mark.parametrize("value", ["\ud800abc" * 20, "\x00" * 50, "😀" * 100, "好" * 5000])
def test_hostile_texts(value: str) -> None:
    began = time.monotonic()
    compare(prepare(value), prepare(value))
    fingerprints(prepare(value))
    assert time.monotonic() - began < 2


def test_the_overall_percentage_counts_overlaps_once_and_never_rounds_to_nothing() -> None:
    assert overall_percent(1000, [(0, 100), (50, 150), (140, 145)]) == 15
    assert overall_percent(100_000, [(5, 6)]) == 0.1
    assert overall_percent(0, [(0, 1)]) == 0
