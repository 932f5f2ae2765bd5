"""Bulk import of metadata from a table: what each row would do, and doing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import Unit, User
from caselib.accounts.viewers import Viewer
from caselib.core import audit
from caselib.core.errors import require
from caselib.resources.enums import Audience, Circulation, EducationalLevel, Kind, Method, QualityTier, SourceKind
from caselib.resources.models import ResourcePage
from caselib.resources.services import create_draft, save_draft, set_tags

from .rules import may_upload, sees_all
from .termwords import AXES, folded, with_nearest, words_of

# Column → the names under which it is understood; the first is the one of the template.
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "资源编号", "code"),
    "kind": ("类型", "资源类型", "类别", "资源类别", "kind"),
    "title": ("题名", "标题", "题目", "名称", "案例名称", "案例标题", "课程名称", "教案名称", "影片名称", "title"),
    "unit": ("单位", "报送单位", "单位名称", "所属单位", "unit"),
    "authors": ("作者", "撰稿人", "执笔人", "主讲人", "授课教师", "authors"),
    "abstract": ("摘要", "简介", "内容简介", "内容摘要", "abstract"),
    "topics": ("主题", "主题分类", "topics"),
    "sectors": ("领域", "行业", "所属领域", "sectors"),
    "positions": ("岗位", "适用岗位", "positions"),
    "free_tags": ("标签", "关键词", "tags"),
    "circulation": ("流通范围", "公开范围", "circulation"),
    "audience": ("适用对象", "audience"),
    "methods": ("教学方法", "methods"),
    "educational_levels": ("级别", "学员级别", "levels"),
    "class_hours": ("课时", "学时", "class_hours"),
    "written_on": ("写作日期", "日期", "成稿日期", "written_on"),
    "quality_tier": ("质量等级", "quality_tier"),
    "source_kind": ("来源类型", "source_kind"),
    "source_title": ("来源", "出处", "source"),
}
MAX_ROWS = 2000
_GUESSED, _NAMED = 3, 10  # of the unknown words of a cell
_CHOICES = {
    "kind": Kind,
    "circulation": Circulation,
    "audience": Audience,
    "quality_tier": QualityTier,
    "source_kind": SourceKind,
}
_LISTS = {"methods": Method, "educational_levels": EducationalLevel}
_SEPARATORS = re.compile(r"[、，,；;\n]+")
_MANAGED_KINDS = (Kind.CASE, Kind.LESSON, Kind.COURSE, Kind.TEXTBOOK, Kind.VIDEO, Kind.POINT, Kind.ROUTE)


@dataclass(slots=True)
class Row:
    """One row of the table and what it would do. ``act`` is create, update or refuse; ``problems`` say why."""

    number: int
    title: str = ""
    act: str = "create"
    values: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    authors: list[tuple[str, str]] = field(default_factory=list)
    unit: Unit | None = None
    kind: str = Kind.CASE.value
    page: ResourcePage | None = None
    problems: list[str] = field(default_factory=list)


def plan(table: Sequence[Sequence[str]], *, by: User) -> list[Row]:
    """Return what each row of ``table`` (first row: column names) would do for ``by``. Writes nothing.

    Raises ValueError with a sentence when the table as a whole is unusable; RefusedError without the right.
    """
    require(may_upload(Viewer.of(by)))
    if not table:
        raise ValueError(_("The table is empty."))
    columns = _columns(table[0])
    if "title" not in columns.values():
        raise ValueError(_("No column named 题名 was found in the first row."))
    if len(table) - 1 > MAX_ROWS:
        raise ValueError(_("The table has more than %(count)d rows. Split it.") % {"count": MAX_ROWS})
    terms = {axis: words_of(model) for axis, model in AXES.items()}
    units = {unit.name: unit for unit in Unit.objects.filter(active=True)}
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        data = {
            columns[index]: str(cell).strip()
            for index, cell in enumerate(cells)
            if index in columns and str(cell).strip()
        }
        if data:
            rows.append(_row(number, data, terms, units, by))
    return rows


def unread_columns(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the names in the first row that no column is known by: what stands below them is left out."""
    known = _columns(table[0]) if table else {}
    return [
        name
        for index, cell in enumerate(table[0] if table else [])
        if (name := str(cell).strip()) and index not in known
    ]


def _columns(head: Iterable[str]) -> dict[int, str]:
    names = {name.lower(): column for column, names in COLUMNS.items() for name in names}
    return {
        index: names[str(cell).strip().lower()] for index, cell in enumerate(head) if str(cell).strip().lower() in names
    }


def _row(
    number: int, data: Mapping[str, str], terms: Mapping[str, Mapping[str, str]], units: Mapping[str, Unit], by: User
) -> Row:
    row = Row(number, data.get("title", "")[:255])
    if not row.title:
        row.problems.append(_("The title is missing."))
    _choices(row, data)
    _numbers(row, data)
    _names(row, data, terms, units, by)
    for name, limit in (("code", 40), ("abstract", 2000), ("source_title", 300)):
        if name in data:
            row.values[name] = data[name][:limit]
    _find_page(row, by)
    if row.problems:
        row.act = "refuse"
    return row


