"""One table of what each role gets from each URL; a URL of the project that is not in it makes the suite red.

Every app has a module here with ``ROWS: dict[str, Row]``, keyed by the URL's view name (``app:name``). A ``Row`` says
which sample arguments reverse the URL, which methods it takes, and the status for each role. ``ANY`` stands for "every
role not named", ``anonymous`` for a visitor. For a POST the body is empty, so the expected status is what the rule or
the form answers (a redirect to the login page is 302 with ``/account/login/``; use ``LOGIN``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LOGIN = "login"
ANY = "*"
ANONYMOUS = "anonymous"
Status = int | str


@dataclass(frozen=True)
class Row:
    """The expectations of one URL. ``args`` builds reverse() keyword arguments inside the test's database."""

    get: Mapping[str, Status]
    post: Mapping[str, Status] = field(default_factory=lambda: {ANY: 405, ANONYMOUS: 405})
    args: Callable[[], Mapping[str, Any]] = dict
    reason: str = ""
