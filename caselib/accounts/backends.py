"""Who signs in with a password, as Django has it; read with a question whose SQL is written once (decision 0012)."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from caselib.core.questions import Rows

from .models import User

ACCOUNT = Rows(User, lambda users, pk: users.filter(pk=pk).order_by())


class AccountBackend(ModelBackend):
    """Every request of a signed-in reader reads the account: Django took longer to write that query than for all the rest."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account if it may sign in, else None. One query."""
        found = ACCOUNT.of(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None
