"""Expectations of the core, accounts, resources and site URLs."""

from __future__ import annotations

import uuid

from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row

ROWS = {
    "core:job": Row(
        get={ANY: 404, ANONYMOUS: LOGIN}, post={ANY: 405, ANONYMOUS: LOGIN}, args=lambda: {"pk": uuid.uuid4()}
    ),
    "core:job_cancel": Row(
        get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=lambda: {"pk": uuid.uuid4()}
    ),
    "accounts:login": Row(get={ANY: 200, ANONYMOUS: 200}, post={ANY: 200, ANONYMOUS: 200}),
    "accounts:logout": Row(get={ANY: 405, ANONYMOUS: 405}, post={ANY: 302, ANONYMOUS: 302}),
    "accounts:password": Row(get={ANY: 200, ANONYMOUS: LOGIN}, post={ANY: 200, ANONYMOUS: LOGIN}),
    "accounts:notices": Row(get={ANY: 200, ANONYMOUS: LOGIN}, post={ANY: 405, ANONYMOUS: LOGIN}),
    "accounts:notice": Row(get={ANY: 405, ANONYMOUS: LOGIN}, post={ANY: 404, ANONYMOUS: LOGIN}, args=lambda: {"pk": 1}),
    "resources:file": Row(get={ANY: 404, ANONYMOUS: 404}, args=lambda: {"name": "documents/none.docx"}),
    "resources:captions": Row(get={ANY: 404, ANONYMOUS: 404}, args=lambda: {"pk": 10**9}),
    "site:language": Row(get={ANY: 302, ANONYMOUS: 302}, post={ANY: 302, ANONYMOUS: 302}),
    "resource_address": Row(
        get={ANY: 404, ANONYMOUS: 404}, post={ANY: 404, ANONYMOUS: 404}, args=lambda: {"path": "library/none/"}
    ),
    "site:hello": Row(get={ANY: 200, ANONYMOUS: 200}),
}
