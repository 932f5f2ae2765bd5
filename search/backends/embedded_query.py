"""Translating the common query tree into tantivy queries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from search.queries import Bool, Everything, Node, Nothing, OneOf, Phrase, PhrasePrefix, Prefix, Term

if TYPE_CHECKING:
    import tantivy

_EXPANSIONS = 4000  # tokens a prefix may stand for: all bigrams of one character are fewer
_LOOKED_UP = 256  # numbers up to which each is looked up by itself


class Translator:
    """Turns query trees into tantivy queries over one schema and one searcher."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        import tantivy

        self._t = tantivy
        self._schema = schema
        self._searcher = searcher

    def query(self, node: Node) -> tantivy.Query:
        """Return the tantivy query for a tree."""
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
                found = self._searcher.terms_with_prefix(field, prefix, limit=_EXPANSIONS)
                return self._set(field, [token for token, _ in found])
            case OneOf(field, values):
                return self._set(field, values)
            case Bool():
                return self._bool(node)
            case Everything():
                return query.all_query()
            case Nothing():
                return query.empty_query()

    def _set(self, field: str, values: Iterable[str]) -> tantivy.Query:
        values = list(values)
        if not values:
            return self._t.Query.empty_query()
        if len(values) == 1:
            one = self._t.Query.term_query(self._schema, field, values[0], "basic")
            return self._t.Query.const_score_query(one, 0.0)
        return self._t.Query.const_score_query(self._t.Query.term_set_query(self._schema, field, values), 0.0)

    def numbers(self, values: Iterable[int], field: str = "num") -> tantivy.Query:
        """Return the unscored condition that a number, of the record unless another field is named, is one of the values."""
        values = list(values)
        query = self._t.Query
        if len(values) > _LOOKED_UP:
            return query.const_score_query(query.term_set_query(self._schema, field, values), 0.0)
        # A set walks the whole dictionary; a few values are found sooner one by one.
        each = [(self._t.Occur.Should, query.term_query(self._schema, field, v, "basic")) for v in values]
        return query.const_score_query(query.boolean_query(each), 0.0) if each else query.empty_query()

    def both(self, scored: tantivy.Query, *conditions: tantivy.Query) -> tantivy.Query:
        """Return the scored query under unscored conditions."""
        if not conditions:
            return scored
        occur = self._t.Occur
        return self._t.Query.boolean_query([(occur.Must, scored), *((occur.Must, c) for c in conditions)])

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
        clauses = [(occur.Must, self.query(n)) for n in node.must]
        clauses += [(occur.Must, self._t.Query.const_score_query(self.query(n), 0.0)) for n in node.filters]
        clauses += [(occur.MustNot, self.query(n)) for n in node.without]
        should = [(occur.Should, self.query(n)) for n in node.should]
        if should and node.minimum and clauses:
            clauses.append((occur.Must, self._t.Query.boolean_query(should, node.minimum)))
        elif should:
            return self._t.Query.boolean_query([*clauses, *should], node.minimum or None)
        if clauses and not any(c[0] != occur.MustNot for c in clauses):
            clauses.append((occur.Must, self._t.Query.all_query()))
        return self._t.Query.boolean_query(clauses)
