"""House styles: changing one, and keeping it under another name. Frozen editions keep the one they were frozen with."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit
from caselib.core.errors import ConflictError, Refusal, require

from .. import rules
from ..models import PrintStyle


@transaction.atomic
def save_style(
    style: PrintStyle,
    *,
    name: str,
    data: dict[str, Any],
    template: UploadedFile | None = None,
    without_template: bool = False,
    seen: int | None = None,
    by: User,
    at: datetime | None = None,
) -> PrintStyle:
    """Change a house style; ``data`` was checked by ``styles.from_data``. ``without_template`` takes its Word template
    off; the file stays, for what was printed with it. Effects in order: row, file, audit.

    ``seen`` is the version the editor saw. Raises ConflictError if somebody else changed it since, RefusedError.
    """
    require(rules.may_edit(Viewer.of(by).roles))
    row = PrintStyle.objects.select_for_update().get(pk=style.pk)
    if seen is not None and seen != row.version:
        raise ConflictError(
            Refusal(
                "changed",
                _("Somebody else changed this house style meanwhile. Yours was not saved; go back to copy it."),
            )
        )
    row.name, row.data, row.version = name.strip()[:80], data, row.version + 1
    if without_template:
        row.template, row.template_sha256 = "", ""
    if template:
        content = template.read()
        template.seek(0)
        row.template_sha256 = hashlib.sha256(content).hexdigest()
        row.template.save(f"{row.key}-{row.template_sha256[:12]}.docx", template, save=False)
    row.save()
    audit.record("anthologies.style_changed", row, by=by, at=at, version=row.version, template=row.template_sha256)
    return row


@transaction.atomic
def copy_style(
    style: PrintStyle,
    *,
    name: str,
    data: dict[str, Any],
    template: UploadedFile | None = None,
    without_template: bool = False,
    by: User,
    at: datetime | None = None,
) -> PrintStyle:
    """Keep ``data`` as a new house style. Effects in order: row, then as ``save_style``."""
    require(rules.may_edit(Viewer.of(by).roles))
    made = PrintStyle.objects.create(key=f"{style.key[:30]}-{secrets.token_hex(4)}", name=name.strip()[:80], data=data)
    if style.template and not template and not without_template:
        made.template, made.template_sha256 = style.template, style.template_sha256
        made.save()
    return save_style(made, name=name, data={**data, "key": made.key}, template=template, by=by, at=at)
