"""Sessions in the database, as Django keeps them; read with a question whose SQL is written once (decision 0012)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from caselib.core.questions import Rows

#: The backend that sessions name, and the one that those name which began before it was there.
BACKEND, FORMER = "caselib.accounts.backends.AccountBackend", "django.contrib.auth.backends.ModelBackend"
STORED = Rows(Session, lambda sessions, key: sessions.filter(session_key=key).order_by())


# Of this name: Django signs what a session holds with the name of its class.
class SessionStore(db.SessionStore):
    """Every request of a signed-in reader begins with this row."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds. Who signed in before an upgrade stays signed in."""
        found: dict[str, Any] = super().load()
        if found.get(BACKEND_SESSION_KEY) == FORMER:
            found[BACKEND_SESSION_KEY] = BACKEND
        return found

    def _get_session_from_db(self) -> Any:
        """Return the row of this session, None if there is none or it has run out."""
        found = STORED.of(self.session_key or "")
        if found and found[0].expire_date > timezone.now():
            return found[0]
        self._session_key = None
        return None
