"""What nobody types: on every road into search it is answered, cut where it is endless, and never an error.

A sample of what ``benchmarks.search_hostile`` asks a hundred thousand times.
"""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from benchmarks.search_hostile import strings
from caselib.accounts.viewers import Viewer
from search import api, upkeep
from search.api import SearchRequest
from tests import factories

pytestmark = pytest.mark.django_db


def test_hostile_texts_are_answered_on_every_road() -> None:
    factories.live(title="渔港治理与党风廉政建设")
    upkeep.keep_all_up()
    client = Client()
    for number, text in enumerate([*strings(120, seed=3), "党" * 10_000_000]):
        result = api.search(SearchRequest(text))
        assert result.engine == "embedded", ascii(text[:80])
        assert bool(result.notices) or len(text) <= 4_000, ascii(text[:80])
        api.suggest(text, Viewer())
        if number % 12 == 0:
            raw = text[:3_000].encode("utf-8", "surrogatepass")
            for address in ("/browse/", "/search-api/suggest/"):
                assert client.get(address, {"q": raw}).status_code < 500, ascii(text[:80])
    for text in ("\udcff\udced 渔港", "\x00渔港\x00", "\ud800渔港\u202e"):  # as an argument that is no UTF-8 arrives
        out = StringIO()
        call_command("search", text, "--json", stdout=out)
        assert json.loads(out.getvalue())["total"] == 1
        out.getvalue().encode()


@pytest.mark.parametrize(
    "typed", ["%00", "%ED%A0%80", "%0a%0d", "%1b%5b1m", "%E2%80%AE", "%ff%fe", "%%0000", "a%0%00", "%7f"]
)
def test_control_characters_in_an_address_are_left_out_of_what_is_asked(client: Client, typed: str) -> None:
    factories.live(title="渔港治理与党风廉政建设")
    upkeep.keep_all_up()
    answer = client.get(f"/browse/?q={typed}渔港{typed}&sort=newest{typed}&page=1{typed}&kind=%00")
    assert answer.status_code == 200
    assert not set(answer.content.decode()) & set("\x00\x1b\x7f")
    if typed in ("%00", "%%0000"):
        assert "渔港治理与党风廉政建设" in answer.content.decode()
    found = client.get(f"/search-api/suggest/?q={typed}渔港").json()["suggestions"]
    assert not found or found[0]["text"].startswith("渔港")
    assert client.get(f"/kiosk/find/?q={typed}渔港").status_code == 200


def test_a_suggestion_says_in_the_readers_language_what_it_is(client: Client) -> None:
    factories.live(title="渔港治理", authors=[("余岗", "")])
    upkeep.keep_all_up()
    found = client.get("/search-api/suggest/?q=yug").json()["suggestions"]
    assert [(one["text"], one["label"]) for one in found] == [("渔港治理", "题名"), ("余岗", "作者、单位")]
