"""What matches: keywords exactly, questions loosely, in every script and spelling."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from search.analysis.folding import fold
from search.analysis.pinyin import spell
from search.analysis.tokens import coarse
from search.answering import ENOUGH
from search.backends.base import Engine
from search.backends.fields import TITLES
from search.queries import NEWEST, Bool, EngineQuery, Everything, OneOf, Term
from search.ranking import BIGRAMS
from search.records import BODY, Record, TextPart
from tests.search.contract.conftest import ask, fill, keys, record


def library(count: int = 60) -> list[Record]:
    """Invented texts of words that overlap at their edges, so that bigrams alone would match too much."""
    dice = random.Random(5)
    words = "治理 理事 事务 务实 实干 干部 部门 门户 户籍 乡村 村务 社区 区域 gdp 2024 iphone6s 党 风".split()
    made = []
    for number in range(count):
        text = "".join(
            (word + (" " if word.isascii() else dice.choice(["", "", "，", "。", " "])))
            for word in dice.choices(words, k=30)
        )
        made.append(record(f"r{number}", " ".join(dice.choices(words, k=2)), text))
    return made


@pytest.fixture
def filled(engine: Engine) -> tuple[Engine, list[Record]]:
    records = library()
    fill(engine, records)
    return engine, records


def test_keywords_match_exactly_what_a_scan_finds(filled: tuple[Engine, list[Record]]) -> None:
    engine, records = filled
    checked = 0
    for word in "治理 理事 村务 务实干 干部门 乡村 户籍乡村 社区域 事务 门户 党风 治理理事 风".split():
        scan = {r.key for r in records if word in fold(f"{r.title}\n{r.parts[0].text}")}
        if not scan:
            continue
        answer = ask(engine, word, limit=100)
        assert answer.level == 0
        assert set(keys(answer)) == scan, word
        assert answer.total == len(scan)
        checked += 1
    assert checked > 5


def test_all_of_several_keywords_must_occur(filled: tuple[Engine, list[Record]]) -> None:
    engine, records = filled
    scan = {r.key for r in records if all(w in f"{r.title}\n{r.parts[0].text}" for w in ("治理", "gdp", "户籍"))}
    answer = ask(engine, "治理 GDP 户籍", limit=100)
    assert scan
    assert set(keys(answer)) == scan


def test_the_name_of_a_rule_is_a_keyword_however_long(engine: Engine) -> None:
    """Of eleven characters it was answered by whatever had some of its pieces, and counted as that."""
    name = "青禾县村级小微权力清单"
    fill(
        engine,
        [
            record("a", "", f"各村照{name}办事。"),
            record("b", "", "清单上写着村级小微项目，权力在青禾县。"),
            *(record(f"c{number}", "", "县里的权力清单") for number in range(12)),
        ],
    )
    answer = ask(engine, name)
    assert keys(answer) == ["a"]
    assert answer.total == 1
    assert ask(engine, f"{name}细则").total > 1, "nothing has it as it stands: what has some of it"


def test_both_scripts_and_widths_find_the_same(engine: Engine) -> None:
    fill(engine, [record("s", "", "乡村振兴与台账"), record("t", "", "鄉村振興與臺賬"), record("o", "", "城市更新")])
    to_traditional = OpenCC("s2t")
    for word in ("乡村振兴", to_traditional.convert("乡村振兴"), "台账", "臺賬"):
        assert set(keys(ask(engine, word))) == {"s", "t"}, word
    fill(engine, [record("w", "", "ＧＤＰ 增长 ３％")])
    assert keys(ask(engine, "gdp")) == keys(ask(engine, "ＧＤＰ增长")) == ["w"]


def test_a_question_ranks_what_covers_it_best_first(engine: Engine) -> None:
    fill(
        engine,
        [
            record("best", "渔港", "渔港扩建工程由县水利局承建，工期两年。"),
            record("some", "茶园", "县水利局去年检查了茶园。"),
            record("none", "食堂", "食堂换了灶台。"),
        ],
    )
    answer = ask(engine, "渔港扩建工程是由哪个单位承建的？")
    assert keys(answer)[0] == "best"
    assert "none" not in keys(answer)


def test_phrases_exclusions_and_fields(engine: Engine) -> None:
    fill(
        engine,
        [
            record("a", "网格治理", "网格员走访", authors=("丁一舟",), units=("东浦学校",)),
            record("b", "网格巡查", "走访网格员治理", authors=("马小川",), units=("西岭学校",)),
        ],
    )
    assert keys(ask(engine, '"网格员走访"')) == ["a"]
    assert keys(ask(engine, "治理 -走访网格")) == ["a"]
    assert keys(ask(engine, "title:治理")) == ["a"]
    assert keys(ask(engine, "author:马小川")) == ["b"]
    assert keys(ask(engine, "单位：东浦")) == ["a"]
    assert ask(engine, '"访走"').total == 0


def test_pinyin_finds_titles_and_names_in_full_and_by_initials(engine: Engine) -> None:
    fill(engine, [record("a", "党风廉政建设", "", authors=("丁一舟",)), record("b", "茶园改造", "")])
    for typed in ("dangfeng", "lianzheng", "dflz", "lzjs", "dingyizhou", "dyz", "Dang Feng"):
        assert keys(ask(engine, typed)) == ["a"], typed


def test_numbers_match_in_both_spellings(engine: Engine) -> None:
    fill(engine, [record("a", "", "第十二条规定"), record("b", "", "2024年总结"), record("c", "", "第十三条")])
    assert keys(ask(engine, "第12条")) == ["a"]
    assert keys(ask(engine, "二〇二四年")) == ["b"]


def test_synonyms_are_as_good_as_the_word(engine: Engine) -> None:
    fill(engine, [record("a", "", "共享单车摆放"), record("b", "", "公共汽车")])
    answer = ask(engine, "公共自行车", synonyms=lambda text: {"公共自行车": ("共享单车",)}.get(text, ()))
    assert answer.level == 0
    assert keys(answer) == ["a"]


def test_words_scattered_over_a_long_text_still_make_a_match(engine: Engine) -> None:
    filler = "今天开会讨论了许多别的事情。" * 200
    fill(engine, [record("far", "", f"渔港。{filler}茶园。"), record("one", "", "渔港。")])
    assert keys(ask(engine, "渔港 茶园")) == ["far"]


def test_what_matches_only_by_its_metadata_is_found(engine: Engine) -> None:
    fill(engine, [record("a", "账本", "村里", keywords=("海洋渔业",)), record("b", "账本", "镇里")])
    assert keys(ask(engine, "海洋渔业")) == ["a"]


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=list("\"'“”()[]{}*?:+-!~^&|\\/<>=,.;%$#@ \x00\n\t\ud800\udfff\u202e\u200d治党a1:："), max_size=40),
    st.sampled_from(
        ['title:"', "-" * 400, '"' * 999, "a*b?c~2", "/.*/", "[* TO *]", "AND OR NOT", "{!func}", "😀" * 50, "\u202e党"]
    ),
)


@pytest.fixture(scope="module")
def hostile_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    from search.backends.embedded import EmbeddedEngine

    made = EmbeddedEngine(tmp_path_factory.mktemp("hostile"))
    fill(made, library(20))
    return made


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=HOSTILE)
def test_no_query_makes_the_embedded_engine_fail(hostile_engine: Engine, text: str) -> None:
    assert ask(hostile_engine, text, viewer={"public/learner"}).total >= 0


def test_no_query_makes_either_engine_fail(filled: tuple[Engine, list[Record]]) -> None:
    engine, _ = filled
    dice = random.Random(3)
    pieces = [
        '"',
        "-",
        "title:",
        "党",
        "治理",
        "\x00",
        "\ud800",
        "(",
        "]",
        "*",
        "~2",
        "😀",
        "\u202e",
        " ",
        "a",
        "/",
        "\\",
        "第",
        "12",
        "吗",
    ]
    for _ in range(300):
        text = "".join(dice.choices(pieces, k=dice.randint(0, 40)))
        assert ask(engine, text).total >= 0
    assert ask(engine, "党" * 5_000_000).total >= 0


def test_a_text_of_nothing_searchable_matches_as_no_query(filled: tuple[Engine, list[Record]]) -> None:
    engine, records = filled
    assert ask(engine, "！？。…").total == len(records)


def test_records_with_odd_text_can_be_indexed_and_found(engine: Engine) -> None:
    odd = Record("odd", "题\x00目\ud800", parts=(TextPart(BODY, "词\x00语\udfff " + "长" * 100_000 + "\u202e尾巴"),))
    fill(engine, [odd, record("plain", "", "词语")])
    assert set(keys(ask(engine, "词语"))) == {"odd", "plain"}
    assert keys(ask(engine, "尾巴")) == ["odd"]


FACTS = (
    "被告人自称“老李”，在某镇农贸市场摆摊；其间多次以“代办社保”为名，收取村民王某、张某等人现金，"
    "得款后用于赌博。案发后，其家属退还了部分款项，村干部出具证明称“此人一贯表现尚可”，但未核实账目-2021年"
)


def test_a_pasted_text_finds_what_is_like_it_as_a_whole_whatever_it_quotes(engine: Engine) -> None:
    filler = "本院认为，证据确实充分，应予支持。驳回其余请求。" * 60
    alike = f"{filler}有人在农贸市场摆摊。{filler}代办社保时收取村民现金。{filler}钱款都用于赌博，家属退还部分款项。{filler}"
    others = [record(f"o{n}", "", f"{filler}邻里因宅基地界址争执第{n}次，调解未成。{filler}") for n in range(30)]
    once = record("once", "", f"{filler}家属退还了部分款项，村干部出具证明称此人一贯表现尚可。")
    fill(engine, [*others, once, record("alike", "", alike)])
    answer = ask(engine, FACTS)
    assert keys(answer)[:2] == ["alike", "once"] or keys(answer)[:2] == ["once", "alike"]
    assert answer.found[0].passages
    assert keys(ask(engine, FACTS, limit=5, offset=5)) == keys(ask(engine, FACTS, limit=10))[5:]


def test_a_question_in_plain_words_meets_the_words_of_rules(engine: Engine) -> None:
    pay = record("pay", "", "用人单位未及时足额支付劳动报酬的，劳动者可以申请支付令。")
    others = [record(f"o{n}", "", f"第{n}项：村里的道路、水渠怎么办理验收，由镇里规定。") for n in range(5)]
    fill(engine, [*others, pay])
    assert keys(ask(engine, "老板一直欠我薪水怎么办？"))[0] == "pay"
    assert ask(engine, "薪水").level > 0 or ask(engine, "薪水").total == 0, "keywords still mean themselves"


def test_a_number_and_the_character_after_it_stand_together(engine: Engine) -> None:
    fill(
        engine,
        [
            record("congress", "", "学习二十大精神。"),
            record("digits", "", "学习20大报告"),
            record("apart", "", "二十个人，大家都来；20分钟，大会。"),
            record("year", "", "2023年初动工。"),
            record("other", "", "编号2023号，年底完工。"),
        ],
    )
    assert set(keys(ask(engine, "二十大"))) == set(keys(ask(engine, "20大"))) == {"congress", "digits"}
    assert keys(ask(engine, "2023年")) == keys(ask(engine, "二〇二三年")) == ["year"]
    assert ask(engine, "7大").level > 0 or ask(engine, "7大").total == 0
    assert ask(engine, "x.*大(").total >= 0


def test_a_quotation_may_hold_punctuation_and_blanks(engine: Engine) -> None:
    fill(engine, [record("a", "", "他说：抓早抓小，防微杜渐。记下了。"), record("b", "", "防微杜渐，抓早抓小。")])
    for text in ("“抓早抓小，防微杜渐”", "“抓早抓小 防微杜渐”", "“防微杜渐。记”"):
        assert keys(ask(engine, text)) == ["a"], text
    assert ask(engine, "“抓早抓小，渐”").total == 0
    assert ask(engine, "“抓早抓小防微杜渐”").total == 0, "what is written without a break stands without one"


def test_where_few_have_all_the_words_the_best_of_those_with_some_follow(engine: Engine) -> None:
    both = record("both", text="渔港的夜校开在码头旁。", facets={"kind": ("case",)}, tokens=("public",))
    some = [
        record("harbour", text="渔港修了新路。", facets={"kind": ("case",)}, tokens=("public",)),
        record("school", text="村里的夜校。", facets={"kind": ("course",)}, tokens=("public",)),
        record("guarded", text="渔港与夜校的内部总结。", facets={"kind": ("case",)}, tokens=("staff",)),
    ]
    fill(engine, [both, *some, record("none", text="茶园改造。", tokens=("public",))])

    def asked(text: str, **kwargs: Any) -> tuple[list[str], list[str], int]:
        answer = ask(engine, text, viewer=["public"], **kwargs)
        return keys(answer), sorted(found.key for found in answer.others), answer.total

    assert asked("渔港 夜校") == (["both"], ["harbour", "school"], 1)
    assert dict(ask(engine, "渔港 夜校", viewer=["public"], axes=("kind",)).facets) == {"kind": {"case": 1}}
    assert asked("渔港 夜校", filters={"kind": ("case",)}) == (["both"], ["harbour"], 1)
    assert asked("渔港 夜校 -新路") == (["both"], ["school"], 1)
    assert asked("渔港 夜校", sort=NEWEST)[1] == []
    assert asked("渔港 夜校", limit=1)[1] == []  # the page is full
    assert asked("“渔港的夜校”") == (["both"], [], 1)  # a quotation is meant as it stands
    assert asked("渔港")[1:] == ([], 2)  # of one word there is no part
    assert asked("渔港 夜校 茶叶博览会")[1] == []  # nothing has all: what has some is the answer already


def test_nothing_follows_where_enough_have_all_the_words(engine: Engine) -> None:
    fill(
        engine,
        [record(f"d{n}", text="渔港的夜校。") for n in range(ENOUGH)] + [record("some", text="渔港修了新路。")],
    )
    answer = ask(engine, "渔港 夜校")
    assert (answer.total, answer.others) == (ENOUGH, ())
    assert ask(engine, "渔港 夜校", offset=8, limit=4).others == ()


def test_a_question_that_names_a_record_by_its_title_finds_that_record_first(engine: Engine) -> None:
    """However often others mention it, and although what its title begins with is no word of its own in a question."""
    longer = [record(f"l{n}", f"阳光村务公开{n}", "村务公开应及时，村务公开让人看得懂。") for n in range(6)]
    named = [
        record("plain", "村务公开", "每季度张榜一次，由监委会核对。"),
        record("person", "向荣", "云坪镇的老会计，记了三十年账。"),
        record("sub", "把账晒在墙上——青禾县的一次重来", "张榜之后，群众逐项来问。"),
        record("one", "闸", "挡水的门。"),
    ]
    others = [record(f"o{n}", "", f"第{n}件：什么时期的人，讲了什么，有什么特点，写在墙上。") for n in range(6)]
    fill(engine, [*longer, *others, *named])
    for question, first in (
        ("村务公开有哪些要求？", "plain"),
        ("向荣是什么时期的人？", "person"),
        ("《把账晒在墙上》讲了什么？", "sub"),
        ("闸有什么特点？", "one"),
        ("村務公開", "plain"),
    ):
        assert keys(ask(engine, question))[0] == first, question


def test_a_title_names_only_what_the_reader_may_see(engine: Engine) -> None:
    fill(
        engine,
        [
            record("closed", "向荣", "老会计。", tokens=("internal",)),
            record("open", "", "那个时期的人。", tokens=("public",)),
        ],
    )
    assert keys(ask(engine, "向荣是什么时期的人？", viewer=["public"])) == ["open"]
    assert keys(ask(engine, "向荣是什么时期的人？", viewer=["internal"])) == ["closed"]


def test_one_of_some_names_scores_what_it_is_told_to(engine: Engine) -> None:
    fill(
        engine,
        [record("a", "茶园", "村里的账本"), record("b", "渔港", "村里的账本"), record("c", "夜校", "村里的账本")],
    )
    for boost in (0.0, 5.0):
        named = OneOf(TITLES, ("渔港", "海塘"), boost)
        scoring = Bool(should=(Term(BIGRAMS, coarse("账本")), named), minimum=1)
        scores = {found.key: found.score for found in engine.search(EngineQuery((Everything(),), scoring)).found}
        assert scores["b"] - scores["a"] == pytest.approx(boost, abs=0.01)
        assert scores["a"] == pytest.approx(scores["c"], abs=0.01)


def test_a_number_is_found_with_its_measure_whatever_follows_it(engine: Engine) -> None:
    going_on = "。".join("人" + chr(0x4E00 + n) for n in range(6000)) + "。第3个"
    fill(engine, [record("many", "甲", going_on), record("one", "乙", "来了3人龟步走。")])
    assert keys(ask(engine, "3人")) == ["one"]
    assert set(keys(ask(engine, "人"))) == {"many", "one"}


def test_what_is_left_out_in_one_field_is_left_out_there_only(engine: Engine) -> None:
    fill(
        engine,
        [
            record("called", "渔港巡查", "网格治理。", authors=("丁一舟",), units=("东浦学校",)),
            record("says", "网格治理", "渔港巡查，马小川说，西岭学校来人。", authors=("丁一舟",), units=("东浦学校",)),
            record("wrote", "网格治理", "茶园。", authors=("马小川",), units=("西岭学校",)),
        ],
    )
    assert set(keys(ask(engine, "治理 -title:渔港"))) == {"says", "wrote"}
    assert set(keys(ask(engine, "治理 －标题：“渔港巡查”"))) == {"says", "wrote"}
    assert set(keys(ask(engine, "治理 -作者：马小川"))) == {"called", "says"}
    assert set(keys(ask(engine, "-unit:西岭"))) == {"called", "says"}
    assert set(keys(ask(engine, "治理 -渔港"))) == {"wrote"}


def test_what_is_left_out_is_left_out_in_either_spelling_of_its_number(engine: Engine) -> None:
    fill(engine, [record("a", "", "网格第十二条。"), record("b", "", "网格第12条。"), record("c", "", "网格第9条。")])
    assert keys(ask(engine, "网格 -第12条")) == ["c"]


def test_words_with_the_characters_of_numbers_are_no_numbers(engine: Engine) -> None:
    """十四五 was 15, 万一 was 1, 五四 was 54, and 10 was every text with 十分."""
    fill(
        engine,
        [
            record("digits", "", "来了15人、54人、23人、1人、1000人、35人，共10处。"),
            record("words", "", "十四五期间，五四青年节，两三个人十分忙，以防万一，千万，三五成群。"),
        ],
    )
    for text in ("十四五", "五四", "两三个", "万一", "千万", "三五成群"):
        assert keys(ask(engine, text)) == ["words"], text
    assert keys(ask(engine, "10")) == ["digits"]


def test_pinyin_with_tones_in_capitals_with_numbers_half_typed_and_of_a_long_title(engine: Engine) -> None:
    long = "八十个车位怎么分给三百户槐树里社区邻里议事厅的规则课"
    fill(engine, [record("a", "2024年廉政女工课"), record("b", "茶园改造"), record("c", long)])
    for typed in (
        "liánzhèng",
        "LIANZHENG",
        "lian'zheng",
        "lian’zheng",
        "nǚgong",
        "nügong",
        "2024nianlianzheng",
        "廉zheng",
    ):
        assert keys(ask(engine, typed)) == ["a"], typed
    assert keys(ask(engine, spell(long)[0])) == ["c"]
    assert ask(engine, "廉zhen茶").total == 0


def test_a_character_whose_shape_was_chosen_is_that_character(engine: Engine) -> None:
    """Word files say behind a character which of its shapes is meant; it parted the word."""
    fill(engine, [record("a", "", "葛\U000e0100洲坝的廉\ufe00政课"), record("b", "", "茶园")])
    assert keys(ask(engine, "葛洲坝")) == keys(ask(engine, "廉政课")) == keys(ask(engine, "葛\U000e0101洲坝")) == ["a"]
