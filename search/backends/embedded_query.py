"""Translating the common query tree into tantivy queries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from search.backends.embedded_permission import FIELDS, Permissions, only_without, simplified
from search.backends.fields import MOST_ENDS
from search.queries import Anywhere, Bool, Everything, Node, Nothing, OneOf, Phrase, PhrasePrefix, Prefix, Term

if TYPE_CHECKING:
    import tantivy

Clause = tuple["tantivy.Occur", "tantivy.Query"]
_LARGE = 20_000  # documents
_LOOKED_UP = 256  # values up to which each is looked up by itself


class Translator:
    """Turns query trees into tantivy queries over one schema and one searcher."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        import tantivy

        self._t = tantivy
        self._schema = schema
        self._searcher = searcher
        self._permissions = Permissions(searcher)

    def query(self, node: Node, met: OneOf | None = None) -> tantivy.Query:
        """Return the tantivy query for a tree; `met` is a permission condition under which it is asked anyway."""
        return self._node(simplified(node, self._permissions, met))

    def _node(self, node: Node) -> tantivy.Query:
        query = self._t.Query
        match node:
            case Term(field, token, boost):
                term = query.term_query(self._schema, field, token, "freq")
                return term if boost == 1.0 else query.boost_query(term, boost)
            case Phrase(field, tokens, boost):
                phrase = query.phrase_query(self._schema, field, list(tokens))
                return phrase if boost == 1.0 else query.boost_query(phrase, boost)
            case PhrasePrefix(field, tokens):
                # The library's own query of this kind knows only the first fifty continuations.
                *fixed, (at, last) = tokens
                words: list[str | tuple[int, str]] = [(place, re.escape(token)) for place, token in fixed]
                words.append((at, re.escape(last) + ".*"))
                return query.const_score_query(query.regex_phrase_query(self._schema, field, words), 0.0)
            case Prefix(field, prefix):
                found = self._searcher.terms_with_prefix(field, prefix, limit=MOST_ENDS)
                return self._set(field, [token for token, _ in found])
            case OneOf(field, values, boost):
                return self._set(field, values, boost)
            case Bool():
                return self._bool(node)
            case Anywhere():
                return self.query(node)
            case Everything():
                return query.all_query()
            case Nothing():
                return query.empty_query()

    def _set(self, field: str, values: Iterable[str | int], boost: float = 0.0) -> tantivy.Query:
        """The condition that a field has one of the values, which scores that much whatever they are."""
        values = list(values)
        query = self._t.Query
        # Who may see what is true of most documents: of a large library they are better marked once than looked up.
        marked = field in FIELDS and self._searcher.num_docs > _LARGE
        if len(values) > (1 if marked else _LOOKED_UP):
            return query.const_score_query(query.term_set_query(self._schema, field, values), boost)
        # To make a set costs a fifth of a millisecond, and it walks the whole dictionary: a few are looked up one by one.
        each = [(self._t.Occur.Should, query.term_query(self._schema, field, v, "basic")) for v in values]
        return query.const_score_query(query.boolean_query(each), boost) if each else query.empty_query()

    def numbers(self, values: Iterable[int], field: str = "num") -> tantivy.Query:
        """Return the unscored condition that a number, of the record unless another field is named, is one of the values."""
        return self._set(field, values)

    def one_of_numbers(self, values: Iterable[int]) -> Clause:
        """Return `numbers` of records as a condition."""
        return self.must(self.numbers(values))

    def range(self, field: str, lower: int | None = None, upper: int | None = None, *, bounds: bool = False) -> Clause:
        """Return the condition that a number lies between these, they themselves only if `bounds` says so."""
        kind = self._t.FieldType.Integer if field == "date" else self._t.FieldType.Unsigned
        inside = (bounds or lower is None, bounds or upper is None)
        return self.must(self._t.Query.range_query(self._schema, field, kind, lower, upper, *inside))

    def must(self, query: tantivy.Query) -> Clause:
        """Return a query as a condition."""
        return self._t.Occur.Must, query

    def conditions(self, nodes: Iterable[Node]) -> list[Clause]:
        """Return trees as conditions, those on everything but something as what is left out."""
        clauses: list[Clause] = []
        for node in (simplified(n, self._permissions) for n in nodes):
            hidden = only_without(node)
            clauses += [(self._t.Occur.MustNot, self._node(n)) for n in hidden]
            if not hidden and not isinstance(node, Everything):
                clauses.append(self.must(self._node(node)))
        return clauses

    def both(self, scored: tantivy.Query, *conditions: Clause) -> tantivy.Query:
        """Return the scored query under conditions."""
        return self._t.Query.boolean_query([self.must(scored), *conditions]) if conditions else scored

    def added(self, condition: tantivy.Query, scored: Iterable[tantivy.Query]) -> tantivy.Query:
        """Return a condition that few meet, with the score of each of the queries added where it applies.

        Each beside all records at no score, so that it is asked about what meets the condition and nothing else: a union
        of them would score thousands of neighbours of each.
        """
        must, should = self._t.Occur.Must, self._t.Occur.Should
        every = self._t.Query.const_score_query(self._t.Query.all_query(), 0.0)
        optional = [(must, self._t.Query.boolean_query([(must, every), (should, query)])) for query in scored]
        return self._t.Query.boolean_query([(must, condition), *optional])

    def _bool(self, node: Bool) -> tantivy.Query:
        occur = self._t.Occur
        clauses = [(occur.Must, self._node(n)) for n in node.must]
        clauses += [(occur.Must, self._t.Query.const_score_query(self._node(n), 0.0)) for n in node.filters]
        clauses += [(occur.MustNot, self._node(n)) for n in node.without]
        should = [(occur.Should, self._node(n)) for n in node.should]
        if should and node.minimum and clauses:
            clauses.append((occur.Must, self._t.Query.boolean_query(should, node.minimum)))
        elif should:
            return self._t.Query.boolean_query([*clauses, *should], node.minimum or None)
        if clauses and not any(c[0] != occur.MustNot for c in clauses):
            clauses.append((occur.Must, self._t.Query.all_query()))
        return self._t.Query.boolean_query(clauses)
