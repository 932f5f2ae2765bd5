"""No viewer finds, counts or sees what is not theirs, whatever part of a record it stands in."""

from __future__ import annotations

from search.backends.base import Engine
from search.queries import Everything
from search.records import ATTACHMENT, BODY, CAPTION, Record, TextPart
from tests.search.contract.conftest import ask, fill, keys, record

PUBLIC, TEACHER, GROUP = "public/learner", "public/teacher", "group:5/learner"


def guarded() -> Record:
    return record(
        "mixed",
        "渔港案例",
        tokens=(PUBLIC,),
        parts=(
            TextPart(BODY, "公开的做法。"),
            TextPart(BODY, "教师提示语句。", tokens=(TEACHER,)),
            TextPart(ATTACHMENT, "附件密语。", label="密件名称", ref="7", tokens=(TEACHER,)),
            TextPart(CAPTION, "字幕一句。", ref="3", cues=((0, 12.5),)),
        ),
    )


def test_a_record_is_found_by_those_who_share_a_token(engine: Engine) -> None:
    fill(
        engine,
        [record("open", "渔港", tokens=(PUBLIC,)), record("group", "渔港", tokens=(GROUP,)), record("nobody", "渔港")],
    )
    assert keys(ask(engine, "渔港", viewer={PUBLIC})) == ["open"]
    assert set(keys(ask(engine, "渔港", viewer={PUBLIC, GROUP}))) == {"open", "group"}
    assert ask(engine, "渔港", viewer=set()).total == 0


def test_guarded_parts_are_neither_found_nor_counted_nor_shown(engine: Engine) -> None:
    fill(engine, [guarded()])
    for text in ("提示语句", "附件密语", "密件名称", "教师提示"):
        for sort in ("relevance", "newest"):
            answer = ask(engine, text, viewer={PUBLIC}, axes=("kind",), sort=sort)
            assert "mixed" not in keys(answer) or not any(
                "密" in p.text or "提示" in p.text for f in answer.found for p in f.passages
            )
            assert answer.level > 0 or answer.total == 0, text
        assert keys(ask(engine, text, viewer={PUBLIC, TEACHER})) == ["mixed"], text


def test_a_word_of_both_parts_shows_the_guarded_one_only_to_those_who_see_both(engine: Engine) -> None:
    """The record is found by its open part; the guarded one has the word as well, and more of it."""
    parts = (TextPart(BODY, "渔港有办法。"), TextPart(BODY, "渔港渔港，渔港的密语。", tokens=(TEACHER,)))
    fill(engine, [record("mixed", "案例", tokens=(PUBLIC,), parts=parts)])

    def shown(viewer: set[str], sort: str) -> str:
        return "".join(p.text for found in ask(engine, "渔港", viewer=viewer, sort=sort).found for p in found.passages)

    for sort in ("relevance", "newest"):
        assert "办法" in shown({PUBLIC}, sort)
        assert "密语" not in shown({PUBLIC}, sort)
        assert "密语" in shown({PUBLIC, TEACHER}, sort)
    assert ask(engine, "渔港", viewer={TEACHER}).total == 0, "a part is open to nobody to whom its record is not"


def test_words_of_an_open_and_a_guarded_part_join_only_for_those_who_see_both(engine: Engine) -> None:
    fill(engine, [guarded()])
    assert ask(engine, "做法 密语", viewer={PUBLIC}).level > 0
    answer = ask(engine, "做法 密语", viewer={PUBLIC, TEACHER})
    assert (answer.level, keys(answer)) == (0, ["mixed"])


def test_why_it_matched_is_told_with_place_and_second(engine: Engine) -> None:
    fill(engine, [guarded()])
    caption = ask(engine, "字幕一句", viewer={PUBLIC}).found[0].passages[0]
    assert (caption.source, caption.ref, caption.seconds) == (CAPTION, "3", 12.5)
    attachment = ask(engine, "附件密语", viewer={PUBLIC, TEACHER}).found[0].passages[0]
    assert (attachment.source, attachment.label, attachment.ref) == (ATTACHMENT, "密件名称", "7")


def test_facets_count_only_what_the_viewer_may_see(engine: Engine) -> None:
    fill(
        engine,
        [
            record("a", "渔港", tokens=(PUBLIC,), facets={"year": ("2023",)}),
            record("b", "渔港", tokens=(GROUP,), facets={"year": ("2024",)}),
        ],
    )
    for text in ("渔港", ""):
        assert ask(engine, text, viewer={PUBLIC}, axes=("year",)).facets == {"year": {"2023": 1}}


def test_more_token_sets_than_slots_leak_nothing(engine: Engine) -> None:
    groups = [f"group:{n}/learner" for n in range(8)]
    parts = [TextPart(BODY, f"甲{chr(0x4E00 + 40 * n)}乙段", tokens=(token,)) for n, token in enumerate(groups)]
    fill(engine, [Record("many", "渔港", tokens=(PUBLIC, *groups), parts=tuple(parts))])
    for n, token in enumerate(groups):
        own, other = (f"甲{chr(0x4E00 + 40 * m)}乙段" for m in (n, (n + 5) % 8))
        answer = ask(engine, other, viewer={PUBLIC, token})
        assert answer.level > 0 or answer.total == 0
        texts = [p.text for f in ask(engine, own, viewer={PUBLIC, token}).found for p in f.passages]
        assert all(other not in text for text in texts)


def test_browsing_shows_no_passages(engine: Engine) -> None:
    fill(engine, [guarded()])
    assert isinstance(Everything(), Everything)
    assert ask(engine, "", viewer={PUBLIC}, sort="newest").found[0].passages == ()
