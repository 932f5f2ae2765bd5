"""Index order by pinyin."""

from __future__ import annotations

from caselib.word.alphabet import index_letter, pinyin_key


def test_terms_stand_in_the_order_of_their_sound_and_under_its_letter() -> None:
    terms = ["住建部门", "安全生产", "财务监督", "案件查办", "财务审计"]
    assert sorted(terms, key=pinyin_key) == ["案件查办", "安全生产", "财务监督", "财务审计", "住建部门"]
    assert [index_letter(term) for term in (*terms, "ＡＩ", "3D打印", "")] == ["Z", "A", "C", "A", "C", "#", "#", "#"]
