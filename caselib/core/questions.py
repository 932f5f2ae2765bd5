"""Questions that every page asks: written as querysets, turned into SQL once in the life of a process.

Django takes longer to write the SQL of a queryset than a database takes to answer it, and the pages of readers ask the
same few questions for other numbers each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

#: The first of the numbers that stand for what is asked while the SQL is written. No query of ours has them otherwise.
ASKED = 7_310_984_205_117
#: How many ids are asked for at once: SQL is written for these numbers only, and the last id is repeated.
ROOMS = (1, 8, 24, 100)

Value = int | str | Sequence[int]


class Question:
    """``build`` returns a queryset of ``values_list`` for the values asked: numbers, texts, or lists of ids.

    It is called once for each vendor and length of lists, so nothing else may stand in the query that changes: no day, no
    language, no reader.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._written: dict[Any, tuple[str, list[Any], Any]] = {}

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """Return the rows as ``values_list`` gives them. One query, one for each hundred ids, none for an empty list."""
        given: list[int | str] = []
        rooms: list[int] = []
        for place, value in enumerate(values):
            if isinstance(value, int | str):
                given.append(value)
                rooms.append(0)
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

    def _answered(self, rooms: tuple[int, ...], given: Sequence[int | str]) -> list[tuple[Any, ...]]:
        key = (connection.vendor, rooms)
        sql, parameters, converters = self._written.get(key) or self._written.setdefault(key, self._write(rooms))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[value.place] if isinstance(value, Place) else value for value in parameters])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [_converted(row, converters) for row in rows] if converters else rows

    def _write(self, rooms: Sequence[int]) -> tuple[str, list[Any], Any]:
        """Return the SQL, its parameters with a Place for each that is asked, and the converters of its columns."""
        asked: list[Any] = []
        number = 0
        for room in rooms:
            asked.append([ASKED + number + place for place in range(room)] if room else ASKED + number)
            number += room or 1
        compiler = self.build(*asked).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = {str(ASKED + place): Place(place) for place in range(number)}
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        return sql, [places.get(str(value), value) for value in parameters], list(converters.items())


class Place:
    """Where one of the values asked stands among the parameters."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


def _converted(row: Sequence[Any], converters: Any) -> tuple[Any, ...]:
    found = list(row)
    for place, (functions, expression) in converters:
        for convert in functions:
            found[place] = convert(found[place], expression, connection)
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
