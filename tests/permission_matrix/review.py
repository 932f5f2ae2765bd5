"""Expectations of the review URLs. Numbers name nothing that exists: a forged id is 404 for everybody."""

from __future__ import annotations

from caselib.accounts.enums import Role
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row

NOTHING = {ANY: 404, ANONYMOUS: LOGIN}
NO_GET = {ANY: 405, ANONYMOUS: LOGIN}
OFFICE = (
    Role.FIRST_REVIEWER,
    Role.SECOND_REVIEWER,
    Role.FINAL_REVIEWER,
    Role.EDITOR,
    Role.AUDIT_ADMIN,
)


def only(*roles: Role, status: int = 200) -> dict[str, int | str]:
    return {ANY: 404, ANONYMOUS: LOGIN, **{role.value: status for role in roles}}


def one() -> dict[str, int]:
    return {"pk": 999_999}


ROWS = {
    "review:desk": Row(get={ANY: 302, ANONYMOUS: LOGIN}, post=NO_GET),
    "review:queue": Row(get=only(*OFFICE), post=NO_GET),
    "review:read": Row(get=NOTHING, post=NOTHING, args=one),
    "review:assign": Row(get=NO_GET, post=NOTHING, args=one),
    "review:finding": Row(get=NO_GET, post=NOTHING, args=lambda: {"pk": 999_999, "finding": 1}),
    "review:comment": Row(get=NO_GET, post=NOTHING, args=one),
    "review:compare": Row(get=NOTHING, post=NO_GET, args=lambda: {"pk": 999_999, "revision": 1}),
    "review:similar": Row(get=NOTHING, post=NO_GET, args=lambda: {"pk": 999_999, "similarity": 1}),
    "review:preview": Row(get=NOTHING, post=NO_GET, args=one),
    "review:resolve": Row(get=NO_GET, post=NOTHING, args=one),
    "review:manuscripts": Row(get={ANY: 200, ANONYMOUS: LOGIN}, post=NO_GET),
    "review:manuscript": Row(get=NOTHING, post=NO_GET, args=one),
    "review:submit": Row(get=NO_GET, post=NOTHING, args=one),
    "review:take_back": Row(get=NO_GET, post=NOTHING, args=one),
    "review:withdraw": Row(get=NOTHING, post=NOTHING, args=one),
    "review:restore": Row(get=NO_GET, post=NOTHING, args=one),
    "review:circulation": Row(get=NOTHING, post=NOTHING, args=one),
    "review:dossier": Row(get=NOTHING, post=NO_GET, args=one),
    "review:due": Row(get=only(*OFFICE), post=NO_GET),
    "review:packs": Row(get=only(Role.SECURITY_ADMIN), post=only(Role.SECURITY_ADMIN, status=422)),
    "review:pack_csv": Row(get=NOTHING, post=NO_GET, args=lambda: {"code": "none"}),
    "review:builtin": Row(get=NO_GET, post=NOTHING),
    "review:rescan": Row(get=NO_GET, post=only(Role.SECURITY_ADMIN, status=302)),
    "review:rescan_report": Row(get=only(Role.SECURITY_ADMIN, Role.EDITOR), post=NO_GET),
    "review:checklist": Row(get=NOTHING, post=NOTHING, args=one),
    "review:chain": Row(get=only(Role.AUDIT_ADMIN), post=NO_GET),
    "review:chain_csv": Row(get=only(Role.AUDIT_ADMIN), post=NO_GET),
}
