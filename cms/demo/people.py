"""The units and the accounts of the demo library."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import move_to_unit, set_roles

from .content import rows

# Documented in the README and printed by the commands; never used outside the demo.
PASSWORD = "caselib-demo-2026"  # noqa: S105
# Who holds the texts of which units: the longest beginning of the unit's code counts.
KEEPERS = {"": "author", "BAI-SL": "author2", "LAN": "author3", "LIN": "author4", "MIN": "author5", "LJ": "teacher"}


@transaction.atomic
def seed_units() -> int:
    """Add the units that are missing; return how many were added."""
    added = 0
    for row in rows("units", "unit"):
        if Unit.objects.filter(code=row["code"]).exists():
            continue
        values = {key: row[key] for key in ("code", "name", "level", "kind")}
        if parent := row.get("parent"):
            Unit.objects.get(code=parent).add_child(**values)
        else:
            Unit.add_root(**values)
        added += 1
    return added


@transaction.atomic
def seed_accounts() -> int:
    """Add the accounts that are missing; return how many were added. An account that exists is left as it is."""
    known = set(User.objects.values_list("username", flat=True))
    missing = [row for row in rows("accounts", "account") if row["username"] not in known]
    # One hash for all: they share the documented password, and hashing is made to be slow.
    password = make_password(PASSWORD) if missing else ""
    for row in missing:
        user = User.objects.create(
            username=row["username"], name=row["name"], password=password, email=f"{row['username']}@caselib.invalid"
        )
        move_to_unit(user, Unit.objects.get(code=row["unit"]), by=None)
        set_roles(user, row["roles"], by=None)
    return len(missing)


def account(username: str) -> User:
    """Return the demo account ``username``; raises User.DoesNotExist."""
    return User.objects.get(username=username)


def keeper_of(unit_code: str) -> User:
    """Return the account that holds the texts of the unit."""
    beginning = max((code for code in KEEPERS if unit_code.startswith(code)), key=len)
    return account(KEEPERS[beginning])


def one_account_a_role() -> list[tuple[Role, User]]:
    """Return the first demo account of each role, in the order of the roles.

    Roles without one are left out, and so are accounts whose password is no longer the documented one.
    """
    holds: dict[str, bool] = {}
    found: dict[str, User] = {}
    users = {user.username: user for user in User.objects.filter(is_active=True)}
    for row in rows("accounts", "account"):
        user = users.get(row["username"])
        if user is None:
            continue
        # The accounts share one hash, and comparing is made to be slow: each hash is compared once.
        if user.password not in holds:
            holds[user.password] = check_password(PASSWORD, user.password)
        if holds[user.password]:
            for role in row["roles"]:
                found.setdefault(role, user)
    return [(role, found[role]) for role in Role if role in found]
