"""The anthology of the demo library: last year's edition, frozen, and this year's, still being put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from caselib.accounts.models import User
from caselib.anthologies.enums import ItemKind
from caselib.anthologies.models import Anthology, Edition, PrintStyle
from caselib.anthologies.services import compiling, editions, outline

from .content import table
from .library import find
from .people import account

Row = Mapping[str, Any]


def seed_anthologies() -> None:
    """Compile the outline of the anthology and its editions if they are missing."""
    content = table("anthologies")
    if not Anthology.objects.filter(title=content["anthology"]["title"]).exists():
        _anthology(content, account("editor"))


@transaction.atomic
def _anthology(content: Row, editor: User) -> None:
    frame = content["anthology"]
    anthology = editions.create_anthology(
        frame["title"], subtitle=frame["subtitle"], publisher=frame["editor"], by=editor
    )
    earlier: Edition | None = None
    for row in content["edition"]:
        earlier = _edition(anthology, row, frame["colophon"].strip(), earlier, editor)


def _edition(anthology: Anthology, row: Row, colophon: str, earlier: Edition | None, editor: User) -> Edition:
    details = {
        "circulation": row["circulation"],
        "cover_lines": row["cover_lines"],
        "mark": row["mark"],
        "indexes": ["unit", "topic", "position"],
    }
    style = PrintStyle.objects.filter(key=row["style"]).first()
    edition = editions.create_edition(
        anthology, name=row["name"], year=row["year"], style=style, details=details, based_on=earlier, by=editor
    )
    outline.add_text(edition, ItemKind.FOREWORD, title="编者按", text=row["foreword"].strip(), by=editor)
    for part in row["parts"]:
        outline.add_text(edition, ItemKind.PART, title=part["title"], by=editor)
        outline.fill(edition, [find(code).pk for code in part["cases"]], by=editor)
    outline.add_text(edition, ItemKind.COLOPHON, title="版权页", text=colophon, by=editor)
    if row["frozen"]:
        edition = editions.freeze(edition, by=editor)
        compiling.compile_edition(edition, editor)  # the worker prints it once the site has started
    return edition
