"""The demo library, seeded whole: everything through the rules, and a second run changes nothing."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.anthologies.models import Edition
from caselib.catalogue.enums import OrderState
from caselib.catalogue.models import CatalogueList, OrderRequest
from caselib.competitions.models import Competition
from caselib.core import audit
from caselib.resources.models import ResourcePage
from caselib.review.enums import Outcome
from caselib.review.models import Decision, Finding
from cms.demo import content, films


def everything() -> dict[str, int]:
    """How many rows each model of the site has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def fingerprint() -> list[tuple[object, ...]]:
    return list(
        ResourcePage.objects.order_by("pk").values_list("pk", "live_revision", "latest_revision", "withdrawn_at")
    )


@pytest.mark.django_db
def test_the_demo_library_stands_and_a_second_run_changes_nothing() -> None:
    call_command("seed_demo", stdout=StringIO())
    _check_resources()
    _check_people()
    _check_work()
    assert audit.verify() is None
    before, pages = everything(), fingerprint()
    out = StringIO()
    call_command("seed_demo", stdout=out)
    assert everything() == before
    assert fingerprint() == pages
    for role in Role:
        assert str(role.label) in out.getvalue() or role.value in out.getvalue()


def _check_resources() -> None:
    kinds = Counter(page.specific_class._meta.model_name for page in ResourcePage.objects.filter(live=True))
    least = {
        "casestudy": 16,
        "lessonplan": 6,
        "course": 10,
        "textbook": 3,
        "video": 6,
        "teachingpoint": 6,
        "teacher": 6,
    }
    assert {kind: kinds[kind] for kind in least if kinds[kind] < least[kind]} == {}
    for page in ResourcePage.objects.filter(live=True).exclude(code=""):
        passes = Decision.objects.filter(page=page, outcome=Outcome.PASS, voided_at=None, revision=page.live_revision)
        readers = [decision.decided_by_id for decision in passes]
        assert len(readers) >= 3 and len(set(readers)) == len(readers), page.code
        assert page.owner_id not in readers, page.code
    if films.can_make():
        for film in apps.get_model("resources.Video").objects.filter(live=True):
            assert film.video_file.duration and film.video_file.still and film.video_file.captions.exists(), film.code


def _check_people() -> None:
    assert Unit.objects.filter(code__startswith="LJ").exists()
    assert {role for role in Role if not User.objects.filter(groups__name=role).exists()} == set()
    for user in User.objects.filter(email__endswith="@caselib.invalid"):
        assert len(user.roles & {"system_admin", "security_admin", "audit_admin"}) <= 1
        assert not user.is_superuser


def _check_work() -> None:
    waiting = {state.task.name for page in ResourcePage.objects.filter(live=False) for state in _open_stages(page)}
    assert len(waiting) == 3
    assert Decision.objects.filter(outcome=Outcome.RETURN).count() == 1
    assert Finding.objects.filter(severity="blocking").exists()
    assert set(OrderRequest.objects.values_list("state", flat=True)) == set(OrderState.values)
    assert set(CatalogueList.objects.values_list("kind", flat=True)) == {"curated", "rule", "campaign"}
    assert CatalogueList.objects.count() == len(content.rows("lists", "list"))
    assert {"published", "confirmed"} <= set(Competition.objects.values_list("state", flat=True))
    assert ResourcePage.objects.filter(awards__tier="first").exists()
    assert sorted(edition.frozen for edition in Edition.objects.all()) == [False, True]


def _open_stages(page: ResourcePage) -> list[object]:
    run = page.workflow_states.filter(status="in_progress").first()
    return [run.current_task_state] if run else []


def test_a_production_site_gets_no_accounts_with_a_known_password(settings: Any) -> None:
    settings.SETTINGS_MODULE = "cms.settings.production"
    with pytest.raises(CommandError, match="password"):
        call_command("seed_demo", stdout=StringIO())
