"""Personal data in running text: identity cards, telephones, bank cards, home addresses, suspects and minors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import regex

from caselib.review.enums import Category, Severity

from .hits import Hit
from .matcher import Joined

PACK = "builtin"
Span = tuple[int, int]

_GAP = r"[ \-]?"
_IDENTITY = regex.compile(
    rf"(?<![0-9a-z])(\d{{6}}{_GAP}(?:18|19|20)\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{3}}[0-9x]|\d{{6}}{_GAP}\d{{6}}{_GAP}\d{{3}})(?![0-9a-z])"
)
# What the text itself calls one is one, though a digit is mistyped.
_NAMED_IDENTITY = regex.compile(
    r"(?:身份证|公民身份)(?:件|号码|号|编号|为|是|[:：( ]){0,6}(\d{17}[0-9x]|\d{15})(?![0-9a-z])"
)
_MOBILE = regex.compile(rf"(?<![0-9])(?:\+?86{_GAP}|0086{_GAP})?(1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})(?![0-9])")
_CARD = regex.compile(r"(?<![0-9.])((?:62|4|5[1-5]|2[2-7]|3[47]|35|60|68|9)\d(?:[ \-]?\d){10,17})(?![0-9.])")
_HOME = regex.compile(
    r"(?:\p{Han}{1,12}?(?:路|街|巷|弄|道|里|胡同|小区|新村|花园|苑|公寓)[0-9一二三四五六七八九十百]{0,6}号?)"
    r"(?:[0-9一二三四五六七八九十]{1,4}(?:号楼|幢|栋|座|单元|号)){1,3}\-?[0-9]{1,4}(?:单元|室|房|户)?"
    r"|\p{Han}{1,12}?(?:村|社区)[0-9一二三四五六七八九十]{1,3}(?:组|社|队)[0-9]{1,4}号"
    r"|(?:家住|住址|家庭地址|家庭住址|户籍地|现住)[:为在于是 ]{0,2}\p{Han}{2,20}[0-9]{1,5}号"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐"
    "易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
    "管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬"
    "边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|端木|夏侯"
_NOT_GIVEN = "某的了和与及等被因在是为有系又将把对向从到也已经均以而或其并于之所由该此各们第后前曾不未无涉原现人案者些"
_GIVEN = rf"[\p{{Han}}--[{_NOT_GIVEN}]]"
_NAME = rf"(?:(?:{_COMPOUND}){_GIVEN}{{1,2}}|[{_SURNAMES}]{_GIVEN}{{1,2}}?)"
_CUE_BEFORE = (
    r"(?:犯罪嫌疑人|嫌疑人|被告人|被告|罪犯|涉案人员?|涉案当事人|被审查调查人|被调查人|受贿人|行贿人|受处分人|同案人)"
)
_CUE_AFTER = (
    r"(?:涉嫌|涉案|受贿|行贿|索贿|贪污|挪用|被立案|被留置|被查处|被判处?|被双开|被开除|被逮捕|被起诉|严重违纪|严重违法|犯受贿|犯贪污|"
    r"因违纪|因受贿|因贪污|因涉嫌|因严重违纪|利用职务)"
)
_TITLE = r"(?:书记|局长|主任|会计|院长|校长|厂长|经理|科长|处长|县长|乡长|镇长|村长|委员|干部|党员|站长|所长|队长|出纳|老板|董事长|学生|同学|[，。；：、“（\x1e\n]|^)"
_SUSPECT = regex.compile(
    rf"{_CUE_BEFORE}[:：]?\s?({_NAME})(?=[，。；、（）\(\),.;：:的在于因涉犯与和等被系，男女利]|\x1e|$)"
    rf"|(?<={_TITLE})({_NAME})(?=(?:等人)?[，,]?{_CUE_AFTER})",
    flags=regex.V1,
)
_MINOR = regex.compile(
    rf"(?:未成年人?|小学生|初中生|高中生|中学生|幼儿园?|男童|女童|儿童|女生|男生|少年)[“（\(:：]?({_NAME})(?=[，。；、（）”\(\),.;：:的在于因被与和今年岁]|\x1e|$)"
    rf"|(?<={_TITLE})({_NAME})[，,（\( ]{{0,2}}(?:[男女][，, ]{{0,2}})?(?:今年|当时|现年|时年|年仅|年)?(?:[1-9]|1[0-7])(?:周?岁)",
    flags=regex.V1,
)


def identity_is_valid(digits: str) -> bool:
    """Whether ``digits`` is a Chinese identity number: a region, a real birth date and, for 18 places, the check digit.

    The check digit is ISO 7064 MOD 11-2 as GB 11643 prescribes.
    """
    digits = digits.lower()
    if len(digits) == 15 and digits.isascii() and digits.isdigit():
        return _region(digits) and _birth("19" + digits[6:12])
    if len(digits) != 18 or not (digits[:17].isascii() and digits[:17].isdigit()):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10x98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11]
    return check == digits[17] and _region(digits) and _birth(digits[6:14])


def _region(digits: str) -> bool:
    return digits[:2] in {
        *("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46".split()),
        *("50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()),
    }


def _birth(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) >= date(1850, 1, 1)
    except ValueError:
        return False


def luhn_is_valid(digits: str) -> bool:
    """Whether the decimal ``digits`` satisfy the Luhn check of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _identities(text: str) -> Iterator[Span]:
    for match in _IDENTITY.finditer(text):
        if identity_is_valid(_bare(match[1])):
            yield match.span(1)
    for match in _NAMED_IDENTITY.finditer(text):
        if not identity_is_valid(match[1]):
            yield match.span(1)
    yield from _disguised(text, lambda digits: len(digits) == 18 and identity_is_valid(digits))


