"""Expectations of the competition URLs. The objects named do not exist, so who may look is told 404 and who may not 403."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from caselib.accounts.enums import Role
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row, Status

NONE = 10**9


def numbered(**extra: Any) -> Callable[[], Mapping[str, Any]]:
    return lambda: {"pk": NONE, **extra}


def office(get: Status, post: Status, args: Callable[[], Mapping[str, Any]] = dict) -> Row:
    """A page of the office: everybody else is told whom to ask."""
    return Row(
        get={ANY: 403, Role.COMPETITION_OFFICE: get, ANONYMOUS: LOGIN},
        post={ANY: 403, Role.COMPETITION_OFFICE: post, ANONYMOUS: LOGIN},
        args=args,
    )


def judge(
    get: Status,
    post: Status,
    args: Callable[[], Mapping[str, Any]] = dict,
    *,
    other_get: Status = 403,
    other_post: Status = 405,
) -> Row:
    return Row(
        get={ANY: other_get, Role.JUDGE: get, ANONYMOUS: LOGIN},
        post={ANY: other_post, Role.JUDGE: post, ANONYMOUS: LOGIN},
        args=args,
    )


def unit(get: Status, post: Status, other_post: Status, args: Callable[[], Mapping[str, Any]]) -> Row:
    """A page of units: authors, teachers and contact persons."""
    own = (Role.AUTHOR, Role.TEACHER, Role.UNIT_CONTACT)
    return Row(
        get={ANY: 403, **dict.fromkeys(own, get), ANONYMOUS: LOGIN},
        post={ANY: other_post, **dict.fromkeys(own, post), ANONYMOUS: LOGIN},
        args=args,
    )


PUBLIC = {ANY: 200, ANONYMOUS: 200}
MISSING = {ANY: 404, ANONYMOUS: 404}
SLUG = lambda: {"slug": "none"}  # noqa: E731

ROWS = {
    "competitions:index": Row(get=PUBLIC),
    "competitions:call": Row(get=MISSING, args=SLUG),
    "competitions:objection": Row(get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=SLUG),
    "competitions:certificate": Row(get=MISSING, args=lambda: {"token": "none"}),
    "competitions:vote_code": Row(get=PUBLIC, post=PUBLIC),
    "competitions:vote": Row(get=MISSING, post=MISSING, args=lambda: {"code": "NONE"}),
    "competitions:unit_desk": unit(404, 405, 405, SLUG),
    "competitions:enter": unit(404, 404, 403, numbered()),
    "competitions:entry_act": Row(
        get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered(act="submit")
    ),
    "competitions:needs": Row(get=PUBLIC),
    "competitions:need": Row(get=MISSING, args=numbered()),
    "competitions:bid": Row(get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered()),
    "competitions:bid_withdraw": Row(
        get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered()
    ),
    "competitions:commission": Row(
        get={ANY: 404, ANONYMOUS: LOGIN}, post={ANY: 405, ANONYMOUS: LOGIN}, args=numbered()
    ),
    "competitions:milestone": Row(get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered()),
    "competitions:judging": judge(200, 405),
    "competitions:judge_desk": judge(404, 405, numbered()),
    "competitions:declare": judge(404, 404, numbered(), other_post=403),
    "competitions:reading": judge(404, 404, numbered(), other_post=403),
    "competitions:reading_save": judge(405, 404, numbered(), other_get=405, other_post=403),
    "competitions:reading_recuse": judge(405, 404, numbered(), other_get=405, other_post=403),
    "competitions:copy_docx": judge(404, 405, numbered()),
    "competitions:copy_picture": judge(404, 405, numbered(place=0)),
    "competitions:copy_file": judge(404, 405, numbered(place=0)),
    "competitions:copy_film": judge(404, 405, numbered()),
    "competitions:office": office(200, 405),
    "competitions:office_new": office(200, 422),
    "competitions:office_call": office(404, 405, numbered()),
    "competitions:office_act": office(405, 404, numbered(act="publish")),
    "competitions:office_setup": office(404, 405, numbered()),
    "competitions:office_part": office(404, 404, numbered(kind="track", owner=0, row=0)),
    "competitions:office_part_remove": office(405, 404, numbered(kind="track", row=1)),
    "competitions:office_entries": office(404, 405, numbered()),
    "competitions:office_entry": office(404, 405, numbered()),
    "competitions:office_film": office(404, 405, numbered()),
    "competitions:office_file": office(404, 405, numbered(place=0)),
    "competitions:office_picture": office(404, 405, numbered(place=0)),
    "competitions:office_entry_act": office(405, 404, numbered(act="exclude")),
    "competitions:office_jury": office(404, 404, numbered()),
    "competitions:judge_remove": office(405, 404, numbered()),
    "competitions:office_round": office(404, 405, numbered()),
    "competitions:ballot_sheet": office(404, 405, numbered()),
    "competitions:screen": office(404, 405, numbered()),
    "competitions:round_act": office(405, 404, numbered(act="open")),
    "competitions:office_results": office(404, 405, numbered()),
    "competitions:objection_answer": office(405, 404, numbered()),
    "competitions:report": office(404, 405, numbered()),
    "competitions:report_docx": office(404, 405, numbered()),
    "competitions:winners": office(404, 405, numbered(suffix="docx")),
    "competitions:certificates": office(404, 405, numbered()),
    "competitions:certificates_archive": office(404, 405, numbered()),
    "competitions:certificate_revoke": office(405, 404, numbered()),
    "competitions:certificate_file": office(404, 405, numbered(suffix="docx")),
    "competitions:new_need": office(200, 422),
    "competitions:commission_need": office(404, 404, numbered()),
    "site:awards_to_list": Row(get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered()),
    "site:awards_to_anthology": Row(
        get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=numbered()
    ),
}
