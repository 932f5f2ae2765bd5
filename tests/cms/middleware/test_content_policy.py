"""Every answer says what a browser may load: nothing from elsewhere, inline scripts under /admin/ only."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from cms.middleware.content_policy import ContentPolicyMiddleware

pytestmark = pytest.mark.django_db


def directives(policy: str) -> dict[str, set[str]]:
    parts = (part.split() for part in policy.split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/browse/", "/nowhere/"])
def test_public_pages_run_nothing_inline(client: Client, path: str) -> None:
    policy = directives(client.get(path)["Content-Security-Policy"])
    assert policy["default-src"] == {"'self'"}
    assert policy["object-src"] == {"'none'"}
    assert not {"script-src", "style-src"} & set(policy)


def test_the_admin_runs_its_inline_scripts_and_loads_nothing_from_elsewhere(client: Client) -> None:
    relaxed = directives(ContentPolicyMiddleware(lambda request: HttpResponse()).relaxed)
    assert "'unsafe-inline'" in relaxed["script-src"]
    known = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert set().union(*relaxed.values()) <= known
    assert directives(client.get("/admin/")["Content-Security-Policy"]) == relaxed


def test_an_answer_that_brings_its_own_policy_keeps_it() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    answer = ContentPolicyMiddleware(view)(RequestFactory().get("/file"))
    assert answer["Content-Security-Policy"] == "sandbox"
