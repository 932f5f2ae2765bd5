"""Questions that every page asks: written as querysets, turned into SQL once in the life of a process.

Django takes longer to write the SQL of a queryset than a database takes to answer it, and the pages of readers ask the
same few questions for other numbers each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, IntegerField, Model, Q, QuerySet, When
from django.db.models import Value as Literal

#: The first of the numbers that stand for what is asked while the SQL is written. No query of ours has them otherwise.
ASKED = 7_310_984_205_117
#: The same for days and moments, which stand nowhere else either: the first day that there is, and those after it.
ASKED_DAY = date(1, 1, 2)
#: How many ids are asked for at once: SQL is written for these numbers only, and the last id is repeated.
ROOMS = (1, 8, 24, 100)
#: What stands in the place of a number of ids for a single value.
SINGLE, DAY, MOMENT = 0, -1, -2
_MARK = re.compile(r"(?<!%)%s")

Single = int | str | date
Value = Single | Sequence[int]


def answer(own: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of ``sql``, which is one of those that are asked again and again, with ``%s`` for each parameter.

    What Django does around each statement (a cursor, its marks looked for anew, wrappers that nobody put there) takes three
    times as long as SQLite takes to find a row. Where somebody listens, each statement goes Django's way.
    """
    if own.vendor != "sqlite" or own.queries_logged or own.execute_wrappers:
        with own.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
    own.ensure_connection()
    own.validate_thread_sharing()
    own.validate_no_broken_transaction()
    with own.wrap_database_errors:
        found: list[tuple[Any, ...]] = own.connection.execute(_with_question_marks(sql), parameters).fetchall()
    return found


@lru_cache(maxsize=512)
def _with_question_marks(sql: str) -> str:
    return _MARK.sub("?", sql).replace("%%", "%")


class Question:
    """``build`` returns a queryset of ``values_list`` for the values asked: numbers, texts, days, moments, or lists of ids.

    It is called once for each vendor and length of lists, so nothing else may stand in the query that changes: no day that
    was not asked for, no language, no reader.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._written: dict[Any, tuple[str, list[Any], Any]] = {}

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """Return the rows as ``values_list`` gives them. One query, one for each hundred ids, none for an empty list."""
        given: list[Any] = []
        rooms: list[int] = []
        for place, value in enumerate(values):
            if isinstance(value, int | str | date):
                given.append(_adapted(value))
                rooms.append(_sort(value))
                continue
            if not value:
                return []
            if len(value) > ROOMS[-1]:
                before, after = values[:place], values[place + 1 :]
                parts = (value[first : first + ROOMS[-1]] for first in range(0, len(value), ROOMS[-1]))
                return [row for part in parts for row in self.rows(*before, part, *after)]
            room = next(room for room in ROOMS if room >= len(value))
            given += [*value, *[value[-1]] * (room - len(value))]
            rooms.append(room)
        return self._answered(tuple(rooms), given)

    def _answered(self, rooms: tuple[int, ...], given: Sequence[Any]) -> list[tuple[Any, ...]]:
        own = connections[DEFAULT_DB_ALIAS]  # what stands for it looks for it at each word
        key = (own.vendor, rooms)
        sql, parameters, converters = self._written.get(key) or self._written.setdefault(key, self._write(rooms))
        rows = answer(own, sql, [given[value.place] if isinstance(value, Place) else value for value in parameters])
        return [_converted(row, converters, own) for row in rows] if converters else rows

    def _write(self, rooms: Sequence[int]) -> tuple[str, list[Any], Any]:
        """Return the SQL, its parameters with a Place for each that is asked, and the converters of its columns."""
        asked: list[Any] = []
        names: list[str] = []  # the values asked, as they stand among the parameters
        for room in rooms:
            number = len(names)
            if room > 0:
                asked.append([ASKED + number + place for place in range(room)])
                names += map(str, asked[-1])
                continue
            day = ASKED_DAY + timedelta(days=number)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
            asked.append({SINGLE: ASKED + number, DAY: day, MOMENT: moment}[room])
            names.append(str(_adapted(asked[-1])))
        places = {name: Place(place) for place, name in enumerate(names)}
        compiler = self.build(*asked).query.get_compiler(connection=connection)
        sql, parameters = self._sql(compiler)
        return sql, [places.get(str(value), value) for value in parameters], self._converters(compiler)

    def _sql(self, compiler: Any) -> tuple[str, Sequence[Any]]:
        sql, parameters = compiler.as_sql()
        return sql, parameters

    def _converters(self, compiler: Any) -> list[Any]:
        return list(compiler.get_converters([column for column, _sql, _alias in compiler.select]).items())


class Tally(Question):
    """How many rows a question has, and for each column after the first the sum of it: what the database counts."""

    def of(self, *values: Value) -> tuple[int, ...]:
        """Return the number of rows, then the sums of the further columns. One query."""
        found = self.rows(*values)
        return tuple(int(sum(column)) for column in zip(*found, strict=True)) if found else (0,)

    def _sql(self, compiler: Any) -> tuple[str, Sequence[Any]]:
        sql, parameters = compiler.as_sql(with_col_aliases=True)
        further = [connection.ops.quote_name(alias) for _column, _sql, alias in compiler.select[1:]]
        sums = "".join(f", COALESCE(SUM({name}), 0)" for name in further)
        return f"SELECT COUNT(*){sums} FROM ({sql}) AS counted", parameters  # noqa: S608  (made by the compiler)

    def _converters(self, compiler: Any) -> list[Any]:
        return []


class Place:
    """Where one of the values asked stands among the parameters."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


def one_if(condition: Q) -> Case:
    """Return a column for a ``Tally``: 1 in the rows for which ``condition`` holds, else 0."""
    return Case(When(condition, then=Literal(1)), default=Literal(0), output_field=IntegerField())


def _sort(value: Single) -> int:
    return MOMENT if isinstance(value, datetime) else DAY if isinstance(value, date) else SINGLE


def _adapted(value: Single) -> Any:
    """Return a single value as it is given to the database."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _converted(row: Sequence[Any], converters: Any, own: BaseDatabaseWrapper) -> tuple[Any, ...]:
    found = list(row)
    for place, (functions, expression) in converters:
        for convert in functions:
            found[place] = convert(found[place], expression, own)
    return tuple(found)


class Rows:
    """Whole rows of ``model`` by ids, as objects; the query has whatever ``narrow`` adds."""

    def __init__(self, model: type[Model], narrow: Callable[[Any, Any], Any]) -> None:
        self.model = model
        self.names = [field.attname for field in model._meta.concrete_fields]
        self.question = Question(lambda asked: narrow(model._default_manager.all(), asked).values_list(*self.names))

    def of(self, value: Value) -> list[Any]:
        """Return the objects. One query."""
        return [self.model.from_db(connection.alias, self.names, row) for row in self.question.rows(value)]
