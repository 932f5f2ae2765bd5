"""``{% kept "name" part part … %}…{% endkept %}``: a stretch of a template written once for all readers of the same rights."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .. import fragments

register = template.Library()


class KeptNode(template.Node):
    """Writes its body unless the same body is kept (``fragments.kept``)."""

    def __init__(self, nodelist: NodeList, name: FilterExpression, parts: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.name = name
        self.parts = parts

    def render(self, context: template.Context) -> SafeString:
        parts: tuple[Any, ...] = tuple(part.resolve(context) for part in self.parts)
        key = ("markup", self.name.resolve(context), get_language(), *parts)
        return fragments.kept(key, lambda: mark_safe(self.nodelist.render(context)))  # noqa: S308  (rendered markup)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands up to ``endkept``. The parts must name all that it looks at beside the language and the day."""
    pieces = token.split_contents()[1:]
    if not pieces:
        raise template.TemplateSyntaxError("kept needs a name, then what its text depends on")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    name, *parts = [parser.compile_filter(piece) for piece in pieces]
    return KeptNode(nodelist, name, parts)
