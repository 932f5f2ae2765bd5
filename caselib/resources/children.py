"""The rows around one page, read for its readers in few questions.

Most pages have no award, no attachment, no free tag: what a page has none of is asked once for all such tables, instead of
one query for each that returns nothing. Its terms come from those that every page shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet, Value
from modelcluster.fields import ParentalKey

from caselib.core import fragments, page_cache
from caselib.core.questions import Question, Rows, answer

from .models import PositionTagging, ResourceAuthor, ResourcePage, SectorTagging, TopicTagging

AXES: dict[str, type[Model]] = {
    "topic_taggings": TopicTagging,
    "sector_taggings": SectorTagging,
    "position_taggings": PositionTagging,
}
# Related rows that are no part of a draft, and are shown all the same.
BESIDE = frozenset({"awards", "use", "teaching_notes"})


def _tagged(*pks: Any) -> QuerySet[Any, Any]:
    first, *others = (
        through._default_manager.filter(content_object_id=pk).values_list(Value(name), "pk", "tag_id")
        for pk, (name, through) in zip(pks, AXES.items(), strict=True)
    )
    return first.union(*others, all=True)


#: (axis, id, term) of every link of a page to the three vocabularies.
TAGGED = Question(_tagged)
#: Read whole for each page: nearly every page has some, and its title, imprint and JSON-LD all name them.
READ = "authors"
AUTHORS = Rows(ResourceAuthor, lambda rows, pk: rows.filter(page_id=pk))


def read_children(page: ResourcePage) -> None:
    """Let its authors, its terms, and the relations of ``page`` that it has no rows of, answer without a query. Three queries.

    The page is for reading only: what is put into it is not what a draft carries.
    """
    model: Any = type(page)
    relations = _relations(model)
    (present,) = answer(connections[DEFAULT_DB_ALIAS], _question(model), [page.pk] * len(relations))
    memory = page.__dict__.setdefault("_cluster_related_objects", {})
    for relation, any_row in zip(relations, present, strict=True):
        name = relation.get_accessor_name()
        if any_row:
            continue
        if relation.one_to_one:
            page._state.fields_cache[relation.cache_name] = None
        elif isinstance(relation.field, ParentalKey):
            memory[name] = []
        else:
            page.__dict__.setdefault("_prefetched_objects_cache", {})[name] = _nothing(relation.related_model)
    memory.update(_taggings(page))
    memory[READ] = AUTHORS.of(page.pk)


def _taggings(page: ResourcePage) -> dict[str, list[Any]]:
    """Return the page's links to the three vocabularies, each with its term."""
    found: dict[str, list[Any]] = {name: [] for name in AXES}
    rows = sorted(TAGGED.rows(*[page.pk] * len(AXES)))
    for name, through in AXES.items():
        terms = _terms(name, [tag_id for axis, _pk, tag_id in rows if axis == name])
        found[name] = [_tagging(through, pk, page, terms[tag_id]) for axis, pk, tag_id in rows if axis == name]
    return found


def _tagging(through: Any, pk: int, page: ResourcePage, term: Any) -> Any:
    """Return the link of ``page`` to ``term`` as if it had been read, with both ends."""
    names = _columns(through)
    values = {"id": pk, "content_object_id": page.pk, "tag_id": term.pk}
    row = through.from_db(connection.alias, names, [values[name] for name in names])
    row._state.fields_cache.update(tag=term, content_object=page)
    return row


@lru_cache(maxsize=8)
def _columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@lru_cache(maxsize=64)
def _nothing(model: Any) -> Any:
    """Return an empty queryset that has been asked already: to ask even an empty one, its SQL is written first."""
    nothing = model.objects.none()
    nothing._result_cache = []
    return nothing


def _terms(name: str, ids: Sequence[int]) -> dict[int, Any]:
    """Return terms of an axis by id, each read once until any of them changes."""

    def read(missing: list[int]) -> dict[int, Any]:
        return {term.pk: term for term in _rows_of_terms(name).of(missing)}

    return fragments.kept_each(("term", name), ids, read, names=(page_cache.BESIDE,))


@lru_cache(maxsize=8)
def _rows_of_terms(name: str) -> Rows:
    model: Any = AXES[name]._meta.get_field("tag").related_model
    return Rows(model, lambda terms, ids: terms.filter(pk__in=ids).order_by())


@lru_cache(maxsize=32)
def _relations(model: Any) -> tuple[Any, ...]:
    return tuple(
        relation
        for relation in model._meta.related_objects
        if (isinstance(relation.field, ParentalKey) or relation.get_accessor_name() in BESIDE)
        and relation.get_accessor_name() not in {READ, *AXES}
        and relation.related_model._meta.app_label != "wagtailcore"
    )


@lru_cache(maxsize=32)
def _question(model: Any) -> str:
    """Return the query that tells of each relation whether a page has rows of it."""
    quote = connection.ops.quote_name
    places = (
        (quote(relation.related_model._meta.db_table), quote(relation.field.column)) for relation in _relations(model)
    )
    # Names from the models, nothing that anybody wrote.
    return "SELECT " + ", ".join(f"EXISTS(SELECT 1 FROM {table} WHERE {column} = %s)" for table, column in places)  # noqa: S608
