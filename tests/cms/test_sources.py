"""Editions are filled from online lists, whose app they do not know."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.anthologies import services, sources
from caselib.catalogue.services import lists
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_edition_takes_a_list_over_in_its_order(client: Client) -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    pages = [factories.live(title=f"村账之{n}") for n in range(3)]
    chosen = lists.create_list(lists.ListDetails(title="村账清单"), by=editor)
    for page in (pages[2], pages[0]):
        lists.add_item(chosen, page, by=editor)
    edition = services.create_edition(services.create_anthology("选本", by=editor), name="一", year=2025, by=editor)
    client.force_login(editor)
    url = reverse("anthologies:edit", args=[edition.pk])
    assert f'value="list|{chosen.code}"' in client.get(url).content.decode()
    client.post(reverse("anthologies:act", args=[edition.pk, "fill"]), {"source": f"list|{chosen.code}"})
    taken = edition.selections.order_by("item__order").values_list("page_id", flat=True)
    assert list(taken) == [pages[2].pk, pages[0].pk]


@pytest.mark.parametrize("value", ["", "|", "list|", "list|NOPE", "nothing|1", "list|" + "9" * 500, "list|\x00"])
def test_a_choice_that_does_not_exist_gives_nothing(value: str) -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    source, _sep, choice = value.partition("|")
    assert sources.chosen(Viewer.of(editor), source, choice) == []
