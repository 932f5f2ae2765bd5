"""Term records as CSV and as SKOS (W3C Recommendation 18 August 2009), through csv and rdflib."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef

from caselib.core.cells import guard, unguard

from .records import TermRecord

COLUMNS = ("code", "name", "parent", "synonyms", "scope_note")
BASE = Namespace("urn:caselib:")
LANGUAGE = "zh-Hans"
FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
# A file is read while the page is waited for: what a megabyte of RDF holds takes two seconds.
MAX_BYTES = 1024 * 1024
HEADERS = {
    "代码": "code", "编码": "code", "编号": "code", "名称": "name", "术语": "name", "上级": "parent", "上级代码": "parent",
    "上位词": "parent", "同义词": "synonyms", "范围说明": "scope_note", "说明": "scope_note",
    **{name: name for name in COLUMNS},
}  # fmt: skip


class UnreadableError(ValueError):
    """The file is not what it says it is; the message names the place."""


def to_csv(records: Iterable[TermRecord]) -> str:
    """Return ``records`` as CSV with a byte-order mark, without which Excel and WPS take it for GBK, and a header.

    Cells that a spreadsheet would run as a formula are quoted.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for record in records:
        cells = (record.code, record.name, record.parent, ";".join(record.synonyms), record.scope_note)
        writer.writerow([guard(cell) for cell in cells])
    return out.getvalue()


def from_csv(text: str) -> list[TermRecord]:
    """Return the records of a CSV text, columns named in English or Chinese, separated by comma, semicolon or tab.

    Raises UnreadableError where a column is missing or a row cannot be cut into cells.
    """
    text = text.removeprefix("\ufeff").replace("\x00", "")
    text, above = re.subn(r"\Asep=.\r?\n", "", text)  # what tells Excel the separator is no row
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [HEADERS.get((name or "").strip().lower(), (name or "").strip()) for name in reader.fieldnames or ()]
        missing = [name for name in ("code", "name") if name not in names]
        if missing:
            raise UnreadableError(
                _("the first line does not name these columns: %(names)s")
                % {"names": "、".join(map(_in_chinese, missing))}
            )
        reader.fieldnames = names
        return [_from_row(row, reader.line_num + above) for row in reader if any(_texts(row))]
    except csv.Error as error:
        line = reader.line_num + above + 1  # the last that ended was the one before
        raise UnreadableError(
            _("line %(line)d: a cell does not end. Is a quotation mark missing?") % {"line": line}
        ) from error


def _in_chinese(column: str) -> str:
    """Return the name of a column as people write it, and as files have it."""
    return f"{next(name for name, own in HEADERS.items() if own == column)} ({column})"


def _texts(row: Mapping[str | None, Any]) -> Iterator[str]:
    return (value.strip() for value in row.values() if isinstance(value, str))


def _from_row(row: Mapping[str | None, Any], line: int) -> TermRecord:
    if any(row.get(None) or ()):
        # Most often a comma in a name that was not put in quotation marks: the cells are not where they belong.
        raise UnreadableError(
            _(
                "line %(line)d has more cells than the first line: %(cells)s. Put a text with a comma in quotation marks."
            )
            % {"line": line, "cells": "、".join(row[None])[:80]}
        )
    cell = {key: unguard((row.get(key) or "").strip()) for key in COLUMNS}
    synonyms = tuple(text.strip() for text in re.split("[;；、]", cell["synonyms"]) if text.strip())
    return TermRecord(cell["code"], cell["name"], cell["parent"], synonyms, cell["scope_note"], line)


def to_skos(records: Iterable[TermRecord], axis: str, title: str, syntax: str) -> str:
    """Return ``records`` as a SKOS concept scheme; ``syntax`` is a key of FORMATS."""
    graph = Graph()
    graph.bind("skos", SKOS)
    scheme = BASE[axis]
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal(title, lang=LANGUAGE)))
    for record in records:
        concept = BASE[f"{axis}:{record.code}"]
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.inScheme, scheme))
        graph.add((concept, SKOS.notation, Literal(record.code)))
        graph.add((concept, SKOS.prefLabel, Literal(record.name, lang=LANGUAGE)))
        for synonym in record.synonyms:
            graph.add((concept, SKOS.altLabel, Literal(synonym, lang=LANGUAGE)))
        if record.scope_note:
            graph.add((concept, SKOS.scopeNote, Literal(record.scope_note, lang=LANGUAGE)))
        if record.parent:
            graph.add((concept, SKOS.broader, BASE[f"{axis}:{record.parent}"]))
        else:
            graph.add((concept, SKOS.topConceptOf, scheme))
    return graph.serialize(format=FORMATS[syntax])


