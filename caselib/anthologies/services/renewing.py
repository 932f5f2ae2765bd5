"""A new edition from an old one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.errors import RefusedError

from ..enums import ItemKind
from ..models import Edition, OutlineItem, Selection
from .editions import DETAILS, create_edition
from .outline import pin


@transaction.atomic
def new_edition(
    edition: Edition, *, name: str, year: int, by: User, at: datetime | None = None
) -> tuple[Edition, list[str]]:
    """Make an edition from ``edition``: same outline and look, each case pinned to the version published now.

    Returns it with the titles of the cases that were left out because they are no longer published. Effects in order:
    edition, items, selections, audit ``anthologies.edition_created``. Raises RefusedError.
    """
    moment = at or clock.now()
    details = {key: getattr(edition, key) for key in DETAILS if key not in ("name", "year")}
    made = create_edition(edition.anthology, name=name, year=year, details=details, based_on=edition, by=by, at=moment)
    left_out = []
    order = 0
    for item in edition.items.select_related("selection__page__live_revision"):
        page = item.selection.page if item.kind == ItemKind.CASE else None
        order += 1
        copy = OutlineItem(
            edition=made, order=order, kind=item.kind, title=item.title, number=item.number, text=item.text
        )
        if page is None:
            copy.save()
            continue
        try:
            selection: Selection = pin(page, Viewer.of(by), moment)
        except RefusedError:
            left_out.append(item.title)
            continue
        copy.title = page.title[:300]
        copy.save()
        selection.item, selection.edition = copy, made
        selection.save()
    return made, left_out
