"""Wagtail's own search on PostgreSQL with our tokens."""

from __future__ import annotations

from modelsearch.backends.database.postgres import postgres

from search.modelsearch_tokens import CompilerMixin, IndexMixin


class Index(IndexMixin, postgres.PostgresIndex):  # type: ignore[misc]
    """PostgreSQL's index over our tokens."""


class Compiler(CompilerMixin, postgres.PostgresSearchQueryCompiler):  # type: ignore[misc]
    """Full search."""


class AutocompleteCompiler(CompilerMixin, postgres.PostgresAutocompleteQueryCompiler):  # type: ignore[misc]
    """Completion."""

    prefix = True


class Backend(postgres.PostgresSearchBackend):  # type: ignore[misc]
    """The backend on PostgreSQL."""

    query_compiler_class = Compiler
    autocomplete_query_compiler_class = AutocompleteCompiler
    index_class = Index
