"""``{% kept "name" part part … %}…{% endkept %}``: a stretch of a template written once for all readers of the same rights.

``{% hole %}…{% endhole %}`` inside of it is written for each request: what belongs to one reader or one address.
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .. import fragments, page_cache

register = template.Library()
#: Around the number of a hole, while a piece is kept: characters that no template of ours and no translation has.
OPENING, CLOSING = "\ufdd0", "\ufdd1"
MARK = re.compile(f"{OPENING}([0-9]+){CLOSING}")


class KeptNode(template.Node):
    """Writes its body unless the same body is kept (``fragments.kept``)."""

    holes: list[HoleNode]

    def __init__(
        self,
        nodelist: NodeList,
        name: FilterExpression,
        parts: list[FilterExpression],
        until: FilterExpression | None,
    ) -> None:
        self.nodelist = nodelist
        self.name = name
        self.parts = parts
        self.until = until
        inner = [node for node in nodelist.get_nodes_by_type(KeptNode) if isinstance(node, KeptNode)]
        if any(node.holes for node in inner):
            raise template.TemplateSyntaxError("a piece with holes cannot stand inside another piece")
        self.holes = [node for node in nodelist.get_nodes_by_type(HoleNode) if isinstance(node, HoleNode)]
        for number, hole in enumerate(self.holes):
            hole.mark = f"{OPENING}{number}{CLOSING}"

    def render(self, context: template.Context) -> SafeString:
        parts: tuple[Any, ...] = tuple(part.resolve(context) for part in self.parts)
        key = ("markup", self.name.resolve(context), get_language(), *parts)
        names = self.until.resolve(context, ignore_failures=True) if self.until else None
        if isinstance(names, str):
            names = (names,)

        def build() -> SafeString:
            return mark_safe(self.nodelist.render(context))  # noqa: S308  (rendered markup)

        text = fragments.kept(key, build, names=page_cache.ALL if names is None else names)
        return self._filled(text, context) if self.holes else text

    def _filled(self, text: SafeString, context: template.Context) -> SafeString:
        if fragments.making():
            # What is written into the holes is somebody's own, and must not be kept with the piece around this one.
            page_cache.doubt()
        parts = MARK.split(text)
        parts[1::2] = [self.holes[int(number)].nodelist.render(context) for number in parts[1::2]]
        return mark_safe("".join(parts))  # noqa: S308  (rendered markup)


class HoleNode(template.Node):
    """Writes its place into the piece around it; the piece, once it is there, has its body written."""

    child_nodelists = ()

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.mark = ""

    def render(self, context: template.Context) -> SafeString:
        if not self.mark:
            raise template.TemplateSyntaxError("a hole must stand in the same file as the piece around it")
        return mark_safe(self.mark)  # noqa: S308  (made here)


@register.tag
def hole(parser: Parser, token: Token) -> HoleNode:
    """Write what stands up to ``endhole`` for each request. Where a condition left it out, or a loop repeats it, so it is."""
    nodelist = parser.parse(("endhole",))
    parser.delete_first_token()
    return HoleNode(nodelist)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands up to ``endkept``. The parts must name all that it looks at beside the language and the day.

    It ends with any change of pages or lists, or only with those of the names (or the one name) that a last part
    ``until=names`` gives; what stands inside then says itself what else it shows (``fragments.needs``).
    """
    pieces = token.split_contents()[1:]
    until = pieces.pop().partition("=")[2] if pieces and pieces[-1].startswith("until=") else None
    if not pieces:
        raise template.TemplateSyntaxError("kept needs a name, then what its text depends on")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    name, *parts = [parser.compile_filter(piece) for piece in pieces]
    return KeptNode(nodelist, name, parts, parser.compile_filter(until) if until else None)
