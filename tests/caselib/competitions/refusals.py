"""A block that must be refused with a certain code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from caselib.core.errors import RefusedError


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(RefusedError) as caught:
        yield
    assert caught.value.refusal.code == code, caught.value.refusal
