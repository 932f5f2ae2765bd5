"""The Elasticsearch index as declared with elasticsearch-dsl: one document a record, its passages nested in it."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
from elasticsearch_dsl import (
    Binary,
    Document,
    Index,
    InnerDoc,
    Integer,
    Keyword,
    Long,
    MetaField,
    Nested,
    Text,
    analyzer,
)
from elasticsearch_dsl import token_filter as declare_filter

from search.analysis import folding
from search.backends.fields import READERS, TEXT
from search.backends.streams import of_record
from search.queries import FoundPassage
from search.records import AXES, SCHEMA_VERSION, SLOTS, Record, Unit

GAP = "__gap__"  # stands for any one token in a phrase
_cut = analyzer("cut", tokenizer="whitespace")
_gapped = analyzer("gapped", tokenizer="whitespace", filter=[declare_filter("gaps", "stop", stopwords=[GAP])])


def _tokens(**options: Any) -> Text:
    """A field of tokens that Python has cut: the server only splits at spaces."""
    return Text(analyzer=_cut, search_analyzer=_gapped, **options)


class PassageDoc(InnerDoc):
    """A passage: its permission tokens, the three views of its text, and, in one column, what is shown of it."""

    k = Keyword()
    w = _tokens(index_options="freqs")
    b = _tokens(index_options="positions")
    c = _tokens(index_options="freqs")
    shown = Binary(doc_values=True)


class RecordDoc(Document):
    """A record: match fields in permission slots, facets, order, and its passages."""

    key = Keyword()
    ver = Keyword(index=False)
    title = _tokens(index_options="positions")
    author = _tokens(index_options="positions", position_increment_gap=100)
    unit = _tokens(index_options="positions", position_increment_gap=100)
    n = Keyword()
    py = Keyword()
    date = Integer()
    torder = Long()
    passages = Nested(PassageDoc)

    class Meta:
        dynamic = MetaField("strict")
        # What is shown stands in columns: to read a whole source, tokens and all, for one key took the server longer than
        # to find it.
        source = MetaField(enabled=False)


for _slot in range(SLOTS):
    RecordDoc._doc_type.mapping.field(f"{TEXT}{_slot}", _tokens(index_options="positions"))
    RecordDoc._doc_type.mapping.field(f"{READERS}{_slot}", Keyword())
for _axis in AXES:
    RecordDoc._doc_type.mapping.field(f"x_{_axis}", Keyword())


def template(pattern: str, *, replicas: int) -> dict[str, Any]:
    """Return the body of the index template for indexes of this version."""
    index = Index(pattern)
    index.settings(number_of_shards=1, number_of_replicas=replicas, refresh_interval="1s", gc_deletes="1h")
    index.document(RecordDoc)
    body = index.to_dict()
    mappings = body["mappings"]
    mappings["_source"] = mappings.pop("source", {})
    mappings["_meta"] = {"schema": SCHEMA_VERSION}
    return {"index_patterns": [pattern], "template": body, "version": SCHEMA_VERSION, "priority": 200}


def source(record: Record) -> dict[str, Any]:
    """Return the document of a record."""
    streams = of_record(record)
    body: dict[str, Any] = {
        "key": record.key,
        "ver": record.version,
        "title": streams.title,
        "author": streams.authors,
        "unit": streams.units,
        "n": streams.names,
        "py": streams.spelt,
        "date": record.date,
        "torder": streams.title_order,
    }
    for slot, (allowed, text) in enumerate(streams.slots):
        body[f"{TEXT}{slot}"] = text
        body[f"{READERS}{slot}"] = list(allowed)
    for axis, values in record.facets.items():
        body[f"x_{axis}"] = list(dict.fromkeys(values))
    body["passages"] = [
        {
            "k": list(passage.unit.tokens),
            **passage.fields,
            "shown": shown(passage.unit),
        }
        for passage in streams.passages
    ]
    return body


def shown(unit: Unit) -> str:
    """Return what is shown of a passage as the server keeps it: one value to read instead of six."""
    told = [unit.source, unit.label, unit.ref, unit.start, unit.seconds, folding.clean(unit.text)]
    return base64.b64encode(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")).decode()


def found(shown: str) -> FoundPassage:
    """Return the passage of which this is shown. Raises ValueError or TypeError for what `shown` has not made."""
    return FoundPassage(*orjson.loads(base64.b64decode(shown)))
