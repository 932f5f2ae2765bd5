"""The content of a paragraph: runs, fields, notes, tracked changes, pictures and text boxes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from caselib.word.model import Comment, Run
from caselib.word.radicals import count as count_radicals
from caselib.word.radicals import unified
from caselib.word.reader import drawings
from caselib.word.reader.context import Context, Field, RawBlock, RawParagraph
from caselib.word.reader.maths import linear
from caselib.word.reader.package import Element, R
from caselib.word.reader.styles import Look, apply_paragraph, apply_run, flag, text_of, value, w

_SYMBOLS = {
    0xFE: "☑",
    0x52: "☑",
    0xA8: "□",
    0x6F: "□",
    0xFC: "✓",
    0xFB: "✗",
    0x6C: "●",
    0x6E: "■",
    0xD8: "➢",
    0xE0: "→",
    0xB7: "•",
    0xA7: "▪",
    0x75: "◆",
    0x4A: "☺",
}
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]"
)
_RUBY_FIELD = re.compile(r"\\o\\ad\s*\(\s*\\s\\up\s*\d+\s*\((.*?)\)\s*[,;，]\s*(.*?)\s*\)\s*$", re.S)
_CIRCLE_FIELD = re.compile(r"\\o\\ac\s*\(\s*[○□△◇]\s*[,;，]\s*(.*?)\s*\)\s*$", re.S)
_LINK_FIELD = re.compile(r"HYPERLINK\s+\"([^\"]*)\"", re.I)
_DISPLAY = re.compile("黑体|楷|小标宋|SimHei|KaiTi|Kaiti")
_LEAD_STYLES = ("lead", "段首小标题", "段首标题")
_SAFE_LINK = re.compile(r"^(https?|mailto):", re.I)


def clean(text: str) -> str:
    """Return ``text`` without control and invisible characters, radicals and no-break spaces made plain."""
    return unified(_CONTROL.sub("", text).replace("\u00a0", " "))


@dataclass(slots=True)
class _State:
    """What the runs of the paragraph being read collect into."""

    look: Look
    raw: RawParagraph
    depth: int
    href: str = ""
    ruby: str = ""
    weights: dict[int, int] = field(default_factory=dict)
    fonts: dict[str, int] = field(default_factory=dict)
    in_front: bool = True
    length: int = 0  # of the text so far: adding up the runs at every mark would be quadratic


class InlineReader:
    """Reads paragraphs of one document. ``blocks`` reads the content of a text box (given by the block reader)."""

    def __init__(self, context: Context, blocks: Callable[[Element, int], list[RawBlock]]) -> None:
        self.context = context
        self._blocks = blocks

    def read(self, element: Element, depth: int = 0, *, counted: bool = True) -> RawParagraph:
        """Return the paragraph ``w:p``. ``depth`` is the nesting of tables and text boxes it stands in."""
        context = self.context
        ordinal = context.next_paragraph(inside=depth > 0) if counted else context.paragraphs
        properties = element.find(w("pPr"))
        style_look = context.styles.look(value(properties, "pStyle"))
        look = apply_paragraph(style_look, properties)
        raw = RawParagraph(look, [], ordinal, start=context.offset)
        raw.toc = look.kind == "toc" or any(item.name == "TOC" for item in context.fields)
        if look.list_id:
            raw.label = clean(context.counters.label(look.list_id, look.list_level)).strip()
            raw.bullet = context.counters.is_bullet(look.list_id, look.list_level)
        mark = None if properties is None else properties.find(w("rPr"))
        raw.mark_deleted = mark is not None and mark.find(w("del")) is not None
        state = _State(look, raw, depth)
        self._walk(element, state)
        self._end_instructions()
        raw.toc = raw.toc or any(item.name == "TOC" for item in context.fields)
        raw.runs = _merge(raw.runs)
        raw.size = max(state.weights, key=lambda size: state.weights[size], default=0) or look.size
        if state.fonts:
            raw.look = replace(raw.look, font=max(state.fonts, key=lambda font: state.fonts[font]))
        context.offset += len(raw.text) + 1
        return raw

    def _end_instructions(self) -> None:
        """A field whose instruction is still open at the end of its paragraph must not swallow those that follow."""
        fields = self.context.fields
        for item in [item for item in fields if not item.in_result]:
            fields.remove(item)
            self.context.warn("field_dropped", clean(item.instruction.strip())[:80] or "?")

    def _walk(self, parent: Element, state: _State) -> None:
        for child in parent:
            if isinstance(child.tag, str):
                self._node(child, _local(child), state)

    def _node(self, node: Element, tag: str, state: _State) -> None:
        if tag == "r":
            self._run(node, state)
        elif tag == "hyperlink":
            self._hyperlink(node, state)
        elif tag in ("ins", "moveTo"):
            before = len(state.raw.runs)
            self._walk(node, state)
            text = "".join(run.text for run in state.raw.runs[before:])
            self._changed("inserted" if tag == "ins" else "moved_here", node, text)
        elif tag in ("del", "moveFrom"):
            self._changed("deleted" if tag == "del" else "moved_away", node, _deleted_text(node))
        elif tag == "sdt":
            self._control(node, state)
        elif tag == "fldSimple":
            if (node.get(w("instr"), "").split() or [""])[0].upper() == "TOC":
                state.raw.toc = True
            self._walk(node, state)
        elif tag in ("oMath", "oMathPara"):
            self._add(linear(node), state, state.look)
            self.context.warn("formula", linear(node)[:80])
        elif tag == "AlternateContent":
            chosen = drawings.alternative(node)
            if chosen is not None:
                self._walk(chosen, state)
        elif tag in ("commentRangeStart", "commentRangeEnd"):
            self._comment(node, tag, state)
        elif tag in ("smartTag", "customXml", "bdo", "dir", "sdtContent"):
            self._walk(node, state)

    def _hyperlink(self, node: Element, state: _State) -> None:
        link = self.context.links.get(node.get(f"{{{R}}}id", ""))
        target = link.target if link is not None and link.external else ""
        outer, state.href = state.href, target if _SAFE_LINK.match(target) else state.href
        if target and not _SAFE_LINK.match(target):
            self.context.warn("link_dropped", target)
        self._walk(node, state)
        state.href = outer

    def _control(self, node: Element, state: _State) -> None:
        properties = node.find(w("sdtPr"))
        if flag(properties, "showingPlcHdr"):
            self.context.warn("placeholder_dropped", text_of(node)[:80])
            return
        content = node.find(w("sdtContent"))
        if content is not None:
            self._walk(content, state)

    def _run(self, node: Element, state: _State) -> None:
        properties = node.find(w("rPr"))
        look = state.look
        if properties is not None:
            key = value(properties, "rStyle")
            look = apply_run(self.context.styles.on_top(look, key), properties)
        if look.hidden:
            hidden = "".join(text.text or "" for text in node.iter(w("t")))
            if hidden.strip():
                self.context.warn("hidden_text", hidden)
            return
        for child in node:
            if isinstance(child.tag, str):
                self._run_child(child, _local(child), state, look, properties)

    def _run_child(self, node: Element, tag: str, state: _State, look: Look, properties: Element | None) -> None:
        if tag == "fldChar":
            self._field(node.get(w("fldCharType"), ""), state, look)
            return
        if tag == "instrText":
            if self.context.fields and not self.context.fields[-1].in_result:
                self.context.fields[-1].instruction += node.text or ""
            return
        if any(not item.in_result for item in self.context.fields):
            return
        if tag in ("drawing", "pict", "object"):
            self._drawn(node, state)
        elif tag == "AlternateContent":
            chosen = drawings.alternative(node)
            for child in () if chosen is None else chosen:
                if isinstance(child.tag, str):
                    self._run_child(child, _local(child), state, look, properties)
        elif tag in ("footnoteReference", "endnoteReference"):
            self._note(node, tag, state)
        elif tag == "ruby":
            self._ruby(node, state)
        else:
            self._add(_plain(node, tag), state, look, properties)

    def _ruby(self, node: Element, state: _State) -> None:
        base, reading = node.find(w("rubyBase")), node.find(w("rt"))
        state.ruby = "" if reading is None else "".join(text.text or "" for text in reading.iter(w("t")))
        if base is not None:
            self._walk(base, state)
        state.ruby = ""

    def _drawn(self, node: Element, state: _State) -> None:
        content = drawings.read(self.context, node)
        state.raw.pictures.extend(content.pictures)
        for box in content.boxes:
            state.raw.boxes.append(self._blocks(box, state.depth + 1))

    def _note(self, node: Element, tag: str, state: _State) -> None:
        kind = "e" if tag == "endnoteReference" else "f"
        key = f"{self.context.prefix}{kind}{node.get(w('id'), '')}"
        if key not in self.context.note_order:
            self.context.note_order.append(key)
        if state.raw.runs and not state.raw.runs[-1].note:
            state.raw.runs[-1] = replace(state.raw.runs[-1], note=key)
        else:
            state.raw.runs.append(Run("", note=key))

    def _field(self, kind: str, state: _State, look: Look) -> None:
        fields = self.context.fields
        if kind == "begin":
            if len(fields) < 50:
                fields.append(Field())
        elif kind == "separate" and fields:
            fields[-1].in_result = True
            link = _LINK_FIELD.match(fields[-1].instruction.strip())
            if link and _SAFE_LINK.match(link.group(1)):
                state.href = link.group(1)
        elif kind == "end" and fields:
            done = fields.pop()
            if done.name == "HYPERLINK":
                state.href = ""
            if not done.in_result and all(item.in_result for item in fields):
                self._field_without_result(done, state, look)

    def _field_without_result(self, done: Field, state: _State, look: Look) -> None:
        """EQ fields draw ruby and circled characters without storing a result."""
        instruction = done.instruction.strip()
        if ruby := _RUBY_FIELD.search(instruction):
            state.ruby = clean(ruby.group(1))
            self._add(ruby.group(2), state, look)
            state.ruby = ""
        elif circle := _CIRCLE_FIELD.search(instruction):
            sign = circle.group(1)
            self._add(
                chr(0x2460 + int(sign) - 1) if sign.isdecimal() and 1 <= int(sign) <= 20 else f"（{sign}）", state, look
            )
        elif done.name in ("EQ", "INCLUDETEXT", "INCLUDEPICTURE", "DDE", "DDEAUTO", "LINK", "MACROBUTTON", "IMPORT"):
            self.context.warn("field_dropped", instruction)

    def _comment(self, node: Element, tag: str, state: _State) -> None:
        key = node.get(w("id"), "")
        here = (state.raw.ordinal, state.length)
        if tag == "commentRangeStart":
            self.context.open_comments[key] = here
            return
        ordinal, start = self.context.open_comments.pop(key, here)
        author, text, at = self.context.comment_texts.get(key, ("", "", ""))
        end = here[1] if ordinal == here[0] else start
        if text:
            self.context.comments.append(Comment(author, text, ordinal, start, end, at, self.context.prefix + key))

    def _changed(self, kind: str, node: Element, text: str) -> None:
        author = clean(node.get(w("author"), ""))
        if text.strip():
            self.context.warn(f"change_{kind}", f"{author}: {text}" if author else text)

    def _add(self, text: str, state: _State, look: Look, properties: Element | None = None) -> None:
        self.context.radicals += count_radicals(text)
        text = clean(text)
        if not text:
            return
        vertical = value(properties, "vertAlign") if properties is not None else None
        underline = value(properties, "u") if properties is not None else None
        state.raw.runs.append(
            Run(
                text,
                bold=look.bold,
                italic=look.italic,
                underline=underline not in (None, "none", ""),
                superscript=vertical == "superscript",
                subscript=vertical == "subscript",
                href=state.href,
                ruby=state.ruby,
            )
        )
        state.length += len(text)
        self._front(text, state, look, properties)
        if text.strip():
            state.weights[look.size] = state.weights.get(look.size, 0) + len(text)
            state.fonts[look.font] = state.fonts.get(look.font, 0) + len(text)

    def _front(self, text: str, state: _State, look: Look, properties: Element | None) -> None:
        """Measure the beginning of the paragraph that stands in a display face or in a style made for leads."""
        key = value(properties, "rStyle") if properties is not None else None
        marked = key is not None and self.context.styles.look(key).name.strip().lower() in _LEAD_STYLES
        if state.in_front and (marked or _DISPLAY.search(look.font)):
            state.raw.front += len(text)
            state.raw.front_marked = state.raw.front_marked or marked
        elif text.strip():
            state.in_front = False


def _plain(node: Element, tag: str) -> str:
    if tag == "t":
        return str(node.text or "")
    if tag == "sym":
        code = node.get(w("char"), "")
        number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else 0
        if 0xF000 <= number <= 0xF0FF or number < 0x100:
            return _SYMBOLS.get(number & 0xFF, "•")
        return chr(number) if number < 0xD800 or 0xF900 <= number < 0xFFFE else "•"
    if tag == "br" and node.get(w("type")) in ("page", "column"):
        return ""
    return {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(tag, "")


def _deleted_text(node: Element) -> str:
    return "".join(text.text or "" for text in node.iter(w("delText"), w("t")))


def _local(node: Element) -> str:
    return str(node.tag).rsplit("}", 1)[-1]


def _merge(runs: list[Run]) -> list[Run]:
    """Join neighbours of one look; Word cuts runs at every edit. Linear, however long the paragraph."""
    merged: list[Run] = []
    same: list[Run] = []
    look: tuple[object, ...] = ()
    for run in runs:
        own = _look_of(run)
        if same and (same[-1].note or own != look):
            merged.append(_one(same))
            same = []
        same.append(run)
        look = own
    if same:
        merged.append(_one(same))
    return merged


def _look_of(run: Run) -> tuple[object, ...]:
    return run.bold, run.italic, run.underline, run.superscript, run.subscript, run.href, run.ruby


def _one(same: list[Run]) -> Run:
    return same[0] if len(same) == 1 else replace(same[-1], text="".join(run.text for run in same))
