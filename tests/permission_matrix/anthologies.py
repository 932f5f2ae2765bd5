"""Expectations of the collections' URLs. The objects named do not exist: editors are told 404, others 403 or 404."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from caselib.accounts.enums import Role
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row, Status

NONE = 10**9


def numbered(**extra: Any) -> Callable[[], Mapping[str, Any]]:
    return lambda: {"pk": NONE, **extra}


def editors(get: Status, post: Status, args: Callable[[], Mapping[str, Any]] = dict) -> Row:
    """A page of editors: everybody else is told whom to ask."""
    return Row(
        get={ANY: 403, Role.EDITOR: get, ANONYMOUS: LOGIN},
        post={ANY: 403, Role.EDITOR: post, ANONYMOUS: LOGIN},
        args=args,
    )


MISSING = {ANY: 404, ANONYMOUS: 404}

ROWS = {
    "anthologies:index": Row(get={ANY: 200, ANONYMOUS: 200}),
    "anthologies:new": editors(200, 200),
    "anthologies:styles": editors(200, 405),
    "anthologies:style": editors(200, 200, lambda: {"key": "official"}),
    "anthologies:style_export": editors(200, 405, lambda: {"key": "official"}),
    "anthologies:change": editors(404, 404, numbered()),
    "anthologies:new_edition": editors(404, 404, numbered()),
    "anthologies:edition": Row(get=MISSING, args=numbered()),
    "anthologies:edit": editors(404, 404, numbered()),
    "anthologies:preflight": editors(404, 405, numbered()),
    "anthologies:act": editors(405, 404, numbered(act="fill")),
    "anthologies:case": Row(get=MISSING, args=numbered(item=1)),
    "anthologies:compare": editors(404, 405, numbered(item=1)),
    "anthologies:item_act": editors(405, 404, numbered(item=1, act="up")),
    "anthologies:result": editors(404, 405, numbered()),
    "anthologies:cancel": editors(405, 404, numbered()),
    "anthologies:page_image": Row(get=MISSING, args=numbered(number=1)),
    "anthologies:file": Row(get=MISSING, args=numbered(form="docx")),
}
