"""Wagtail's own admin names no draft and no file that is nobody's business, by whatever address."""

from __future__ import annotations

import pytest
from django.test import Client

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.review.models import Rule, RulePack
from tests import factories
from tests.caselib.media.test_uploads import document, image

pytestmark = pytest.mark.django_db
SECRET = "zqsecretname"  # ASCII: JSON writes other letters as numbers


def told(client: Client, *addresses: str) -> list[str]:
    return [address for address in addresses if SECRET in client.get(address, follow=True).content.decode()]


@pytest.fixture(params=[Role.AUTHOR, Role.DISPATCHER, Role.SYSTEM_ADMIN, Role.JUDGE])
def curious(request: pytest.FixtureRequest) -> Client:
    client = Client()
    client.force_login(factories.UserFactory(roles=[request.param]))
    return client


def test_no_address_tells_the_title_of_a_foreign_draft(curious: Client) -> None:
    draft = factories.draft(title=SECRET)
    parent = draft.get_parent().pk
    bulk = [
        f"/admin/bulk/wagtailcore/page/{act}/?{chosen}"
        for act in ("delete", "move", "publish", "unpublish", "add_terms", "assign_unit")
        for chosen in (f"id={draft.pk}", f"id=all&childOf={parent}")
    ]
    pk = draft.pk
    choosers = [f"/admin/choose-page/{pk}/", f"/admin/choose-page/chosen-multiple/?id={pk}", f"/admin/pages/{pk}/"]
    assert told(curious, *bulk, *choosers, f"/admin/pages/{pk}/results/") == []
    owner = Client()
    owner.force_login(draft.owner)
    assert len(told(owner, *choosers, f"/admin/bulk/wagtailcore/page/publish/?id={pk}")) == 4


def test_no_address_tells_the_name_of_a_foreign_file(curious: Client) -> None:
    uploader: User = factories.UserFactory(roles=[Role.AUTHOR])
    picture, paper = image(uploader, title=SECRET), document(uploader, title=SECRET)
    addresses = []
    for kind, endpoint, pk in (("caseimage", "images", picture.pk), ("casedocument", "documents", paper.pk)):
        acts = ("delete", "add_tags", "add_to_collection")
        addresses += [f"/admin/bulk/media/{kind}/{act}/?id={pk}" for act in acts]
        addresses += [f"/admin/api/main/{endpoint}/", f"/admin/api/main/{endpoint}/{pk}/"]
    assert told(curious, *addresses) == []
    owner = Client()
    owner.force_login(uploader)
    assert told(owner, *addresses) == addresses


def test_no_bulk_action_tells_what_a_rule_looks_for(curious: Client) -> None:
    pack = RulePack.objects.first() or RulePack.objects.create(code="p", name="包")
    rule = Rule.objects.filter(pack=pack).first()
    assert rule is not None
    Rule.objects.filter(pk=rule.pk).update(text=SECRET)
    assert told(curious, f"/admin/bulk/review/rule/delete/?id={rule.pk}") == []
