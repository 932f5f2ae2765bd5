"""What the embedded index stores: records for match sets and facets, passages for ranking and snippets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from search.analysis import folding, pinyin, tokens
from search.backends.fields import facet_term
from search.queries import FoundPassage
from search.records import AXES, SLOTS, Record, Unit

if TYPE_CHECKING:
    import tantivy


def record_schema() -> tantivy.Schema:
    """Return the schema of the records index (counts, facets, match sets, sorting)."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("num", indexed=True, fast=True)
    builder.add_bytes_field("ver", stored=True)
    for slot in range(SLOTS):
        builder.add_text_field(f"t{slot}", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"k{slot}", tokenizer_name="raw", index_option="basic")
    for name in ("title", "author", "unit"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
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
    builder.add_text_field("k", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("rk", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("f", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("w", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("b", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("c", tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


def record_document(record: Record) -> tantivy.Document:
    """Return the document of the records index."""
    import tantivy

    doc = tantivy.Document()
    doc.add_text("key", record.key)
    doc.add_unsigned("num", record.number)
    doc.add_bytes("ver", record.version.encode())
    for slot, (allowed, text) in enumerate(record.slots()):
        doc.add_text(f"t{slot}", " ".join(tokens.bigrams(folding.fold(text))))
        for token in allowed:
            doc.add_text(f"k{slot}", token)
    title = folding.fold(record.title)
    doc.add_text("title", " ".join(tokens.bigrams(title)))
    for name, values in (("author", record.authors), ("unit", record.units)):
        for value in values:
            doc.add_text(name, " ".join(tokens.bigrams(folding.fold(value))))
    for key in spelt_keys(record):
        doc.add_text("py", key)
    for axis, values in record.facets.items():
        for value in dict.fromkeys(values):
            doc.add_text(f"x_{axis}", value)
    doc.add_integer("date", record.date)
    doc.add_unsigned("torder", title_order(title))
    return doc


def passage_documents(record: Record) -> Iterator[tantivy.Document]:
    """Yield the documents of the passages index, the title put once in front of each."""
    import tantivy

    title = folding.fold(record.title)
    facets = [facet_term(axis, v) for axis, values in record.facets.items() for v in dict.fromkeys(values)]
    for unit in record.units_of_text():
        doc = tantivy.Document()
        doc.add_text("key", record.key)
        doc.add_unsigned("num", record.number)
        for token in unit.tokens:
            doc.add_text("k", token)
        for token in record.tokens:
            doc.add_text("rk", token)
        for facet in facets:
            doc.add_text("f", facet)
        for name, text in analysed(title, unit.text).items():
            doc.add_text(name, text)
        doc.add_bytes("payload", pack(record.key, unit))
        yield doc


def analysed(title: str, text: str) -> dict[str, str]:
    """Return the three token streams of a passage with the (folded) title in front, tokens joined by spaces."""
    folded = folding.fold(text)
    whole = f"{title}。{folded}" if title else folded
    return {
        "w": " ".join(tokens.words(whole)),
        "b": " ".join(tokens.bigrams(whole)),
        "c": " ".join(tokens.singles(whole)),
    }


def spelt_keys(record: Record) -> list[str]:
    """Return the pinyin keys of a record: its title from each of its first words, its authors' names."""
    keys = pinyin.keys(folding.fold(record.title))
    for author in record.authors:
        keys.extend(k for k in pinyin.spell(folding.fold(author)) if k)
    return list(dict.fromkeys(keys))


def title_order(folded_title: str) -> int:
    """Return a number that sorts titles by their pinyin: the first seven letters, packed."""
    full, _ = pinyin.spell(folded_title[:8])
    return int.from_bytes(full.encode("utf-8")[:7].ljust(7, b"\0"))


def pack(key: str, unit: Unit) -> bytes:
    """Return the stored form of a passage."""
    fields = [key, unit.source, unit.label, unit.ref, unit.start, unit.seconds, unit.text]
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def unpack(payload: bytes) -> tuple[str, FoundPassage]:
    """Return (record key, passage) of a stored form."""
    key, source, label, ref, start, seconds, text = json.loads(bytes(payload).decode("utf-8", "replace"))
    return key, FoundPassage(source, label, ref, start, seconds, text)
