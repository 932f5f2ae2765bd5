"""Which paragraphs of a document begin a page, by the breaks that its author set."""

from __future__ import annotations

from caselib.word.reader.context import RawParagraph
from caselib.word.reader.package import Element
from caselib.word.reader.styles import value, w


class PageStarts:
    """Walks along the paragraphs of the body; ``found`` holds the size of the letters of those that begin a page."""

    def __init__(self) -> None:
        self.found: dict[int, int] = {}
        self._due = True  # the first begins one

    def meet(self, element: Element, raw: RawParagraph) -> None:
        """Take note of a paragraph; one that is empty passes a break on to the next."""
        before, after = _breaks(element)
        self._due = self._due or before or raw.look.page_break
        if raw.text.strip():
            if self._due:
                self.found[raw.ordinal] = raw.size
            self._due = False
        elif raw.pictures:
            self._due = False
        self._due = self._due or after

    def skip(self) -> None:
        """Take note of a table: what follows it does not begin the page."""
        self._due = False


def _breaks(element: Element) -> tuple[bool, bool]:
    """Return whether a page break stands before the text of a paragraph, and whether one stands in or behind it."""
    properties = element.find(w("pPr"))
    section = None if properties is None else properties.find(w("sectPr"))
    before, after = False, section is not None and value(section, "type") not in ("continuous", "nextColumn")
    said = False
    for node in element.iter(w("br"), w("t")):
        if node.tag == w("t"):
            said = said or bool((node.text or "").strip())
        elif node.get(w("type")) == "page":
            before, after = before or not said, after or said
    return before, after
