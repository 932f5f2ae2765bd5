"""A page tells machines and print what it is: JSON-LD, a reference, QR codes that can be read."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.catalogue.citations import citation, schema_org
from caselib.catalogue.qr import qr_document
from caselib.core import clock
from caselib.resources.enums import Circulation, Kind
from cms.middleware.page_cache import store
from tests import factories

ADDRESS = "http://library.example/item/7/"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.NOTE])
def test_each_kind_describes_itself_as_a_learning_resource(db: None, client: Client, kind: Kind) -> None:
    page = factories.live(kind, title='引号"与</script><b>', abstract="一段 & 摘要")
    html = client.get(page.get_url()).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    data = json.loads(found[0])
    assert data["@context"] == "https://schema.org"
    assert "LearningResource" in data["@type"]
    assert data["name"] == page.title
    assert data["description"] == page.abstract
    assert date.fromisoformat(data["datePublished"]) == clock.today()
    assert data["url"].startswith("http")
    assert all(value not in ("", None, []) for value in data.values())


def test_a_reference_names_three_authors_at_most(db: None) -> None:
    names = [(name, "某党校") for name in ("甲一", "乙二", "丙三", "丁四")]
    day = date(2025, 1, 16)
    page = factories.live(Kind.CASE, title="一次重来", authors=names, written_on=day)
    text = citation(page, ADDRESS)
    today = f"{clock.today():%Y-%m-%d}"
    assert text.startswith(f"甲一, 乙二, 丙三, 等. 一次重来[Z/OL]. {page.unit.name}, 2025(2025-01-16)[{today}]. ")
    assert text.endswith(f"{ADDRESS}.")
    assert page.code in text


def test_a_textbook_is_a_monograph_and_nobody_is_the_unit(db: None) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    page = factories.live(Kind.TEXTBOOK, title="读本", by=author)
    text = citation(page, ADDRESS)
    assert "读本[M/OL]" in text
    assert not text.startswith(".")


def test_json_ld_cannot_end_its_element(db: None) -> None:
    page = factories.live(Kind.CASE, title="</script><!--\u2028&")
    text = str(schema_org(page, ADDRESS))
    assert "<" not in text
    assert "&" not in text
    assert json.loads(text)["name"] == "</script><!--\u2028&"


def test_the_short_address_in_the_code_leads_to_the_page(db: None, client: Client) -> None:
    page = factories.live(Kind.COURSE)
    answer = client.get(reverse("catalogue:resource", args=[page.pk]))
    assert answer.status_code == 302
    assert answer["Location"] == page.get_url()


def test_the_code_is_a_picture_of_its_own_for_whoever_may_open_the_page(db: None, client: Client) -> None:
    page = factories.live(Kind.COURSE)
    address = reverse("catalogue:resource_qr", args=[page.pk])
    assert f'src="{address}"' in client.get(page.get_url()).content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content == qr_document(f"http://testserver/item/{page.pk}/").encode()


@pytest.mark.usefixtures("kept_pages")
def test_numbers_that_lead_nowhere_fill_no_cache(db: None, client: Client) -> None:
    closed = factories.live(Kind.COURSE, circulation=Circulation.INTERNAL)
    used = store.used
    for pk in (closed.pk, closed.pk + 10_000, 10**17):
        assert client.get(reverse("catalogue:resource_qr", args=[pk])).status_code == 404
    assert store.used == used
