"""Folding, tokens, passages, numbers, pinyin and the reading of queries."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import numerals, passages, pinyin, titles, tokens
from search.analysis.folding import clean, fold, fold_with_offsets
from search.analysis.query import MAX_CHARACTERS, Part, parse
from search.analysis.questions import content_runs, is_question
from search.backends import streams
from search.highlighting import ELLIPSIS, mark, marked_items, patterns, snippet
from search.queries import Bool, Phrase, Term
from search.ranking import phrase_node
from search.records import Record, TextPart


@settings(deadline=None)
@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("漢字臺灣ＡＢｃ㎞ﬁ①  \x00\u200b\ud800é党風"), max_size=40))
def test_offsets_point_at_what_the_character_came_from(text: str) -> None:
    folded, origins = fold_with_offsets(text)
    assert len(folded) == len(origins)
    assert list(origins) == sorted(origins)
    for character, origin in zip(folded, origins, strict=True):
        assert character in fold(text[origin]) or character == fold(character)


@settings(deadline=None)
@given(st.text(alphabet="一二三四，。！？\n abc", max_size=3000))
def test_passages_joined_are_the_text_again_save_for_blanks(text: str) -> None:
    cut = list(passages.cut(text, target=50))
    assert all(text[start : start + len(piece)] == piece for start, piece in cut)
    assert (
        "".join(piece for _, piece in cut).split() == text.split()
        or not text.strip()
        or any(not p.strip() for p in text.split("。"))
    )
    assert all(len(piece) <= 650 for _, piece in cut)


@settings(deadline=None)
@given(st.text(alphabet="党风廉政建设ab12 ，。", max_size=60), st.data())
def test_a_substring_of_han_text_is_a_phrase_of_its_bigrams(text: str, data: st.DataObject) -> None:
    runs = [r for r in tokens.RUN.findall(text) if tokens.is_han(r) and len(r) > 2]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 2))
    part = run[start : data.draw(st.integers(start + 2, len(run)))]
    stream = tokens.bigrams(text)
    wanted = tokens.phrase(part)
    assert any(
        all(at + offset < len(stream) and stream[at + offset] == token for offset, token in wanted)
        for at in range(len(stream))
    )


@settings(deadline=None)
@given(st.text(alphabet="党风廉政建设 ab12㎞，。\n𠮷\ud800…_", max_size=60))
def test_streams_are_the_tokens_of_queries(text: str) -> None:
    folded = fold(text)
    words, pairs, ones = (stream.split() for stream in tokens.streams(folded, tokens.runs(folded)))
    assert words == tokens.words(folded)
    assert pairs == [tokens.coarse(t) for t in tokens.bigrams(folded)]
    assert ones == tokens.singles(folded)
    assert tokens.bigram_stream(tokens.runs(folded)).split() == tokens.bigrams(folded)


def test_a_record_is_folded_part_by_part_and_cut_passage_by_passage() -> None:
    plain = "这裏的漁港。" * 80 + "㍿" + "无标点" * 500  # one sign that becomes four, one stretch cut in the middle
    record = Record(
        "a", "题", parts=(TextPart("body", plain), TextPart("body", "甲。", tokens=("x",))), authors=("丁",)
    )
    made = streams.of_record(record)
    assert [slot for slot, _ in made.slots] == [(), ("x",)]
    assert made.slots[0][1].split() == tokens.bigrams(fold(f"题\n丁\n{plain}"))
    for passage in made.passages:
        assert passage.fields["c"].split() == tokens.singles(fold(f"题。{passage.unit.text}"))
        assert passage.fields["w"].split() == tokens.words(fold(f"题。{passage.unit.text}"))
    assert "".join(p.unit.text for p in made.passages if p.unit.source == "body") == f"{plain}甲。"


def test_a_run_that_two_passages_share_is_one_run_of_the_record() -> None:
    for text in ("无标点" * 500, "长" * 399 + "。" + "句" * 10, "ab" * 900, "字" * 610 + "A" * 610 + "。完"):
        made = streams.of_record(Record("a", "", parts=(TextPart("body", text),)))
        opening = [f"{'a' * 64}完"] if "A" in text else []
        assert made.slots[0][1].split() == [*tokens.bigrams(fold(text)), *opening]


def test_the_openings_of_numbers_stand_behind_all_text_so_that_they_part_no_phrase() -> None:
    parts = (TextPart("body", "2019年度，来了3人。"), TextPart("body", "3人走，还有gdp增长1.5倍。7"))
    made = streams.of_record(Record("a", "3所", parts=parts, authors=("丁",)))
    text = tokens.bigrams(fold(f"3所\n丁\n{parts[0].text}{parts[1].text}"))
    assert made.slots[0][1].split() == [*text, "3所", "2019年", "3人", "gdp增", "5倍"]
    assert made.title.split() == ["3", "所", "3所"]
    assert phrase_node("t0", "2019年") == Term("t0", "2019年")
    assert phrase_node("t0", "来了3人") == Bool(must=(Phrase("t0", ((0, "来了"), (2, "3"))), Term("t0", "3人")))
    assert tokens.of_passages("2019年") == "2019"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("二〇二四年", "2024年"),
        ("第十二条", "第12条"),
        ("第12条", "第十二条"),
        ("2024年", "二〇二四年"),
        ("十九大", "19大"),
        ("三月", "3月"),
        ("一百二十三", "123"),
        ("三万五千", "35000"),
        ("105", "一百零五"),
        ("20大", "二十大"),
        ("二〇一九年十二月", "2019年12月"),
        ("2019年12月31日", "二〇一九年十二月三十一日"),
        ("2019年12月31日", "二零一九年十二月三十一日"),
        ("第十五条第三款", "第15条第3款"),
        ("三千五百万元", "3500万元"),
        ("一百二十亿", "120亿"),
        ("九八年", "98年"),
        ("二〇号", "20号"),
    ],
)
def test_numbers_have_both_spellings(text: str, other: str) -> None:
    assert other in numerals.variants(text)


def test_words_that_only_look_like_numbers_stay() -> None:
    assert numerals.variants("一心一意") == ()
    assert numerals.variants("5") == (), "which is not the 五 of 五味子"
    assert numerals.variants("千方百计") == () or "千方百计" not in numerals.variants("千方百计")
    for word in (
        "十四五",
        "十三五规划",
        "二三十个",
        "万一",
        "千万不要",
        "五四",
        "三八节",
        "两三个",
        "七八年",
        "百万",
        "10",
        "一一列举",
    ):
        assert numerals.variants(word) == (), word


@pytest.mark.parametrize(
    ("chinese", "arabic"),
    [
        ("一百二", "120"), ("一百零二", "102"), ("一百十五", "115"), ("三万五", "35000"), ("二百五", "250"), ("一千零一十五", "1015"),
        ("一亿五千万", "150000000"), ("十二", "12"), ("九八", "98"), ("三〇一", "301"), ("二三十", None), ("十百", None), ("万亿", None),
    ],
)  # fmt: skip
def test_numerals_are_read_as_they_are_said(chinese: str, arabic: str | None) -> None:
    assert numerals.to_arabic(chinese) == arabic


def test_pinyin_keys_start_at_each_word() -> None:
    found = pinyin.keys("党风廉政建设")
    assert {"dangfenglianzhengjianshe", "lianzhengjianshe", "jianshe", "dflzjs", "lzjs", "js"} <= set(found)
    assert pinyin.as_query("dang feng") == "dangfeng"
    assert pinyin.as_query("党feng") == "dangfeng"
    assert pinyin.as_query("党风") is None
    assert pinyin.as_query("2024") is None


def test_a_name_is_spelt_as_its_surname_is_called() -> None:
    assert pinyin.spellings("曾国藩") == [("zengguofan", "zgf"), ("cengguofan", "cgf")]
    assert pinyin.spellings("任长霞") == [("renzhangxia", "rzx"), ("renchangxia", "rcx")]
    assert pinyin.spellings("尉迟恭") == [("yuchigong", "ycg")]
    assert pinyin.spellings("阿卜杜拉·买买提") == [pinyin.spell("阿卜杜拉·买买提")]
    for name in ("单雄信", "仇和", "解学恭", "翟志刚", "区伟明", "查文斌", "朴永健"):
        assert pinyin.spellings(name)[1] == pinyin.spell(name), "and as people say who do not know"
    assert len(pinyin.spellings("曾长乐传奇朝行")) == 8


@pytest.mark.parametrize(
    "text", ["这是什么", "谁负责？", "怎么办", "有多少人", "如何整改", "是否可以", "他来吗", "哪些做法", "第几条"]
)
def test_questions_are_told_from_keywords(text: str) -> None:
    assert is_question(fold(text))


@pytest.mark.parametrize("text", ["乡村振兴", "廉政建设 案例", "干部监督2024"])
def test_keywords_are_no_questions(text: str) -> None:
    parsed = parse(text)
    assert not parsed.question
    assert parsed.exact


@pytest.mark.parametrize(
    "text",
    [
        "administration",
        "internationalization reform",
        "2019年12月31日",
        "中办发〔2019〕12号",
        "li.xiaoming@example.com",
    ],
)
def test_a_long_word_of_letters_or_numbers_makes_no_sentence(text: str) -> None:
    parsed = parse(text)
    assert parsed.exact
    assert not parsed.told


@pytest.mark.parametrize("written", ["国发[2016]58号", "国发（2016）58号", "国发【2016】58号", "国发〔2016〕58号"])
def test_the_number_of_a_document_is_one_thing_however_its_year_is_bracketed(written: str) -> None:
    assert parse(f"{written} 落实").parts == (Part("国发〔2016〕58号"), Part("落实"))


@pytest.mark.parametrize("quoted", ["如何加强党的建设", "任何人不得", "什么是党性", "请找一个案例"])
def test_what_is_quoted_is_sought_as_it_stands_though_it_asks(quoted: str) -> None:
    parsed = parse(f"“{quoted}” -乡村 title:监督")
    assert parsed.parts == (Part(quoted, quoted=True), Part("乡村", excluded=True), Part("监督", "title"))
    assert parsed.exact
    assert not parsed.question


def test_asking_words_and_particles_do_not_rank() -> None:
    assert content_runs("渔港怎么治理") == ["渔港", "治理"]
    assert content_runs("什么是什么") == ["什么是什么"], "a question of nothing else is searched as it is"


def test_operators() -> None:
    parsed = parse('党建 -扶贫 title:乡村 "基层 治理" 作者：丁一舟')
    assert parsed.parts == (
        Part("党建"),
        Part("扶贫", excluded=True),
        Part("乡村", "title"),
        Part("基层 治理", quoted=True),
        Part("丁一舟", "author"),
    )
    for written in ("廉政，-腐败，作者：丁一舟", "廉政 －腐败;author:丁一舟", "廉政、−腐败 、author：丁一舟"):
        assert parse(written).parts == (Part("廉政"), Part("腐败", excluded=True), Part("丁一舟", "author")), written
    assert parse("2019-2020，甲-乙").excluded == (), "what joins two words takes nothing away"
    assert parse("“乡里制”的特点是什么？").exact is False, "a question quotes a name, it does not demand the phrase"
    assert parse("http://a.b/c-d").parts[0].field is None


@pytest.mark.parametrize("text", ["", "-", '""', "“”", "：", ":", '-"', "\x00", "\ud800", "()[]{}"])
def test_nothing_asked_is_nothing(text: str) -> None:
    assert parse(text).empty


def test_a_long_query_is_cut_and_says_so() -> None:
    parsed = parse("党" * 10_000_000)
    assert parsed.truncated
    assert len(parsed.text) == MAX_CHARACTERS
    assert not parse("党").truncated


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_fails_to_parse(text: str) -> None:
    parsed = parse(text)
    assert all(p.text for p in parsed.parts)
    assert clean(parsed.text) == parsed.text


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("第3章", "合同38份，2023年，第3章，3项", ["第3章", "3"]),
        ("AI 赋能", "mail，AI赋能，OpenAI", ["AI赋能"]),
        ("120", "1200元，120人，拨打120", ["120", "120"]),
        ("2023年", "到2023年底，12023年", ["2023年"]),
    ],
)
def test_no_piece_of_a_longer_number_or_word_is_marked(query: str, text: str, marked: list[str]) -> None:
    assert [text[a:b] for a, b in mark(text, patterns(parse(query)))] == marked


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("请给我找一个关于信访的案例", ("信访",)),
        ("找一些有关食堂监管的案例", ("食堂监管",)),
        ("我想看关于搬迁安置的课", ("搬迁安置",)),
        ("推荐算法", ("推荐算法",)),
        ("请示报告制度", ("请示报告制度",)),
        ("找案例", ("找案例",)),
    ],
)
def test_who_asks_as_one_asks_a_librarian_is_understood(text: str, about: tuple[str, ...]) -> None:
    assert parse(text).runs == about


def test_what_was_written_as_one_is_remembered_by_its_parts() -> None:
    for text in ("村（社区）书记，培训", "村（社区）书记 培训"):
        assert [part.of for part in parse(text).wanted] == ["村(社区)书记"] * 3 + [""]
    assert {part.of for part in parse("县（市、区）").wanted} == {"县(市、区)"}
    assert {part.of for part in parse("“三会一课” 党日").wanted} == {""}


def test_marks_survive_script_and_width() -> None:
    text = "前文。這裏的漁港㎞治理。"
    pattern = patterns(parse("渔港"))
    ((start, end),) = mark(text, pattern)
    assert text[start:end] == "漁港"
    offset, piece, marks = snippet("无关。" * 200 + text, pattern)
    assert [piece[a:b] for a, b in marks] == ["漁港"]
    assert ("无关。" * 200 + text)[offset:].startswith(piece.lstrip(ELLIPSIS))


@settings(deadline=None)
@given(st.text(alphabet="甲乙丙渔港，。！\n”", max_size=400), st.integers(0, 400))
def test_a_piece_of_a_sentence_says_so_and_its_marks_stay_right(text: str, at: int) -> None:
    text = f"{text[:at]}渔港{text[at:]}"
    offset, piece, marks = snippet(text, patterns(parse("渔港")))
    plain = piece.removeprefix(ELLIPSIS).removesuffix(ELLIPSIS)
    assert text[offset:].startswith(plain)
    assert marks
    assert {piece[a:b].replace("渔港", "") for a, b in marks} == {""}
    before, after = text[:offset].rstrip("”"), text[offset + len(plain) :]
    assert piece.startswith(ELLIPSIS) == bool(before and before[-1] not in "。！\n")
    assert piece.endswith(ELLIPSIS) == bool(after.strip() and plain.rstrip("”")[-1:] not in "。！")


def test_what_is_shown_begins_with_its_sentence_if_that_is_near() -> None:
    pattern = patterns(parse("渔港"))
    text = "无关。" * 100 + "这一句从这里开始，后来才说到渔港。" + "后文很长，" * 60 + "完。"
    _, piece, _ = snippet(text, pattern)
    assert piece.startswith("这一句从这里开始")
    assert piece.endswith(ELLIPSIS)
    _, piece, ((start, end),) = snippet("前文很长，" * 60 + text, patterns(parse("开始")))
    assert piece[start:end] == "开始"
    _, piece, ((start, end),) = snippet("没有句号的长文" * 60 + "渔港" + "没有句号的长文" * 60, pattern)
    assert (piece[0], piece[start:end], piece[-1]) == (ELLIPSIS, "渔港", ELLIPSIS)


def test_a_worker_that_never_searches_loads_no_dictionary() -> None:
    code = (
        "import django, sys; django.setup(); import search.api, search.receivers, search.modelsearch_backend;"
        "print(sorted({'rjieba', 'opencc', 'tantivy', 'elasticsearch'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.test"},
    ).stdout
    assert out.strip() == "[]"


def test_quotes_inside_a_sentence_only_quote() -> None:
    assert parse("被告人“张某”多次以“代办社保”为名收取村民现金").exact is False
    assert not any(p.quoted for p in parse("关于“三农”问题").parts)
    assert parse("“三农问题”").parts[0].quoted
    pasted = parse("甲" * 30 + "，标题：乡村 -扶贫 “原样”。" + "乙丙，" * 20)
    assert not any(p.quoted or p.field or p.excluded for p in pasted.parts)
    assert [p.text for p in pasted.parts[1:]] == ["标题", "乡村", "扶贫", "原样", "乙丙"]


@pytest.mark.parametrize(
    ("simplified", "written"),
    [
        ("阿卜杜拉·买买提", "阿卜杜拉･买买提"),
        ("看着", "看著"),
        ("显著", "顯著"),
        ("著名", "著名"),
        ("意味着", "意味著"),
        ("卫生", "衞生"),
        ("叙述", "敍述"),
    ],
)
def test_the_spellings_of_taiwan_and_hong_kong_are_folded(simplified: str, written: str) -> None:
    assert fold(written) == fold(simplified)


@pytest.mark.parametrize(
    ("query", "shown", "marks"),
    [
        ("渔港", "渔港扩建；漁港", ["渔港", "漁港"]),
        ("5 渔港", "渔港扩建；漁港；第5章", ["渔港", "漁港", "5"]),
        ("山林", "甲；渔港扩建；漁港；2025；第5章", []),
        ('"甲；渔港"', "甲；渔港扩建；漁港；2025；第5章", ["甲；渔港"]),
    ],
)
def test_of_names_and_terms_those_are_shown_in_which_something_is_marked(
    query: str, shown: str, marks: list[str]
) -> None:
    text, spans = marked_items("甲；渔港扩建；漁港；2025；第5章", patterns(parse(query), pieces=False))
    assert text == shown
    assert [text[start:end] for start, end in spans] == marks


def test_a_record_is_called_by_its_title_and_by_what_stands_before_the_subtitle() -> None:
    assert titles.names("把账晒在墙上——青禾县的“一次重来”") == ["把账晒在墙上青禾县的一次重来", "把账晒在墙上"]
    assert titles.names("闸(水利)") == ["闸水利", "闸"]
    assert titles.names("——") == titles.names("") == []
    assert titles.names("长" * 41 + "：短") == []


def test_names_in_a_query_are_stretches_of_whole_words() -> None:
    assert titles.possible("向荣是什么时期的人?")[0] == "向荣是什么时期的人"
    assert "向荣" in titles.possible("向荣是什么时期的人?")
    assert "荣是" not in titles.possible("向荣是什么时期的人?")
    assert titles.possible("《把账，晒在墙上》")[0] == "把账晒在墙上"
    assert titles.possible("?!") == titles.possible("一年又一年，" * 20) == []


def test_marks_take_along_what_belongs_to_their_last_character() -> None:
    for query, text, marked in (
        ("café", "去cafe\u0301喝茶", "cafe\u0301"),
        ("ガス", "ｶﾞｽ田", "ｶﾞｽ"),
        ("葛洲坝", "葛\U000e0100洲坝", "葛\U000e0100洲坝"),
        ("fi", "ﬁt", "ﬁ"),
        ("廉政", "𠮷廉\u200b政", "廉\u200b政"),
    ):
        pattern = patterns(parse(query)) if query != "fi" else re.compile("fi")
        assert [text[a:b] for a, b in mark(text, pattern)] == [marked], query
