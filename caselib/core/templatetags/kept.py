"""``{% kept "name" part part … %}…{% endkept %}``: a stretch of a template written once for all readers of the same rights."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .. import fragments, page_cache

register = template.Library()


class KeptNode(template.Node):
    """Writes its body unless the same body is kept (``fragments.kept``)."""

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

    def render(self, context: template.Context) -> SafeString:
        parts: tuple[Any, ...] = tuple(part.resolve(context) for part in self.parts)
        key = ("markup", self.name.resolve(context), get_language(), *parts)
        names = self.until.resolve(context, ignore_failures=True) if self.until else None
        if isinstance(names, str):
            names = (names,)

        def build() -> SafeString:
            return mark_safe(self.nodelist.render(context))  # noqa: S308  (rendered markup)

        return fragments.kept(key, build, names=page_cache.ALL if names is None else names)


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
