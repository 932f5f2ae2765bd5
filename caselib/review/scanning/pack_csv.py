"""Rule packs as CSV, in and out, as an office keeps them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from caselib.core.cells import guard, unguard
from caselib.review.enums import Category, RuleKind, Severity

from .packs import PackError, RowFault, ScanRule, check_pack

COLUMNS = ("key", "text", "kind", "category", "severity", "message", "replacement", "exceptions", "since", "until")
CHINESE = {
    "key": "编号",
    "text": "词语或表达式",
    "kind": "类型",
    "category": "类别",
    "severity": "程度",
    "message": "说明",
    "replacement": "建议用语",
    "exceptions": "例外",
    "since": "起用日期",
    "until": "停用日期",
}
MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
_WORDS: dict[str, dict[str, str]] = {
    "kind": {"词语": RuleKind.TERM, "词": RuleKind.TERM, "表达式": RuleKind.PATTERN, "正则": RuleKind.PATTERN},
    "severity": {"提示": Severity.INFO, "警告": Severity.WARNING, "禁止": Severity.BLOCKING, "阻断": Severity.BLOCKING},
    "category": {
        "负面清单": Category.NEGATIVE,
        "人员变动": Category.STATUS,
        "废止文件": Category.SUPERSEDED,
        "个人信息": Category.PERSONAL,
        "密级标志": Category.MARKING,
        "著录": Category.METADATA,
        "用语": Category.STYLE,
    },
}


def write_pack(rules: Iterable[ScanRule]) -> str:
    """Return ``rules`` as CSV text with a header and a byte-order mark, safe to open in a spreadsheet."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rule in rules:
        cells = (
            rule.key,
            rule.text,
            str(rule.kind),
            str(rule.category),
            str(rule.severity),
            rule.message,
            rule.replacement,
            "|".join(rule.exceptions),
            rule.since.isoformat() if rule.since else "",
            rule.until.isoformat() if rule.until else "",
        )
        writer.writerow(guard(cell) for cell in cells)
    return out.getvalue()


def read_pack(data: bytes) -> tuple[ScanRule, ...]:
    """Return the rules in the CSV file ``data`` (UTF-8 or GB18030, comma, semicolon or tab).

    Raises PackError naming every wrong row and why; nothing of a wrong file is used.
    """
    rows = _rows(data)
    header = [_column(cell) for cell in rows[0]]
    if "text" not in header:
        raise PackError([RowFault(1, "", _("The column “text” is missing."))])
    rules, faults = [], []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(header, cells, strict=False))
        try:
            rules.append((number, _rule(values)))
        except ValueError as error:
            faults.append(RowFault(number, values.get("key", ""), str(error)))
    faults.extend(_faults(rules))
    if faults:
        raise PackError(sorted(faults, key=lambda fault: fault.row))
    return tuple(rule for _number, rule in rules)


def _faults(rules: list[tuple[int, ScanRule]]) -> list[RowFault]:
    """Return the faults of ``rules`` with the rows of the file."""
    numbers = [number for number, _rule in rules]
    try:
        check_pack([rule for _number, rule in rules], first_row=0)
    except PackError as error:
        return [RowFault(numbers[fault.row], fault.key, fault.reason) for fault in error.faults]
    return []


def _rows(data: bytes) -> list[list[str]]:
    if len(data) > MAX_BYTES:
        raise PackError([RowFault(0, "", _("The file is larger than 20 MB."))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise PackError([RowFault(0, "", _("The file is neither UTF-8 nor GB18030 text."))]) from None
    text = text.replace("\x00", "")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise PackError([RowFault(0, "", _("The file cannot be read as CSV: %s") % error)]) from error
    if not rows:
        raise PackError([RowFault(0, "", _("The file is empty."))])
    if len(rows) > MAX_ROWS:
        raise PackError([RowFault(0, "", _("The file has more than %d rows.") % MAX_ROWS)])
    return rows


def _column(name: str) -> str:
    plain = name.strip().lower()
    return {word: code for code, word in CHINESE.items()}.get(plain, plain)


def _rule(values: dict[str, str]) -> ScanRule:
    """Return the rule of one row. Raises ValueError with the reason for a cell that cannot be read."""
    plain = {key: unguard(value).strip() for key, value in values.items()}
    text = plain.get("text", "")
    return ScanRule(
        key=plain.get("key") or text[:60],
        text=text,
        kind=_choice(plain, "kind", RuleKind.TERM),
        category=_choice(plain, "category", Category.NEGATIVE),
        severity=_choice(plain, "severity", Severity.WARNING),
        message=plain.get("message", ""),
        replacement=plain.get("replacement", ""),
        exceptions=tuple(part.strip() for part in plain.get("exceptions", "").split("|") if part.strip()),
        since=_date(plain.get("since", "")),
        until=_date(plain.get("until", "")),
    )


def _choice(values: dict[str, str], column: str, default: str) -> str:
    word = values.get(column, "")
    return str(_WORDS[column].get(word, word or default))


def _date(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise ValueError(_("Not a date (use 2026-11-20): %s") % value) from None
