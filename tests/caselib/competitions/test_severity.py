"""The severity-adjusted score finds strict judges, survives wild marks, and is silent on small samples."""

import random

from caselib.competitions.severity import Mark, adjust


def sample(
    entries: int, judges: int, each: int, noise: float, seed: int = 3
) -> tuple[list[Mark], dict[int, float], dict[int, float]]:
    draw = random.Random(seed)
    worth = {e: draw.uniform(65, 85) for e in range(entries)}
    severity = {j: (j - (judges - 1) / 2) * 3.0 for j in range(judges)}
    marks = []
    for e in range(entries):
        for step in range(each):
            j = (e + step * (1 + e % 2)) % judges
            marks.append(Mark(e, j, worth[e] + severity[j] + draw.gauss(0, noise), len(marks)))
    return marks, worth, severity


def test_a_strict_judge_is_found_and_taken_out() -> None:
    marks, worth, severity = sample(60, 6, 3, 0.5)
    found = adjust(marks)
    assert found.refusal is None
    assert all(abs(found.severity[j] - severity[j]) < 0.6 for j in severity)
    assert sum(abs(found.entries[e].score - worth[e]) for e in worth) / len(worth) < 0.6
    inside = sum(found.entries[e].low <= worth[e] <= found.entries[e].high for e in worth)
    assert 0.75 <= inside / len(worth) <= 1.0


def test_one_wild_mark_moves_little() -> None:
    marks, _worth, _severity = sample(60, 6, 4, 0.5)
    wild = [Mark(m.entry, m.judge, 0.0 if index == 5 else m.value, m.order) for index, m in enumerate(marks)]
    before, after = adjust(marks), adjust(wild)
    others = [e for e in before.entries if e != marks[5].entry]
    assert max(abs(before.entries[e].score - after.entries[e].score) for e in others) < 0.5


def test_a_judge_who_grows_milder_is_seen() -> None:
    marks, _worth, _severity = sample(60, 6, 3, 0.1)
    tired = [Mark(m.entry, m.judge, m.value + (4 if m.judge == 2 and m.order > 90 else 0), m.order) for m in marks]
    drift = adjust(tired).drift
    assert drift[2] > 2
    assert all(abs(value) < 1.5 for judge, value in drift.items() if judge != 2)


def test_small_samples_and_unlinked_judges_are_refused() -> None:
    marks, _worth, _severity = sample(7, 3, 3, 1.0)
    small = adjust(marks)
    assert small.refusal and small.refusal.code == "sample-too-small" and not small.entries
    apart = [Mark(e, e % 2 * 2 + side, 70.0 + e, e) for e in range(40) for side in (0, 1)]
    unlinked = adjust(apart)
    assert unlinked.refusal and unlinked.refusal.code == "not-linked"
    once = adjust([Mark(e, e % 4, 70.0, e) for e in range(40)])
    assert once.refusal and once.refusal.code == "not-linked"


def test_the_same_marks_give_the_same_figures() -> None:
    marks, _worth, _severity = sample(30, 5, 3, 2.0)
    assert adjust(marks) == adjust(list(marks))
