"""Two people have the same form open: who saves second is told so, and nothing of the first is written over in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.anthologies.models import Anthology
from caselib.catalogue import services as catalogue
from caselib.core import clock
from caselib.core.models import CalendarDay
from caselib.media.models import VideoFile
from caselib.review.models import Checklist
from caselib.vocabularies import services as vocabularies
from caselib.vocabularies.models import Topic
from tests import factories
from tests.caselib.media.test_uploads import image

pytestmark = pytest.mark.django_db
MEANWHILE = "同事刚刚修改了这一项"
Case = tuple[Role, models.Model, str, dict[str, Any], dict[str, Any]]


def account() -> Case:
    row = factories.UserFactory(name="原名", phone="1")
    return Role.SYSTEM_ADMIN, row, reverse("wagtailusers_users:edit", args=[row.pk]), {"name": "甲名"}, {"name": "乙名"}


def roles() -> Case:
    row = factories.UserFactory(roles=[Role.AUTHOR])
    editor, judge = (Group.objects.get(name=name).pk for name in (Role.EDITOR, Role.JUDGE))
    url = reverse("wagtailusers_users:edit", args=[row.pk])
    return Role.SECURITY_ADMIN, row, url, {"groups": [editor]}, {"groups": [judge]}


def unit() -> Case:
    row = factories.unit("旧名单位")
    return Role.SYSTEM_ADMIN, row, reverse("units:edit", args=[row.pk]), {"name": "甲单位"}, {"name": "乙单位"}


def unit_moved() -> Case:
    row, one, other = factories.unit("丙单位"), factories.unit("甲单位"), factories.unit("乙单位")
    return Role.SYSTEM_ADMIN, row, reverse("units:edit", args=[row.pk]), {"parent": one.pk}, {"parent": other.pk}


def term() -> Case:
    row = vocabularies.create_term(Topic, "廉洁教育", by=None)
    return Role.EDITOR, row, reverse("topics:edit", args=[row.pk]), {"scope_note": "甲注"}, {"scope_note": "乙注"}


def holiday() -> Case:
    row = CalendarDay.objects.create(day=date(2027, 2, 8), name="春节", worked=False)
    url = reverse(CalendarDay.snippet_viewset.get_url_name("edit"), args=[row.pk])  # type: ignore[attr-defined]
    return Role.SYSTEM_ADMIN, row, url, {"name": "甲日"}, {"name": "乙日"}


def anthology() -> Case:
    row = Anthology.objects.create(title="旧书名", created_by=factories.UserFactory(), created_at=clock.now())
    url = reverse("anthologies:change", args=[row.pk])
    return Role.EDITOR, row, url, {"title": "甲书"}, {"title": "乙书", "publisher": "乙社"}


def picture() -> Case:
    row = image(factories.UserFactory())
    return Role.EDITOR, row, reverse("wagtailimages:edit", args=[row.pk]), {"title": "甲图"}, {"title": "乙图"}


def film() -> Case:
    row = VideoFile.objects.create(title="旧片名", file="films/x.mp4", sha256="0" * 64)
    return Role.EDITOR, row, reverse("films:edit", args=[row.pk]), {"title": "甲片"}, {"title": "乙片"}


def sent_by(form: Any) -> dict[str, Any]:
    """Return what a browser sends of ``form`` as it is shown, with the rows of its formsets."""
    values = {
        field.html_name: field.value()
        for field in form
        if not field.field.disabled and field.value() not in (None, False, "") and not hasattr(field.value(), "url")
    }
    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return {
        name: [getattr(row, "pk", row) for row in value] if isinstance(value, list) else value
        for name, value in values.items()
    }


@pytest.mark.parametrize("case", [account, roles, unit, unit_moved, term, holiday, anthology, picture, film])
def test_who_saves_second_is_told_and_the_first_stays(
    case: Callable[[], Case], client_of: Callable[..., Client]
) -> None:
    role, row, url, first, second = case()
    one, other = client_of(role), client_of(role)
    shown, shown_too = (client.get(url) for client in (one, other))
    assert 'name="seen"' in shown.content.decode()
    answer = one.post(url, sent_by(shown.context["form"]) | first)
    assert answer.status_code == 302, answer.context["form"].errors
    kept = _state(row)
    late = other.post(url, sent_by(shown_too.context["form"]) | second)
    assert late.status_code != 302 and MEANWHILE in late.content.decode()
    assert _state(row) == kept
    again = other.get(url)
    assert other.post(url, sent_by(again.context["form"]) | second).status_code == 302
    assert _state(row) != kept


def _state(row: models.Model) -> list[Any]:
    fresh = type(row)._base_manager.get(pk=row.pk)
    values = [field.value_from_object(fresh) for field in fresh._meta.concrete_fields if field.name != "last_login"]
    return [*map(str, values), sorted(fresh.groups.values_list("name")) if isinstance(fresh, User) else 0]


def test_what_is_sent_back_as_it_was_shown_is_no_change(client_of: Callable[..., Client]) -> None:
    """Neither a sign-in nor a unit put beside this one in the tree is a change of what the form shows."""
    person, place = factories.UserFactory(name="原名"), factories.unit("丙单位")
    keeper = client_of(Role.SYSTEM_ADMIN)
    for row, name in ((person, "wagtailusers_users:edit"), (place, "units:edit")):
        url = reverse(name, args=[row.pk])
        data = sent_by(keeper.get(url).context["form"])
        User.objects.filter(pk=person.pk).update(last_login=clock.now())
        factories.unit(code=f"a0{row.pk}")
        assert keeper.post(url, data).status_code == 302


def test_two_editors_write_a_line_about_the_same_item(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.EDITOR)
    editor = factories.UserFactory(roles=[Role.EDITOR])
    made = catalogue.create_list(catalogue.ListDetails(title="学习清单"), by=editor)
    item = catalogue.add_item(made, factories.live(), by=editor)
    page = client.get(reverse("catalogue:list_edit", args=[made.code]))
    form = page.context["rows"][0][2]
    url = reverse("catalogue:item_act", args=[made.code, item.pk, "change"])
    catalogue.change_item(item, section="", line="同事写的", obligation=item.obligation, by=editor)
    answer = client.post(url, {**form.initial, "line": "我写的"}, follow=True)
    assert MEANWHILE in answer.content.decode()
    item.refresh_from_db()
    assert item.line == "同事写的"


def test_two_administrators_change_what_a_group_may_do(client_of: Callable[..., Client]) -> None:
    from tests.caselib.accounts.test_accounts import group_form

    client = client_of(Role.SECURITY_ADMIN)
    group = Group.objects.get(name=Role.TRAINEE)
    url = reverse("wagtailusers_groups:edit", args=[group.pk])
    seen = client.get(url).context["seen"]
    data = group_form(client, group, "search.add_synonymgroup")
    assert client.post(url, {**data, "seen": seen}).status_code == 302
    late = group_form(client, group, "search.delete_synonymgroup")
    assert client.post(url, {**late, "seen": seen}).status_code == 409
    assert [row.codename for row in group.permissions.filter(codename__contains="synonymgroup")] == ["add_synonymgroup"]


def test_two_write_the_questions_of_a_checklist(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.SECURITY_ADMIN)
    row = Checklist.objects.first()
    assert row is not None
    url = reverse("review:checklist", args=[row.pk])
    seen = client.get(url).context["form"].initial["seen"]
    assert client.post(url, {"questions": "甲问", "seen": seen}).status_code == 302
    late = client.post(url, {"questions": "乙问", "seen": seen})
    assert late.status_code == 422 and MEANWHILE in late.content.decode() and "乙问" in late.content.decode()
    current = row.current()
    assert current is not None and current.items[0]["text"] == "甲问"