def _mobiles(text: str) -> Iterator[Span]:
    for match in _MOBILE.finditer(text):
        yield match.span()
    yield from _disguised(text, lambda digits: _BARE_MOBILE.fullmatch(digits) is not None)


def _cards(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        digits = _bare(match[1])
        if 13 <= len(digits) <= 19 and len(set(digits)) > 2 and luhn_is_valid(digits) and not identity_is_valid(digits):
            yield match.span(1)
    yield from _disguised(text, lambda digits: _is_card(digits) and not identity_is_valid(digits))


def _is_card(digits: str) -> bool:
    return 16 <= len(digits) <= 19 and digits.isdigit() and len(set(digits)) > 2 and luhn_is_valid(digits)


# What is typed for a digit to hide a number, and what is put between digits for the same end.
_ALIKE = str.maketrans("oil|〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "01110001234567891234567891")
_DIGIT = r"[0-9oil|〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖幺]"
_DISGUISED = regex.compile(
    rf"(?<![0-9a-z]){_DIGIT}(?:[ .·・,，、_\-—–―~]{{0,2}}(?:{_DIGIT}|x(?![a-z]))){{10,20}}(?![0-9a-z])"
)
_SEPARATORS = regex.compile(r"[ .·・,，、_\-—–―~]")
_BARE_MOBILE = regex.compile(r"(?:0{0,2}86)?1[3-9][0-9]{9}")


def _disguised(text: str, is_one: Callable[[str], bool]) -> Iterator[Span]:
    """Yield the runs that are one number once look-alikes are read as digits and separators are left out.

    A run must be the number as a whole, and hide something: what stands in plain digits is found by the plain patterns,
    and a row of years or amounts is no telephone.
    """
    for match in _DISGUISED.finditer(text):
        if is_one(_SEPARATORS.sub("", match[0]).translate(_ALIKE)):
            yield match.span()


_NEAR_HOME = regex.compile(r"[0-9一二三四五六七八九十](?:号楼|号|幢|栋|座|单元|室)")


def _homes(text: str) -> Iterator[Span]:
    """Look for addresses only where a house number stands: the long pattern is slow over a whole text."""
    seen = 0
    for number in _NEAR_HOME.finditer(text):
        if number.start() < seen:
            continue
        low = max(seen, number.start() - 48)
        for match in _HOME.finditer(text, low, min(len(text), number.end() + 40)):
            if match.start() >= seen:
                yield match.span()
                seen = match.end()


def _named(pattern: regex.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text, timeout=2):
            yield match.span(1) if match[1] else match.span(2)

    return find


DETECTORS: tuple[tuple[str, str, Callable[[str], Iterator[Span]]], ...] = (
    ("identity-card", Severity.BLOCKING, _identities),
    ("bank-card", Severity.BLOCKING, _cards),
    ("mobile", Severity.WARNING, _mobiles),
    ("home-address", Severity.WARNING, _homes),
    ("suspect-name", Severity.WARNING, _named(_SUSPECT)),
    ("minor-name", Severity.WARNING, _named(_MINOR)),
)


def personal_hits(joined: Joined) -> list[Hit]:
    """Return the personal data in ``joined``. Messages and replacements are filled in by their rule key."""
    hits: list[Hit] = []
    text = joined.folded.text
    taken: list[Span] = []
    for key, severity, find in DETECTORS:
        try:
            spans = list(find(text))
        except TimeoutError:
            continue
        for start, end in spans:
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            passage, first, last = joined.locate(start, end)
            quote = joined.passages[passage][first:last]
            hits.append(Hit(passage, first, last, PACK, key, Category.PERSONAL, severity, "", quote))
    return hits
