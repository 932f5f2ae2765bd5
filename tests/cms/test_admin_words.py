"""What the administration of the whole site is called, where Wagtail has English words or none."""

from __future__ import annotations

import re

import lxml.html
import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_the_list_of_sites_has_no_english_head() -> None:
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    page = lxml.html.fromstring(client.get("/admin/sites/").content)
    heads = ["".join(head.itertext()).strip() for head in page.xpath("//table[contains(@class, 'listing')]//thead//th")]
    assert len(heads) == 5
    assert not [head for head in heads if not re.search("[一-鿿]", head)], heads