def from_skos(text: str, syntax: str) -> list[TermRecord]:
    """Return the concepts of a SKOS text. Nothing is fetched: a JSON-LD context by address is refused, and of XML no
    entity from outside is read (expat does not unless told to, and ends what grows out of proportion).

    Raises UnreadableError where the text is no RDF or a concept has no label.
    """
    if syntax == "jsonld" and _refers_outside(text):
        raise UnreadableError("@context")
    if syntax == "rdf":  # decoded already: what it says of its encoding is no longer true
        text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    graph = Graph()
    try:
        graph.parse(data=text, format=FORMATS[syntax])
    except Exception as error:  # rdflib's parsers raise many unrelated types
        raise UnreadableError(str(error)[:200]) from error
    concepts = sorted(set(graph.subjects(RDF.type, SKOS.Concept)), key=str)
    codes = {concept: _code(graph, concept) for concept in concepts if isinstance(concept, URIRef)}
    return [_concept(graph, concept, codes) for concept in codes]


def _refers_outside(text: str) -> bool:
    import json

    def named(context: object) -> bool:  # rdflib looks into lists of lists as well
        if isinstance(context, list):
            return any(named(item) for item in context)
        return isinstance(context, str) or (isinstance(context, dict) and "@import" in context)

    def walk(value: object) -> bool:
        if isinstance(value, dict):
            return named(value.get("@context")) or any(walk(item) for item in value.values())
        return isinstance(value, list) and any(walk(item) for item in value)

    try:
        return walk(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UnreadableError("JSON") from error


def _code(graph: Graph, concept: URIRef) -> str:
    notation = graph.value(concept, SKOS.notation)
    return (
        str(notation) if notation is not None else str(concept).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    )


def _concept(graph: Graph, concept: URIRef, codes: dict[URIRef, str]) -> TermRecord:
    labels = _read_here(graph, concept, SKOS.prefLabel)
    if not labels:
        raise UnreadableError(str(concept))
    synonyms = tuple(sorted({str(label) for label in graph.objects(concept, SKOS.altLabel)}))
    notes = _read_here(graph, concept, SKOS.scopeNote)
    above = {*graph.objects(concept, SKOS.broader), *graph.subjects(SKOS.narrower, concept)}
    # A broader concept that the file does not describe may be a term here; where it is not, the report says so.
    parents = sorted(
        (term not in codes, codes.get(term) or _code(graph, term)) for term in above if isinstance(term, URIRef)
    )
    first, *others = [code for _outside, code in parents] or [""]
    deprecated = any(str(value).lower() in ("true", "1") for value in graph.objects(concept, OWL.deprecated))
    return TermRecord(
        codes[concept], labels[0], first, synonyms, "\n".join(notes), others=tuple(others), deprecated=deprecated
    )


def _read_here(graph: Graph, concept: URIRef, kind: URIRef) -> list[str]:
    """Return the texts of ``kind`` in the language that this library reads best among those the file has."""
    texts = [
        (_distance(text.language), str(text)) for text in graph.objects(concept, kind) if isinstance(text, Literal)
    ]
    nearest = min((distance for distance, _text in texts), default=0)
    return sorted(text for distance, text in texts if distance == nearest)


def _distance(language: str | None) -> int:
    """Return how far ``language`` is from simplified Chinese: other Chinese, no language, English, the others."""
    parts = (language or "").lower().replace("_", "-").split("-")
    if parts[0] == "zh":
        return 2 if {"hant", "tw", "hk", "mo"} & set(parts) else int(len(parts) == 1)
    return 3 if not language else 4 if parts[0] == "en" else 5
