"""Drawings in both dialects (DrawingML and VML): the pictures they show and the text boxes they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from caselib.word.model import Picture
from caselib.word.reader.context import Context
from caselib.word.reader.images import extent, linked_picture
from caselib.word.reader.package import Element, R
from caselib.word.reader.styles import w

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
# What this reader understands of the choices that newer Word offers; anything else shows its fallback.
_KNOWN = frozenset("wps wpg wpc wpi w14 w15 w16 wp14 a14 v o m wne pic a16 w16cid w16se".split())
_MM_PER = {"pt": 25.4 / 72, "in": 25.4, "cm": 10.0, "mm": 1.0, "px": 25.4 / 96}


@dataclass(slots=True)
class Drawn:
    """What a drawing held: pictures in order and the ``w:txbxContent`` elements of its boxes."""

    pictures: list[Picture] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)


def alternative(node: Element) -> Element | None:
    """Return the branch of mc:AlternateContent to read: the first choice understood that holds anything, else the fallback."""
    fallback = node.find(_MC + "Fallback")
    choices = [choice for choice in node.iterchildren(_MC + "Choice") if len(choice)]
    for choice in choices:
        if set(choice.get("Requires", "").split()) <= _KNOWN:
            return choice
    return fallback if fallback is not None and len(fallback) else next(iter(choices), fallback)


def read(context: Context, node: Element) -> Drawn:
    """Return the pictures and text boxes below a ``w:drawing``, ``w:pict`` or ``w:object``."""
    drawn = Drawn()
    if str(node.tag) == w("object"):
        _note_object(context, node)
    frame = node.find(f".//{_WP}docPr")
    alt = "" if frame is None else frame.get("descr") or frame.get("title") or ""
    size = extent(node.find(f".//{_WP}extent"))
    _collect(context, node, drawn, alt, size)
    return drawn


def _collect(context: Context, node: Element, drawn: Drawn, alt: str, size: tuple[float, float]) -> None:
    for child in node:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        if tag == w("txbxContent"):
            drawn.boxes.append(child)
        elif tag == _V + "textpath":
            if words := child.get("string", "").strip():
                drawn.boxes.append(_word_art(child, words))
        elif tag == _MC + "AlternateContent":
            chosen = alternative(child)
            if chosen is not None:
                _collect(context, chosen, drawn, alt, size)
        elif tag == _A + "blip":
            key = child.get(f"{{{R}}}embed") or child.get(f"{{{R}}}link")
            if key:
                _keep(drawn, linked_picture(context, key, alt=alt.strip()[:300], size=size))
        elif tag in (_C + "chart", _DGM + "relIds"):
            _note_diagram(context, child)
        elif tag == _V + "imagedata":
            key = child.get(f"{{{R}}}id") or child.get(f"{{{R}}}pict") or child.get(f"{{{R}}}href")
            if key:
                _keep(
                    drawn,
                    linked_picture(context, key, alt=(child.get(_O + "title") or alt)[:300], size=_vml_size(node)),
                )
        else:
            _collect(context, child, drawn, alt, size)


def _word_art(node: Element, words: str) -> Element:
    """Return a box with the words of a WordArt shape, which stand in an attribute: titles on covers are drawn so."""
    box = node.makeelement(w("txbxContent"))
    for line in words.splitlines():
        paragraph = box.makeelement(w("p"))
        run, text = paragraph.makeelement(w("r")), paragraph.makeelement(w("t"))
        text.text = line
        run.append(text)
        paragraph.append(run)
        box.append(paragraph)
    return box


def _note_diagram(context: Context, node: Element) -> None:
    """Tell of a chart or diagram, with the words in it: it is drawn by Word from data and stands nowhere as a picture."""
    chart = str(node.tag) == _C + "chart"
    link = context.links.get(node.get(f"{{{R}}}id" if chart else f"{{{R}}}dm", ""))
    root = None if link is None or link.external else context.package.optional_xml(link.target)
    words: list[str] = []
    if root is not None:
        for element in root.iter(_A + "t", _C + "v"):
            text = (element.text or "").strip()
            if text and text not in words:
                words.append(text)
    context.warn("chart_lost" if chart else "diagram_lost", " · ".join(words)[:380])


def _keep(drawn: Drawn, picture: Picture | None) -> None:
    if picture is not None:
        drawn.pictures.append(picture)


def _vml_size(shape: Element) -> tuple[float, float]:
    style = shape.get("style", "")
    sides = []
    for side in ("width", "height"):
        match = re.search(rf"(?:^|;)\s*{side}\s*:\s*(\d{{1,5}}(?:\.\d+)?)(pt|in|cm|mm|px)", style)
        sides.append(round(float(match.group(1)) * _MM_PER[match.group(2)], 2) if match else 0.0)
    return sides[0], sides[1]


def _note_object(context: Context, node: Element) -> None:
    for embedded in node.iter(_O + "OLEObject"):
        context.warn("embedded_object", embedded.get("ProgID", ""))
    for _control in node.iter(w("control")):
        context.warn("embedded_object", "ActiveX")
