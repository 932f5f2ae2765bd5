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
