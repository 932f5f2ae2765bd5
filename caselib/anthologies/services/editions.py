"""Anthologies and editions: making, describing, freezing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.core.files.images import ImageFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.seen import require_seen, stamp_of
from caselib.media.models import CaseImage
from caselib.word.freezing import dump
from caselib.word.writer import WRITER_VERSION

from .. import rules
from ..binding import bind
from ..enums import Severity
from ..models import Anthology, Edition, PrintStyle
from ..preflight import check_edition
from ..storing import keep

COVER = ("title", "subtitle", "publisher")
DETAILS = (
    "name",
    "year",
    "circulation",
    "audience",
    "style",
    "cover_lines",
    "mark",
    "cover_image",
    "contents_depth",
    "indexes",
    "print_codes",
)


@transaction.atomic
def create_anthology(
    title: str, *, subtitle: str = "", publisher: str = "", by: User, at: datetime | None = None
) -> Anthology:
    """Make an anthology. Effects in order: row, audit ``anthologies.created``. Raises RefusedError."""
    require(rules.may_edit(Viewer.of(by).roles))
    moment = at or clock.now()
    made = Anthology.objects.create(
        title=title.strip(), subtitle=subtitle.strip(), publisher=publisher.strip(), created_by=by, created_at=moment
    )
    audit.record("anthologies.created", made, by=by, at=moment)
    return made


@transaction.atomic
def change_anthology(
    anthology: Anthology,
    *,
    title: str,
    subtitle: str = "",
    publisher: str = "",
    seen: str = "",
    by: User,
    at: datetime | None = None,
) -> Anthology:
    """Change what stands on the covers of all editions in work; frozen ones print what they were frozen with.

    ``seen`` is the stamp of what the editor was shown. Effects in order: row, audit ``anthologies.changed``. Raises
    ConflictError if a colleague changed it since, RefusedError.
    """
    require(rules.may_edit(Viewer.of(by).roles))
    row = Anthology.objects.select_for_update().get(pk=anthology.pk)
    require_seen(seen, stamp_of(row, COVER))
    before = row.title
    row.title, row.subtitle, row.publisher = title.strip(), subtitle.strip(), publisher.strip()
    row.save(update_fields=COVER)
    audit.record("anthologies.changed", row, by=by, at=at, before=before, after=row.title)
    return row


@transaction.atomic
def create_edition(
    anthology: Anthology,
    *,
    name: str,
    year: int,
    style: PrintStyle | None = None,
    details: Mapping[str, Any] | None = None,
    cover: File[bytes] | None = None,
    based_on: Edition | None = None,
    by: User,
    at: datetime | None = None,
) -> Edition:
    """Make an empty edition. Effects in order: row, image of the ``cover``, audit ``anthologies.edition_created``.

    ``style`` is by default the first installed one. Raises RefusedError, also for a name that the anthology has already.
    """
    require(rules.may_edit(Viewer.of(by).roles))
    moment = at or clock.now()
    chosen = style or PrintStyle.objects.order_by("pk").first()
    if chosen is None:
        raise RefusedError(Refusal("no-style", _("There is no house style yet. Run the installation of the library.")))
    _free_name(anthology, name)
    fields = {key: value for key, value in dict(details or {}).items() if key in DETAILS}
    made = Edition.objects.create(
        **{"anthology": anthology, "name": name.strip(), "year": year, "style": chosen, **fields},
        based_on=based_on,
        created_by=by,
        created_at=moment,
    )
    if cover:
        made.cover_image = _cover_image(made, cover, by)
        made.save(update_fields=["cover_image"])
    audit.record("anthologies.edition_created", made, by=by, at=moment, anthology=anthology.pk)
    return made


def _cover_image(edition: Edition, cover: File[bytes], by: User) -> CaseImage:
    """Return the stored image of a cover. It is a row of the library like any other, and never deleted under an edition."""
    image = CaseImage(title=(_("Cover of %s") % edition)[:255], uploaded_by_user=by)
    image.file = ImageFile(cover, name=cover.name)
    image.file_size = cover.size
    image.save()
    return image


def _free_name(anthology: Anthology, name: str, *, besides: int | None = None) -> None:
    if anthology.editions.filter(name=name.strip()).exclude(pk=besides or 0).exists():
        raise RefusedError(Refusal("name-taken", _("This anthology has an edition of that name already.")))


def locked(edition: Edition, by: User) -> Edition:
    """Return the edition locked for a change by ``by``. Raises RefusedError if it is frozen or ``by`` is no editor."""
    row = Edition.objects.select_for_update(of=("self",)).select_related("anthology", "style").get(pk=edition.pk)
    require(rules.may_change(Viewer.of(by).roles, frozen=row.frozen))
    return row


def touch(edition: Edition) -> None:
    """Count a change of ``edition``."""
    edition.version += 1
    edition.save(update_fields=["version"])


@transaction.atomic
def change_edition(
    edition: Edition,
    *,
    details: Mapping[str, Any],
    cover: File[bytes] | None = None,
    version: int | None = None,
    by: User,
    at: datetime | None = None,
) -> Edition:
    """Change what is said about an edition and how it looks. Effects in order: image of the ``cover``, row, audit
    ``anthologies.edition_changed``.

    ``version`` is the one the editor saw. Raises ConflictError if somebody else changed it since, RefusedError.
    """
    row = locked(edition, by)
    if version is not None and version != row.version:
        raise ConflictError(
            Refusal("changed", _("Somebody else changed this edition meanwhile. Reload it and look again."))
        )
    changed = {key: value for key, value in details.items() if key in DETAILS}
    if "name" in changed:
        _free_name(row.anthology, str(changed["name"]), besides=row.pk)
    if cover:
        changed["cover_image"] = _cover_image(row, cover, by)
    for key, value in changed.items():
        setattr(row, key, value)
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ConflictError(Refusal("name-taken", _("This anthology has an edition of that name already."))) from error
    audit.record("anthologies.edition_changed", row, by=by, at=at, fields=sorted(changed))
    return row


@transaction.atomic
def freeze(edition: Edition, *, by: User, at: datetime | None = None) -> Edition:
    """Freeze an edition: from now on it prints from its own copy of texts, images, style and template.

    Effects in order: check, files of the book and its images, row, audit ``anthologies.frozen`` with the sha256 of the
    book. Raises RefusedError if it is frozen already, empty, or the check finds errors.
    """
    row = locked(edition, by)
    moment = at or clock.now()
    row.frozen_at = moment
    book = bind(row)
    errors = sum(1 for finding in check_edition(row, book) if finding.severity == Severity.ERROR)
    require(rules.may_freeze(frozen=False, cases=len(book.chapters()), errors=errors))
    text, images = dump(book)
    data = text.encode("utf-8")
    sha256 = hashlib.sha256(data).hexdigest()
    for key, image in images.items():
        keep(f"anthologies/images/{key}", image.data)
    row.frozen_book = keep(f"anthologies/frozen/{sha256}.json", data)
    row.frozen_sha256 = sha256
    row.frozen_style = row.style.data
    row.frozen_template = ""
    if row.style.template:
        with row.style.template.open("rb") as source:
            template = source.read()
        row.frozen_template = keep(f"anthologies/templates/{hashlib.sha256(template).hexdigest()}.docx", template)
    row.writer_version = WRITER_VERSION
    row.version += 1
    row.save()
    audit.record(
        "anthologies.frozen", row, by=by, at=moment, sha256=sha256, writer=WRITER_VERSION, cases=len(book.chapters())
    )
    return row
