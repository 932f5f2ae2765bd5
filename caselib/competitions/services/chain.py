"""Writing to the audit chain so that everything about a call can be found and recomputed from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from caselib.accounts.models import User
from caselib.core import audit

from ..models import Competition


def write(
    competition: Competition, verb: str, target: models.Model, *, by: User | None, at: datetime, **data: Any
) -> None:
    """Append ``competitions.<verb>`` about ``target``; the number of the call stands in the data."""
    audit.record(f"competitions.{verb}", target, by=by, at=at, competition=competition.pk, **data)
