"""The automatic checks: one pass of terms, pattern rules under a time limit, personal data, markings, missing details."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.review.scanning.completeness import Details
from caselib.review.scanning.engine import scan_item
from caselib.review.scanning.folding import fold
from caselib.review.scanning.hits import Hit
from caselib.review.scanning.matcher import Scanner
from caselib.review.scanning.pack_csv import read_pack, write_pack
from caselib.review.scanning.packs import Pack, PackError, ScanRule, pattern_fault, written_out
from caselib.review.scanning.personal import identity_is_valid, luhn_is_valid

DAY = date(2026, 11, 20)


def scan(text: str | list[str], *rules: ScanRule, details: Details | None = None) -> list[Hit]:
    passages = [text] if isinstance(text, str) else text
    return scan_item(Scanner.compile([Pack("test", 1, rules)], DAY), passages, details or Details())


def found(text: str, *rules: ScanRule) -> list[tuple[str, str]]:
    return [(hit.rule, hit.quote) for hit in scan(text, *rules)]


def identity_number(body: str) -> str:
    """Return ``body`` (17 digits) with its check digit, computed by the definition: the weighted sum is 1 modulo 11."""
    for check in "0123456789X":
        value = 10 if check == "X" else int(check)
        total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body)) + value
        if total % 11 == 1:
            return body + check
    raise AssertionError


TERM = ScanRule("a", "坏词语", replacement="好词语", severity="blocking")


@pytest.mark.parametrize(
    "text",
    [
        "用了坏词语。",
        "用了坏 词　语。",
        "用了坏\u200b词\u2060语。",
        "用了壞詞語。",
        "用了坏\n词语。",
        "用了坏\ufe0f词语",
    ],
)
def test_a_term_is_found_however_it_is_disguised(text: str) -> None:
    [hit] = scan(text, TERM)
    assert (hit.rule, hit.replacement, hit.severity, hit.passage) == ("a", "好词语", "blocking", 0)
    assert text[hit.start : hit.end] == hit.quote
    assert hit.quote.startswith(("坏", "壞")) and hit.quote.endswith(("语", "語"))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("709律师", "有 709 律师 在"),
        ("709律师", "有７０９\u3000律师"),
        ("AB团", "反对 AB 团 的"),
        ("一国两府", "一\u0336国\u0336两 府"),
    ],
)
def test_a_term_of_han_and_latin_is_found_however_it_is_spaced(term: str, text: str) -> None:
    [(rule, quote)] = found(text, ScanRule("k", term))
    assert (rule, fold(quote).text) == ("k", fold(term).text)


@pytest.mark.parametrize("sign", list("·-—*.．/_~|+"))
def test_a_term_is_found_under_a_sign_strewn_between_its_characters(sign: str) -> None:
    text = f"他们宣扬{sign.join('坏词语')}，被制止。"
    [(rule, quote)] = found(text, ScanRule("k", "坏词语"))
    assert (rule, quote) == ("k", sign.join("坏词语"))


@pytest.mark.parametrize("text", ["第三、六、四条", "词-语", "好-坏词语-事", "坏、词、语"])
def test_lists_and_single_signs_are_left_as_they_are(text: str) -> None:
    assert fold(text).text == text


def test_a_term_is_found_across_the_lines_of_one_paragraph_only() -> None:
    scanner = Scanner.compile([Pack("test", 1, [TERM])], DAY)
    lines = ["别的", "宣扬坏", "词", "语的人", "这里坏", "词语"]
    [hit] = scan_item(scanner, lines, Details(), paragraphs=[range(1, 4)])
    assert (hit.passage, hit.start, hit.end, hit.quote) == (1, 2, 3, "坏词语")
    assert [h.passage for h in scan_item(scanner, lines, Details(), paragraphs=[range(1, 4), range(4, 6)])] == [1, 4]


def test_ranges_point_at_the_passage_the_hit_stands_in() -> None:
    hits = scan(["没有", "这里坏词语", "", "坏词语"], TERM)
    assert [(hit.passage, hit.start, hit.end) for hit in hits] == [(1, 2, 5), (3, 0, 3)]


def test_a_term_never_spans_two_paragraphs() -> None:
    assert scan(["坏词", "语"], TERM) == []


def test_full_width_letters_match_and_latin_terms_are_whole_words() -> None:
    rule = ScanRule("wto", "WTO")
    assert found("加入ＷＴＯ以后", rule) == [("wto", "ＷＴＯ")]
    assert found("swtox", rule) == []


def test_exceptions_and_dates_silence_a_term() -> None:
    rule = ScanRule("x", "大陆", exceptions=("大陆架", "新大陆"))
    assert found("大陆架与新大陆", rule) == []
    assert found("大陆架和大陆", rule) == [("x", "大陆")]
    assert found("坏词语", ScanRule("o", "坏词语", until=date(2026, 11, 19))) == []
    assert found("坏词语", ScanRule("o", "坏词语", since=date(2026, 11, 21))) == []
    assert found("坏词语", ScanRule("o", "坏词语", since=DAY, until=DAY)) == [("o", "坏词语")]


def test_a_longer_term_covers_a_shorter_one_unless_that_is_more_severe() -> None:
    longer, shorter = ScanRule("l", "坏词语集"), ScanRule("s", "词语")
    assert found("坏词语集", longer, shorter) == [("l", "坏词语集")]
    grave = ScanRule("s", "词语", severity="blocking")
    assert ("s", "词语") in found("坏词语集", longer, grave)


def test_two_packs_may_hold_the_same_term() -> None:
    scanner = Scanner.compile([Pack("one", 1, (TERM,)), Pack("two", 3, (TERM,))], DAY)
    assert [hit.pack for hit in scanner.scan(["坏词语"])] == ["one", "two"]


@pytest.mark.parametrize("pattern", [r"(a|aa)+$", r"(a+)+c", r"(.*a){20}c"])
def test_no_pattern_can_hang_the_check(pattern: str) -> None:
    rule = ScanRule("slow", pattern, kind="pattern")
    scanner = Scanner.compile([Pack("test", 1, (rule, TERM))], DAY)
    began = time.process_time()
    for _text in range(12):
        hits = scan_item(scanner, ["a" * 4000 + "b", "坏词语"], Details())
        assert any(hit.rule == "a" for hit in hits), "the other rules still work"
    assert time.process_time() - began < 5
    if scanner.timed_out():
        assert scanner.timed_out() == [("test", "slow")]


def test_a_pattern_that_times_out_is_reported_once_as_a_finding() -> None:
    hits = scan("a" * 4000 + "b", ScanRule("slow", r"(?:a|aa)+$", kind="pattern"))
    assert [hit.rule for hit in hits] == ["too-slow"]
    assert "test/slow" in hits[0].message


@pytest.mark.parametrize(
    "pattern",
    ["(", "[", "(?:(?:(?:a{900}){900}){900})", "a*", "", "(?R)a", "a{99999999}", "(?:abc){e<=2}", "(" * 390, r"\1"],
)
def test_a_broken_or_explosive_pattern_is_refused_before_it_is_compiled(pattern: str) -> None:
    began = time.monotonic()
    assert pattern_fault(pattern)
    assert time.monotonic() - began < 1


def test_ordinary_patterns_are_accepted() -> None:
    for pattern in (
        r"\d{4}年\d{1,2}月",
        r"[{]{3}x",
        r"(?:第[一二三四五六七八九十]{1,3}条){1,9}",
        r"a{2}(b{3}c)\{9999\}",
    ):
        assert pattern_fault(pattern) == ""
    assert written_out(r"(a{3}b){4}") >= 16


@pytest.mark.parametrize("body", ["33010219900101123", "11010519491231002", "65010120000229999"])
def test_identity_cards_are_recognised_by_their_check_digit(body: str) -> None:
    number = identity_number(body)
    assert identity_is_valid(number)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert not identity_is_valid(wrong)
    spaced = f"{number[:6]} {number[6:10]} {number[10:14]} {number[14:]}"
    for text in (number, number.lower(), spaced, f"证件号{number}。"):
        assert [rule for rule, _quote in found(text)] == ["identity-card"], text
    assert "identity-card" not in [rule for rule, _quote in found(wrong)]
    assert found(number[:6] + "********" + number[14:]) == []


@pytest.mark.parametrize("cue", ["身份证号", "身份证号码：", "身份证号为", "公民身份号码（"])
def test_what_the_text_calls_an_identity_number_is_one_though_mistyped(cue: str) -> None:
    text = f"联系人{cue}510102196503021234。"
    assert [rule for rule, _quote in found(text)] == ["identity-card"]
    assert found("身份证号已经隐去，合同编号510102196503021234。") == found("合同编号510102196503021234。")


def test_impossible_birth_dates_and_regions_are_no_identity_cards() -> None:
    assert not identity_is_valid(identity_number("33010219900231123"))
    assert not identity_is_valid(identity_number("99010219900101123"))
    assert identity_is_valid("330102900101123")
    assert not identity_is_valid("33010290010112x")
    assert not identity_is_valid("３３０１０２９００１０１１２３")


def test_mobile_numbers_and_bank_cards() -> None:
    assert found("电话13812345678，传真0571-81234567") == [("mobile", "13812345678")]
    assert found("拨打 138-1234-5678") == [("mobile", "138-1234-5678")]
    assert found("编号2138123456789") == []
    card = next(number for last in range(10) if luhn_is_valid(number := f"622202123456789012{last}"))
    assert found(f"卡号{card[:4]} {card[4:8]} {card[8:12]} {card[12:16]} {card[16:]}")[0][0] == "bank-card"
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert found(f"卡号{wrong}") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("原局长张建国涉嫌受贿被立案。", "张建国"),
        ("犯罪嫌疑人：欧阳文静，女。", "欧阳文静"),
        ("被告人王明的辩护人", "王明"),
        ("会计赵丽因贪污被查处", "赵丽"),
    ],
)
def test_full_names_beside_wording_about_a_case(text: str, name: str) -> None:
    assert ("suspect-name", name) in found(text)


@pytest.mark.parametrize(
    "text", ["犯罪嫌疑人李某某逃跑", "原局长张某涉嫌受贿", "党员干部受贿案件", "被告人在法庭上", "严重违纪违法的干部"]
)
def test_masked_names_and_general_wording_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_minors_and_home_addresses() -> None:
    assert ("minor-name", "李明") in found("学生李明，15岁，")
    assert ("minor-name", "陈小红") in found("小学生陈小红的作文")
    assert ("minor-name", "李明") not in found("干部李明，45岁，")
    assert found("家住幸福路12号3幢2单元501室。")[0][0] == "home-address"
    assert found("走访了幸福路社区和3个网格") == []


@pytest.mark.parametrize("text", ["机密★1年", "秘密★", "密级：秘密", "【机密】", "绝密文件"])
def test_secrecy_markings_always_block(text: str) -> None:
    for public in (True, False):
        assert [(hit.rule, hit.severity) for hit in scan(text, details=Details(public=public))] == [
            ("secret-mark", "blocking")
        ]


def test_internal_markings_block_public_items_only_and_words_alone_do_not() -> None:
    text = "内部资料　注意保存"
    assert [hit.severity for hit in scan(text, details=Details(public=True))] == ["blocking"]
    assert [hit.severity for hit in scan(text, details=Details(public=False))] == ["warning"]
    assert found("做好保密工作，严守国家秘密，加强内部管理") == []


def test_missing_details_are_findings_on_the_whole_item() -> None:
    hits = scan("文", details=Details(public=True, adapted=True, topics=False, abstract=False, scheduled=True))
    assert {(hit.rule, hit.severity) for hit in hits} == {
        ("missing-source", "blocking"),
        ("missing-permission", "blocking"),
        ("missing-topic", "blocking"),
        ("missing-abstract", "warning"),
        ("scheduled", "blocking"),
    }
    assert {hit.passage for hit in hits} == {-1}
    assert all(hit.message for hit in hits)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(), max_size=6))
def test_any_text_is_scanned_and_every_range_is_inside_its_passage(passages: list[str]) -> None:
    for hit in scan(passages, TERM, ScanRule("p", r"\d+", kind="pattern"), ScanRule("l", "a")):
        assert 0 <= hit.start < hit.end <= len(passages[hit.passage])
        assert passages[hit.passage][hit.start : hit.end] == hit.quote


@given(st.text())
def test_folding_keeps_the_way_back(text: str) -> None:
    folded = fold(text)
    for place, char in enumerate(folded.text):
        assert fold(text[folded.original(place)]).text in (char, "")


RULES = (
    TERM,
    ScanRule("p1", r"\d{4}年", kind="pattern", message="说明，含逗号\n与换行", since=date(2026, 1, 1), until=DAY),
    ScanRule("=1+1", "-危险", exceptions=("不-危险", "二"), replacement="'引号"),
)


def test_a_pack_comes_back_from_csv_as_it_went_out() -> None:
    text = write_pack(RULES)
    assert read_pack(text.encode("utf-8")) == RULES
    assert read_pack(text.lstrip("\ufeff").encode("gb18030")) == RULES
    assert "\n=1" not in text, "a spreadsheet must not run a cell"


def test_an_office_file_with_chinese_headings_is_read() -> None:
    rows = "词语或表达式;程度;建议用语;起用日期\n旧称;阻断;新称;2026/01/05\n\n;;;\n"
    [rule] = read_pack(rows.encode("gb18030"))
    assert (rule.key, rule.severity, rule.replacement, rule.since) == ("旧称", "blocking", "新称", date(2026, 1, 5))


@pytest.mark.parametrize(
    ("rows", "row", "word"),
    [
        ("key,text,kind\na,好,term\nb,(,pattern\n", 3, "broken"),
        ("key,text\na,好\na,坏\n", 3, "twice"),
        ("key,text,severity\na,好,fatal\n", 2, "severity"),
        ("key,text,since\na,好,昨天\n", 2, "date"),
        ("key,text\n\na,\u200b\n", 3, "left"),
        ("key,words\na,b\n", 1, "text"),
        ("", 0, "empty"),
    ],
)
def test_a_wrong_pack_is_refused_with_the_row_and_the_reason(rows: str, row: int, word: str) -> None:
    from django.utils.translation import override

    with override("en"), pytest.raises(PackError) as caught:
        read_pack(rows.encode())
    assert caught.value.faults[0].row == row
    assert word in caught.value.faults[0].reason


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x00" * 50, b'text\n"unclosed', b"\x89PNG\r\n\x1a\n\xff\xff"])
def test_any_bytes_are_refused_or_read_but_never_fail(data: bytes) -> None:
    try:
        read_pack(data)
    except PackError as error:
        assert error.faults


BANK_CARD = "6222021234567890128"


@pytest.mark.parametrize(
    "number",
    [
        "139 1234 5678",
        "139-1234-5678",
        "139.1234.5678",
        "139—1234—5678",
        "1 3 9 1 2 3 4 5 6 7 8",
        "１３９１２３４５６７８",
        "139\u200b1234\u200b5678",
        "l39l234567B".replace("B", "8"),
        "1391234567O",
        "一三九一二三四五六七八",
        "①③⑨①②③④⑤⑥⑦⑧",
        "𝟏𝟑𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
        "١٣٩١٢٣٤٥٦٧٨",
        "¹³⁹¹²³⁴⁵⁶⁷⁸",
        "+86 139 1234 5678",
        "0086-13912345678",
    ],
)
def test_a_mobile_number_is_found_however_it_is_disguised_and_pointed_at_exactly(number: str) -> None:
    text = f"前文二〇二六年，联系电话：{number}，后文。"
    hits = [hit for hit in scan(text) if hit.rule == "mobile"]
    assert [text[hit.start : hit.end] for hit in hits] == [number]
    assert hits[0].quote == number


@pytest.mark.parametrize("space", ["", " ", "-", ".", "\u3000", "\u200b"])
@pytest.mark.parametrize("x", ["X", "x", "Ｘ"])
def test_an_identity_number_that_ends_in_x_is_found_however_it_is_spaced(space: str, x: str) -> None:
    body = next(
        body for body in (f"1101051949123100{last}" for last in range(10)) if identity_number(body).endswith("X")
    )
    number = space.join(body) + space + x
    text = f"身份证号{number}。"
    hits = [hit for hit in scan(text) if hit.rule == "identity-card"]
    assert [text[hit.start : hit.end] for hit in hits] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "2019、2020、2021年连续三年获奖，2022年、2023年再次获奖。",
        "增长率分别为12.5、13.6、14.7、15.8、16.9个百分点。",
        "二〇二六年十一月二十八日，一二三四五，上山打老虎。",
        "邮编100000，电话010-12345678转1234。",
        "一是抓学习，二是抓落实，三是抓整改，四是抓监督。",
        "编号为2026-11-28-0001-000123。",
    ],
)
def test_years_amounts_and_serial_numbers_are_no_personal_data(text: str) -> None:
    assert [hit for hit in scan(text) if hit.rule in {"mobile", "bank-card", "identity-card"}] == []