def _choices(row: Row, data: Mapping[str, str]) -> None:
    for name, choices in _CHOICES.items():
        if name not in data:
            continue
        value = _choice(choices, data[name])
        if value is None or (name == "kind" and value not in _MANAGED_KINDS):
            row.problems.append(
                _("“%(text)s” is not understood in the column %(column)s.")
                % {"text": data[name], "column": COLUMNS[name][0]}
            )
        elif name == "kind":
            row.kind = value
        else:
            row.values[name] = value
    for name, choices in _LISTS.items():
        values = [_choice(choices, part) for part in _parts(data.get(name, ""))]
        if None in values:
            row.problems.append(
                _("“%(text)s” is not understood in the column %(column)s.")
                % {"text": data[name], "column": COLUMNS[name][0]}
            )
        elif values:
            row.values[name] = values


def _choice(choices: Any, text: str) -> str | None:
    wanted = text.strip().lower()
    return next(
        (str(value) for value, label in choices.choices if wanted in (str(value).lower(), str(label).lower())), None
    )


def _numbers(row: Row, data: Mapping[str, str]) -> None:
    if "class_hours" in data:
        try:
            hours = Decimal(data["class_hours"]).quantize(Decimal("0.1"))
            if not 0 <= hours <= 999:
                raise InvalidOperation
            row.values["class_hours"] = hours
        except InvalidOperation:
            row.problems.append(_("“%(text)s” is no number of class hours.") % {"text": data["class_hours"]})
    if "written_on" in data:
        day = parse_date(data["written_on"])
        if day is None:
            row.problems.append(
                _("“%(text)s” is no date. Write 2026-11-20 or 2026年11月20日.") % {"text": data["written_on"]}
            )
        else:
            row.values["written_on"] = day


def parse_date(text: str) -> date | None:
    """Return the day in 2026-11-20, 2026/11/20, 2026.11.20, 2026年11月20日 or 2026-11-20 00:00:00; None for nonsense."""
    match = re.match(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?\s*$", text)
    if not match:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    except ValueError:
        return None


def _names(
    row: Row, data: Mapping[str, str], terms: Mapping[str, Mapping[str, str]], units: Mapping[str, Unit], by: User
) -> None:
    row.unit = by.unit
    if "unit" in data:
        found = units.get(data["unit"])
        if found is None:
            row.problems.append(_("There is no unit named “%(name)s”.") % {"name": data["unit"]})
        elif found.pk != by.unit_id and not sees_all(Viewer.of(by)):
            row.problems.append(_("Only editors add resources for other units (%(name)s).") % {"name": data["unit"]})
        else:
            row.unit = found
    row.authors = [(name[:60], str(row.unit or "")) for name in _parts(data.get("authors", ""))][:30]
    for axis in AXES:
        words = _parts(data.get(axis, ""))
        unknown = [word for word in words if folded(word) not in terms[axis]]
        if unknown:
            # To look for what is meant costs as much as reading the row; a cell of thousands of words is no list of terms.
            names = [with_nearest(word, terms[axis]) for word in unknown[:_GUESSED]] + unknown[_GUESSED:_NAMED]
            shown = "、".join(names) + ("……" if len(unknown) > _NAMED else "")
            row.problems.append(
                _("Not in the vocabulary %(column)s: %(names)s.") % {"column": COLUMNS[axis][0], "names": shown}
            )
        if words:
            row.tags[axis] = list(dict.fromkeys(terms[axis].get(folded(word), word) for word in words))
    if "free_tags" in data:
        row.tags["free_tags"] = [name[:100] for name in _parts(data["free_tags"])][:30]


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))


def _find_page(row: Row, by: User) -> None:
    """A row with the code of a resource updates its draft; without a code it creates."""
    code = row.values.get("code")
    page = ResourcePage.objects.filter(code=code).first() if code else None
    if page is None:
        return
    row.page, row.act = page.specific, "update"
    if not (row.page.permissions_for_user(by).can_edit() or row.page.is_owned_or_authored_by(by)):
        row.problems.append(_("You may not edit the resource with the code %(code)s.") % {"code": code})


def apply(rows: Sequence[Row], *, by: User, at: datetime | None = None) -> list[ResourcePage]:
    """Do what ``plan`` said, refused rows left out; all or nothing. Returns the drafts.

    Effects in order for each row: draft or revision with its audit row; at the end audit ``ingest.metadata_imported``.
    """
    require(may_upload(Viewer.of(by)))
    done: list[ResourcePage] = []
    with transaction.atomic():
        for row in rows:
            if row.act == "refuse":
                continue
            done.append(_create(row, by, at) if row.page is None else _update(row, row.page, by, at))
        audit.record("ingest.metadata_imported", None, by=by, at=at, rows=len(done), refused=len(rows) - len(done))
    return done


def _create(row: Row, by: User, at: datetime | None) -> ResourcePage:
    return create_draft(
        row.kind, title=row.title, by=by, unit=row.unit, fields=row.values, authors=row.authors, tags=row.tags, at=at
    )


def _update(row: Row, page: ResourcePage, by: User, at: datetime | None) -> ResourcePage:
    draft: ResourcePage = page.get_latest_revision_as_object()
    draft.title = row.title
    for name, value in row.values.items():
        setattr(draft, name, value)
    set_tags(draft, row.tags)
    save_draft(draft, by=by, at=at)
    return draft
