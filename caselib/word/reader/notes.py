"""Everything a document refers to beside its body: notes, comments, properties, and what is left behind."""

from __future__ import annotations

import re
from dataclasses import replace

from caselib.word.guard import UnreadableError
from caselib.word.model import Note, Run
from caselib.word.reader.context import Context, RawParagraph
from caselib.word.reader.inline import InlineReader, clean
from caselib.word.reader.package import Element
from caselib.word.reader.styles import flag, text_of, w

_QUIET_LINKS = ("hyperlink",)
_DC = re.compile(r"^\{[^}]*\}")


def read_notes(context: Context, inline: InlineReader) -> tuple[dict[str, Note], dict[str, str]]:
    """Return the notes that are called, keyed 1, 2, … in calling order, and the new key of each old one."""
    found: dict[str, Note] = {}
    names: dict[str, str] = {}
    own = _own_notes(context, inline)
    for old in context.note_order:
        note = own.get(old) or context.inserted_notes.get(old)
        if note is not None:
            names[old] = str(len(found) + 1)
            found[names[old]] = replace(note, key=names[old])
    return found, names


def keep_inserted_notes(context: Context, inline: InlineReader) -> None:
    """Read the notes of the inserted document that is open, before it is closed."""
    context.inserted_notes.update(_own_notes(context, inline))


def _own_notes(context: Context, inline: InlineReader) -> dict[str, Note]:
    """Return the notes of the open document that were called, by the key of the call; others are reported."""
    found: dict[str, Note] = {}
    sources = {"f": _elements(context, "footnotes", "footnote"), "e": _elements(context, "endnotes", "endnote")}
    for key in list(context.note_order):
        prefix, _, own = key.rpartition(":")
        if (f"{prefix}:" if prefix else "") != context.prefix:
            continue
        element = sources[own[0]].get(own[1:])
        if element is None:
            context.warn("note_missing", own[1:])
            continue
        found[key] = Note(key, _note_runs(element, inline), "footnote" if own[0] == "f" else "endnote")
    uncalled = sum(len(items) for items in sources.values()) - len(found)
    if uncalled > 0:
        context.warn("note_uncalled", str(uncalled))
    return found


def _elements(context: Context, part: str, tag: str) -> dict[str, Element]:
    name = context.part_name(part)
    root = context.package.optional_xml(name) if name else None
    if root is None:
        return {}
    return {
        element.get(w("id"), ""): element
        for element in root.iterchildren(w(tag))
        if element.get(w("type")) not in ("separator", "continuationSeparator", "continuationNotice")
    }


def _note_runs(element: Element, inline: InlineReader) -> tuple[Run, ...]:
    runs: list[Run] = []
    for paragraph in element.iter(w("p")):
        raw: RawParagraph = inline.read(paragraph, counted=False)
        if runs and raw.text.strip():
            runs.append(Run("\n"))
        runs.extend(raw.runs)
    while runs and not runs[0].text.strip():
        runs.pop(0)
    return tuple(run for run in runs if run.text)


def read_comment_texts(context: Context) -> dict[str, tuple[str, str, str]]:
    """Return author, text and time of every comment by id."""
    name = context.part_name("comments")
    root = context.package.optional_xml(name) if name else None
    if root is None:
        return {}
    texts: dict[str, tuple[str, str, str]] = {}
    for element in root.iterchildren(w("comment")):
        lines = ["".join(text.text or "" for text in paragraph.iter(w("t"))) for paragraph in element.iter(w("p"))]
        texts[element.get(w("id"), "")] = (
            clean(element.get(w("author"), "")),
            clean("\n".join(lines)).strip(),
            element.get(w("date"), ""),
        )
    return texts


def read_properties(context: Context) -> dict[str, str]:
    """Return core and custom properties: ``title``, ``creator``, …; custom ones under their own name."""
    properties: dict[str, str] = {}
    for link in context.package.relationships("").values():
        if link.external or link.kind not in ("core-properties", "custom-properties"):
            continue
        root = context.package.optional_xml(link.target)
        if root is None:
            continue
        for element in root:
            if not isinstance(element.tag, str):
                continue
            key = element.get("name") or _DC.sub("", element.tag)
            text = clean(text_of(element)).strip()
            if key and text and key not in properties:
                properties[key[:100]] = text[:1000]
    return properties


def report_package(context: Context) -> None:
    """Warn about what a package carries and the reading leaves behind: macros, outside links, signatures."""
    package = context.package
    names = [name.lower() for name in package.names()]
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        context.warn("macros_dropped", place=package.main)
    if any(name.startswith("_xmlsignatures/") for name in names):
        context.warn("signature_dropped", place="_xmlsignatures")
    for name in package.names():
        if name.lower().endswith(".rels"):
            _report_links(context, name)
    embedded = [name for name in names if "/embeddings/" in name or "/activex/" in name]
    if embedded:
        context.warn(
            "embedded_object", ", ".join(name.rsplit("/", 1)[-1] for name in embedded[:10]), place="embeddings"
        )
    _report_settings(context)


def _report_links(context: Context, rels: str) -> None:
    folder, _, base = rels.rpartition("_rels/")
    try:
        links = context.package.relationships(folder + base.removesuffix(".rels"))
    except UnreadableError as error:
        if error.code == "dtd":
            raise
        return
    for link in links.values():
        if link.kind == "attachedTemplate":
            context.warn("remote_template" if link.external else "template", link.target, place=rels)
        elif (link.external and link.kind not in _QUIET_LINKS) or link.kind in ("frame", "subDocument"):
            context.warn("external_reference", f"{link.kind}: {link.target}", place=rels)


def _report_settings(context: Context) -> None:
    name = context.part_name("settings")
    settings = context.package.optional_xml(name) if name else None
    if settings is not None:
        if settings.find(w("documentProtection")) is not None or settings.find(w("writeProtection")) is not None:
            context.warn("protection_ignored", place=name)
        if settings.find(w("mailMerge")) is not None:
            context.warn("mail_merge", place=name)
        if flag(settings, "trackRevisions"):
            context.warn("tracking_on", place=name)
    web = context.part_name("webSettings")
    root = context.package.optional_xml(web) if web else None
    if root is not None and root.find(w("frameset")) is not None:
        context.warn("frameset", place=web)
