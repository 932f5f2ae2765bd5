"""One way to say no: a refusal that can hide a button, explain itself and stop a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done. ``code`` is stable; ``message`` tells a person what to do instead."""

    code: str
    message: str | _StrPromise


class RefusedError(Exception):
    """Raised by a service whose rule refused. Nothing has been changed when it is raised."""

    status = 403

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal

    def __str__(self) -> str:
        return str(self.refusal.message)


class ConflictError(RefusedError):
    """Raised when somebody else was faster; the caller shall reload and look again."""

    status = 409


def require(refusal: Refusal | None) -> None:
    """Raise ``RefusedError`` if a rule answered with a refusal, else return None."""
    if refusal is not None:
        raise RefusedError(refusal)
