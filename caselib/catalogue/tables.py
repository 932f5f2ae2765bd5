"""Office tables: one description of the columns for the screen, the column chooser and the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.functional import Promise

from caselib.core.workbooks import XLSX, table_workbook

MAX_EXPORTED = 5000
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``value`` gives what the workbook holds; ``shown`` what the screen says instead, if it differs.

    ``url`` makes the cell a link; ``shape`` and ``tone`` make it a state mark or a light (docs/look.md). A column that is
    not ``standard`` has to be chosen. ``action`` columns are left out of the workbook.
    """

    name: str
    label: str | Promise
    value: Callable[[Any], object]
    numeric: bool = False
    standard: bool = True
    action: bool = False
    shown: Callable[[Any], str] | None = None
    url: Callable[[Any], str] | None = None
    shape: str = ""
    tone: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    url: str = ""
    numeric: bool = False
    shape: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What ``components/office_table.html`` shows. The first column heads its row and cannot be put away."""

    label: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    choices: Sequence[Choice]
    kept: Sequence[tuple[str, str]]
    export_url: str


def chosen_columns(request: HttpRequest, columns: Sequence[Column], memory: str) -> list[Column]:
    """Return the columns that the address names, else those remembered for this session, else the standard ones.

    An account's choice is remembered under ``memory``; unknown names are left out.
    """
    known = {column.name for column in columns}
    asked = [name for name in request.GET.getlist("cols")[:60] if name in known]
    key = f"columns-{memory}"
    if request.user.is_authenticated:
        if "cols" in request.GET:
            request.session[key] = asked
        else:
            remembered = request.session.get(key, [])
            asked = [name for name in remembered if name in known] if isinstance(remembered, list) else []
    return [
        column
        for place, column in enumerate(columns)
        if place == 0 or column.action or (column.name in asked if asked else column.standard)
    ]


def table_of(
    request: HttpRequest, rows: Iterable[Any], columns: Sequence[Column], *, label: str | Promise, memory: str
) -> Table:
    """Return the table of ``rows`` in the columns that the reader chose."""
    chosen = chosen_columns(request, columns, memory)
    names = {column.name for column in chosen}
    others = [(name, value) for name, value in _pairs(request.GET) if name not in ("cols", "page", "as")]
    return Table(
        label=label,
        columns=chosen,
        rows=[[_cell(column, row) for column in chosen] for row in rows],
        choices=[Choice(c.name, c.label, c.name in names) for c in columns[1:] if not c.action],
        kept=others,
        export_url="?" + urlencode([*others, *(("cols", column.name) for column in chosen), ("as", "xlsx")]),
    )


def wants_workbook(request: HttpRequest) -> bool:
    return request.GET.get("as") == "xlsx"


def workbook_response(
    request: HttpRequest,
    rows: Iterable[Any],
    columns: Sequence[Column],
    *,
    label: str | Promise,
    memory: str,
    name: str,
) -> HttpResponse:
    """Return ``rows`` (at most ``MAX_EXPORTED`` are asked for by the caller) as an .xlsx file called ``name``."""
    chosen = [column for column in chosen_columns(request, columns, memory) if not column.action]
    content = table_workbook(
        str(label), [str(column.label) for column in chosen], ([column.value(row) for column in chosen] for row in rows)
    )
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, value) for name in query for value in query.getlist(name)][:40]  # type: ignore[attr-defined]


def _cell(column: Column, row: Any) -> Cell:
    value = column.value(row)
    text = column.shown(row) if column.shown else _words(value)
    return Cell(
        text or NOTHING,
        column.url(row) if column.url and text else "",
        column.numeric,
        column.shape if text else "",
        column.tone(row) if column.tone else "",
    )


def _words(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    return str(localize(value)) if isinstance(value, int | float) else str(value)
