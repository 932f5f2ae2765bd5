"""The awarded resources become an online list and an anthology in one click."""

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.anthologies.models import Selection
from caselib.catalogue.models import ListItem
from tests import factories
from tests.caselib.competitions import scenes

pytestmark = pytest.mark.django_db


def test_an_editor_takes_the_winners_over_in_their_order_and_others_do_not() -> None:
    scene = scenes.confirmed()
    awarded = [entry.page_id for entry in scene.entries[:3]]
    client = Client()
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    answer = client.post(reverse("site:awards_to_list", args=[scene.call.pk]))
    assert answer.status_code == 302
    assert list(ListItem.objects.order_by("order").values_list("resource_id", flat=True)) == awarded
    answer = client.post(reverse("site:awards_to_anthology", args=[scene.call.pk]))
    assert answer.status_code == 302
    assert list(Selection.objects.order_by("item__order").values_list("page_id", flat=True)) == awarded
    other = Client()
    other.force_login(scene.office)
    assert other.post(reverse("site:awards_to_list", args=[scene.call.pk])).status_code == 403
