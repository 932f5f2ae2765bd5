"""There is no road to a live resource but a grant for exactly that revision."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import Page

from caselib.core.errors import ConflictError, RefusedError
from caselib.resources.content import digest
from caselib.resources.models import CaseStudy, ResourcePage
from caselib.resources.publishing import publish_granted
from tests import factories

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, RefusedError)


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def test_revision_publish_is_refused() -> None:
    page = factories.draft()
    with pytest.raises(REFUSED), transaction.atomic():
        page.get_latest_revision().publish()
    assert not is_live(page)


def test_queryset_update_is_refused() -> None:
    page = factories.draft()
    with pytest.raises(REFUSED), transaction.atomic():
        ResourcePage.objects.filter(pk=page.pk).update(live=True)
    assert not is_live(page)


def test_a_page_inserted_live_is_refused() -> None:
    page = factories.draft()
    with pytest.raises(REFUSED), transaction.atomic():
        page.get_parent().add_child(
            instance=CaseStudy(title="直接上线", slug="direct", live=True, owner=page.owner, unit=page.unit)
        )
    assert not Page.objects.filter(slug="direct").exists()


def test_a_live_copy_is_refused() -> None:
    page = factories.live()
    with pytest.raises(REFUSED), transaction.atomic():
        page.copy(update_attrs={"slug": "copy", "title": "副本"}, keep_live=True)
    assert not Page.objects.filter(slug="copy", live=True).exists()


def test_an_alias_is_refused() -> None:
    page = factories.live()
    with pytest.raises(REFUSED), transaction.atomic():
        page.create_alias(update_slug="alias")
    assert not Page.objects.filter(slug="alias", live=True).exists()


def test_a_later_revision_needs_its_own_grant() -> None:
    page = factories.live()
    page.title = "改过的标题"
    revision = page.save_revision()
    with pytest.raises(REFUSED), transaction.atomic():
        revision.publish()
    assert Page.objects.get(pk=page.pk).live_revision_id != revision.pk


def test_a_revision_that_changed_after_it_was_read_is_refused() -> None:
    page = factories.draft()
    revision = page.get_latest_revision()
    read = digest(revision)
    page.title = "读后又改"
    page.save_revision(overwrite_revision=revision, user=revision.user)
    with pytest.raises(ConflictError):
        publish_granted(page, revision, read, by=None)
    assert not is_live(page)


def test_the_granted_revision_goes_live() -> None:
    page = factories.live(title="合规上线")
    assert is_live(page)
    assert page.title == "合规上线"
