"""What the embedded index stores: records for match sets and facets, passages for ranking and snippets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from search.backends import embedded_permission as permission
from search.backends.fields import READERS, TEXT, TITLES, facet_term
from search.backends.streams import Streams
from search.queries import FoundPassage
from search.records import AXES, SCHEMA_VERSION, SLOTS, Record, Unit

if TYPE_CHECKING:
    import tantivy

#: Raise when documents are laid out anew: an index of another layout is rebuilt.
VERSION = f"{SCHEMA_VERSION}.1"
_ENCODED = json.JSONEncoder(ensure_ascii=False).encode  # made once: as dear as what it does to a passage


def record_schema() -> tantivy.Schema:
    """Return the schema of the records index (counts, facets, match sets, sorting)."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("num", indexed=True, fast=True)
    builder.add_bytes_field("ver", stored=True)
    for slot in range(SLOTS):
        builder.add_text_field(f"{TEXT}{slot}", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{READERS}{slot}", tokenizer_name="raw", index_option="basic")
    for name in ("title", "author", "unit"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(TITLES, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("py", tokenizer_name="raw", index_option="basic")
    for axis in AXES:
        builder.add_text_field(f"x_{axis}", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("date", fast=True)
    builder.add_unsigned_field("torder", fast=True)
    return builder.build()


def passage_schema() -> tantivy.Schema:
    """Return the schema of the passages index (ranking and snippets)."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("num", indexed=True, fast=True)
    builder.add_unsigned_field("u", indexed=True, fast=True)
    builder.add_text_field("k", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("f", tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TITLES, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("w", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("b", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("c", tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


def record_document(record: Record, streams: Streams) -> tantivy.Document:
    """Return the document of the records index."""
    import tantivy

    doc = tantivy.Document()
    doc.add_text("key", record.key)
    doc.add_unsigned("num", record.number)
    doc.add_bytes("ver", record.version.encode())
    for slot, (allowed, text) in enumerate(streams.slots):
        doc.add_text(f"{TEXT}{slot}", text)
        doc.add_text(f"{READERS}{slot}", permission.term(allowed))
    for name, texts in (("title", (streams.title,)), ("author", streams.authors), ("unit", streams.units)):
        for text in texts:
            doc.add_text(name, text)
    for name in streams.names:
        doc.add_text(TITLES, name)
    for key in streams.spelt:
        doc.add_text("py", key)
    for axis, values in record.facets.items():
        for value in dict.fromkeys(values):
            doc.add_text(f"x_{axis}", value)
    doc.add_integer("date", record.date)
    doc.add_unsigned("torder", streams.title_order)
    return doc


def passage_documents(record: Record, streams: Streams) -> Iterator[tantivy.Document]:
    """Yield the documents of the passages index."""
    import tantivy

    facets = [facet_term(axis, v) for axis, values in record.facets.items() for v in dict.fromkeys(values)]
    for place, passage in enumerate(streams.passages):
        doc = tantivy.Document()
        doc.add_text("key", record.key)
        doc.add_unsigned("num", record.number)
        doc.add_unsigned("u", (record.number + place) % 2**62)  # 62 bits as the record's own: no two will meet
        doc.add_text("k", permission.term(record.tokens, passage.unit.tokens))
        for facet in facets:
            doc.add_text("f", facet)
        for name in streams.names:
            doc.add_text(TITLES, name)
        for name, text in passage.fields.items():
            doc.add_text(name, text)
        doc.add_bytes("payload", pack(record.key, passage.unit))
        yield doc


def pack(key: str, unit: Unit) -> bytes:
    """Return the stored form of a passage."""
    fields = [key, unit.source, unit.label, unit.ref, unit.start, unit.seconds, unit.text]
    return _ENCODED(fields).encode("utf-8", "replace")


def unpack(payload: bytes) -> tuple[str, FoundPassage]:
    """Return (record key, passage) of a stored form."""
    key, source, label, ref, start, seconds, text = json.loads(bytes(payload).decode("utf-8", "replace"))
    return key, FoundPassage(source, label, ref, start, seconds, text)
