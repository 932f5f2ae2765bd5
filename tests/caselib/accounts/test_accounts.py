"""Accounts: one administrator a person, roles only from the security administrator, sign-in and inbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import move_to_unit, notify, set_roles
from caselib.core.errors import RefusedError
from caselib.core.models import AuditRecord
from tests import factories

pytestmark = pytest.mark.django_db


def payload(**kwargs: Any) -> dict[str, Any]:
    return {"username": "zhang", "name": "张三", "email": "z@example.invalid", "is_active": "on", **kwargs}


def test_two_administrators_in_one_account_are_refused() -> None:
    user = factories.UserFactory(roles=[Role.SYSTEM_ADMIN])
    with pytest.raises(RefusedError):
        set_roles(user, [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN], by=None)
    assert User.objects.get(pk=user.pk).roles == {Role.SYSTEM_ADMIN.value}


def test_the_form_refuses_two_administrators(client_of: Callable[..., Client]) -> None:
    user = factories.UserFactory()
    groups = list(Group.objects.filter(name__in=[Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN]).values_list("pk", flat=True))
    client = client_of(Role.SECURITY_ADMIN)
    response = client.post(reverse("wagtailusers_users:edit", args=[user.pk]), {"groups": groups})
    assert response.status_code == 200
    assert User.objects.get(pk=user.pk).roles == frozenset()


def test_the_system_administrator_creates_accounts_but_gives_no_roles(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.SYSTEM_ADMIN)
    group = Group.objects.get(name=Role.FINAL_REVIEWER)
    unit = factories.unit("云岭县委党校")
    data = payload(unit=unit.pk, groups=[group.pk], password1="yunling-2026-x", password2="yunling-2026-x")
    response = client.post(reverse("wagtailusers_users:add"), data)
    assert response.status_code == 302, response.context["form"].errors
    user = User.objects.get(username="zhang")
    assert user.roles == frozenset()
    assert user.unit == unit
    assert AuditRecord.objects.filter(verb="accounts.created", target_id=str(user.pk)).exists()


def test_the_security_administrator_gives_roles_but_changes_no_account(client_of: Callable[..., Client]) -> None:
    user = factories.UserFactory(name="李四")
    client = client_of(Role.SECURITY_ADMIN)
    group = Group.objects.get(name=Role.JUDGE)
    response = client.post(
        reverse("wagtailusers_users:edit", args=[user.pk]), payload(name="改名", groups=[group.pk], is_superuser="on")
    )
    assert response.status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.roles == {Role.JUDGE.value}
    assert user.name == "李四"
    assert not user.is_superuser


def test_what_the_form_shows_is_enough_to_save_it(client_of: Callable[..., Client]) -> None:
    """Every field that the form asks for stands on the page, and sent back as it stands it changes nothing."""
    user = factories.UserFactory(roles=[Role.AUTHOR], name="李四", phone="0571-12345678")
    for url in (reverse("wagtailusers_users:add"), reverse("wagtailusers_users:edit", args=[user.pk])):
        response = client_of(Role.SYSTEM_ADMIN).get(url)
        html = response.content.decode()
        form = response.context["form"]
        assert [name for name in form.fields if f'name="{name}"' not in html] == []
        fields = html[html.index('<ul class="fields">') :].partition("</form>")[0]
        assert ">None<" not in re.sub(r"\s+", "", fields)
    values = {field.name: field.value() for field in form if not field.field.disabled and field.value() is not None}
    response = client_of(Role.SYSTEM_ADMIN).post(url, {**values, "is_active": "on", "name": "李四光"})
    assert response.status_code == 302, response.context["form"].errors
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.name, fresh.unit, fresh.phone, fresh.roles) == ("李四光", user.unit, user.phone, {Role.AUTHOR.value})


def test_nobody_gives_roles_to_the_own_account() -> None:
    """The security administrator could else become a reviewer, pass a stage, and lay the role down again."""
    user = factories.UserFactory(roles=[Role.SECURITY_ADMIN])
    client = Client()
    client.force_login(user)
    group = Group.objects.get(name=Role.FINAL_REVIEWER)
    own = Group.objects.get(name=Role.SECURITY_ADMIN)
    client.post(reverse("wagtailusers_users:edit", args=[user.pk]), payload(groups=[own.pk, group.pk]))
    assert User.objects.get(pk=user.pk).roles == {Role.SECURITY_ADMIN.value}
    with pytest.raises(RefusedError):
        set_roles(user, [Role.SECURITY_ADMIN, Role.FINAL_REVIEWER], by=user)
    set_roles(user, [], by=user)
    assert User.objects.get(pk=user.pk).roles == frozenset()


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_the_system_administrator_does_not_sign_in_as_another_administrator(
    client_of: Callable[..., Client], role: Role
) -> None:
    """Whoever sets a password can use the account: name, address and password stay with its owner."""
    user = factories.UserFactory(roles=[role], username="guan", email="guan@example.invalid")
    user.set_password("ganz-eigenes-2026")
    user.save()
    data = payload(
        username="uebernommen", email="ich@example.invalid", password1="fremdes-2026-x", password2="fremdes-2026-x"
    )
    client_of(Role.SYSTEM_ADMIN).post(reverse("wagtailusers_users:edit", args=[user.pk]), data)
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.username, fresh.email) == ("guan", "guan@example.invalid")
    assert fresh.check_password("ganz-eigenes-2026")


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.EDITOR, Role.AUDIT_ADMIN, Role.FINAL_REVIEWER])
def test_nobody_else_reaches_the_accounts(client_of: Callable[..., Client], role: Role) -> None:
    user = factories.UserFactory()
    response = client_of(role).post(reverse("wagtailusers_users:edit", args=[user.pk]), payload())
    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")
    assert User.objects.get(pk=user.pk).name != "张三"


def test_a_unit_is_added_under_another_and_moved(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.SYSTEM_ADMIN)
    city, other = factories.unit("甲市"), factories.unit("乙市")
    data = {"name": "丙县", "code": "bing", "parent": city.pk, "level": "county", "kind": "school", "active": "on"}
    assert client.post(reverse("units:add"), data).status_code == 302
    county = Unit.objects.get(code="bing")
    assert county.get_parent() == city
    response = client.post(reverse("units:edit", args=[county.pk]), data | {"parent": other.pk})
    assert response.status_code == 302
    assert Unit.objects.get(code="bing").get_parent() == other


def test_moving_to_a_unit_keeps_the_former_one() -> None:
    user = factories.UserFactory()
    first, second = user.unit, factories.unit()
    move_to_unit(user, first, by=None)
    move_to_unit(user, second, by=None)
    assert [m.unit for m in user.memberships.order_by("pk")] == [first, second]
    assert user.memberships.filter(until__isnull=True).get().unit == second


def test_sign_in_by_form(client: Client) -> None:
    user = factories.UserFactory(username="wang")
    user.set_password("geheim-geheim")
    user.save()
    response = client.post(reverse("accounts:login"), {"username": "wang", "password": "geheim-geheim"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_does_not_redirect_away(client: Client, target: str) -> None:
    user = factories.UserFactory(username="wang")
    user.set_password("geheim-geheim")
    user.save()
    data = {"username": "wang", "password": "geheim-geheim", "next": target}
    assert client.post(reverse("accounts:login"), data)["Location"] == "/"


def test_notices_are_own_and_mailed_on_commit(
    client: Client, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    mine, other = factories.UserFactory(), factories.UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        notify([mine], subject=gettext_lazy("请复审\n一件"), url="/review/")
        (foreign,) = notify([other], subject=gettext_lazy("别人的"))
    client.force_login(mine)
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "请复审" in page
    assert "别人的" not in page
    assert [m.to for m in mailoutbox] == [[mine.email], [other.email]]
    assert client.post(reverse("accounts:notice", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("accounts:notice", args=[mine.notices.get().pk]))["Location"] == "/review/"


def test_a_letter_says_who_writes_to_whom_and_where_it_is_seen(
    mailoutbox: list[Any], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Some notices have no text of their own; whoever acts may read the site in English, the others do not."""
    settings.WAGTAILADMIN_BASE_URL, settings.LANGUAGE_CODE = "https://anli.example.cn", "zh-hans"
    person = factories.UserFactory(name="阿依古丽·买买提")
    with django_capture_on_commit_callbacks(execute=True), translation.override("en"):
        notify([person], subject=gettext_lazy("请评价：三本账"), url="/rate/x/")
    (letter,) = mailoutbox
    assert letter.body.splitlines()[0] == "阿依古丽·买买提，您好："
    assert "请评价：三本账" in letter.body
    assert "查看：https://anli.example.cn/rate/x/\n" in letter.body
    message = letter.message()
    assert str(make_header(decode_header(message["From"]))).startswith("案例课程库 <")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_does_not_answer_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Sixty people are told of results: sixty times ten seconds would be ten minutes before the page answers."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    tried: list[object] = []

    def refuse(*args: object, **kwargs: object) -> None:
        tried.append(args)
        raise TimeoutError

    monkeypatch.setattr("smtplib.SMTP.__init__", refuse)
    people = [factories.UserFactory() for _ in range(5)]
    with django_capture_on_commit_callbacks(execute=True):
        assert len(notify(people, subject=gettext_lazy("评选结果"))) == 5
    assert len(tried) == 1


@pytest.mark.parametrize("size", [1, 30])
def test_the_inbox_needs_as_many_queries_for_thirty(
    client: Client, size: int, django_assert_max_num_queries: Any
) -> None:
    user = factories.UserFactory()
    for number in range(size):
        notify([user], subject=gettext_lazy("%(number)d"), words={"number": number})
    client.force_login(user)
    with django_assert_max_num_queries(8):
        assert client.get(reverse("accounts:notices")).status_code == 200


def test_the_administration_sends_to_the_one_page_to_sign_in_and_says_why(client: Client) -> None:
    login = reverse("accounts:login")
    assert client.get("/admin/")["Location"] == f"{login}?next=/admin/"
    client.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(login)
    assert "您没有权限" in answer.content.decode()


@pytest.mark.parametrize(("role", "shown"), [(Role.TRAINEE, False), (Role.UNIT_CONTACT, False), (Role.AUTHOR, True)])
def test_the_menu_leads_to_the_administration_only_whom_it_lets_in(client: Client, role: Role, shown: bool) -> None:
    client.force_login(factories.UserFactory(roles=[role]))
    assert ('href="/admin/"' in client.get("/about/").content.decode()) is shown
    assert (client.get("/admin/").status_code == 200) is shown


def test_who_signed_in_before_an_upgrade_stays_signed_in_and_who_was_closed_does_not() -> None:
    user = factories.UserFactory(name="留任者")
    reader = Client()
    reader.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "留任者" in reader.get("/desk/").content.decode()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert reader.get("/desk/").status_code == 302


def group_form(client: Client, group: Group, *permissions: str) -> dict[str, Any]:
    """Return what the page of ``group`` sends, with ``permissions`` ticked (``app.codename``)."""
    response = client.get(reverse("wagtailusers_groups:edit", args=[group.pk]))
    data: dict[str, Any] = {"name": group.name}
    for panel in response.context["permission_panels"]:
        data |= {field.html_name: field.value() for field in panel.management_form}
    pairs = [name.split(".") for name in permissions]
    chosen = [Permission.objects.get(content_type__app_label=app, codename=codename) for app, codename in pairs]
    return data | {"permissions": [permission.pk for permission in chosen]}


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.TRAINEE])
def test_the_security_administrator_gives_rights_neither_to_an_own_group_nor_to_an_administrators(role: Role) -> None:
    """Whoever may change groups could else do everything: keep accounts, read the chain, write pages."""
    user = factories.UserFactory(roles=[Role.SECURITY_ADMIN, Role.TRAINEE])
    client = Client()
    client.force_login(user)
    group = Group.objects.get(name=role)
    before = set(group.permissions.values_list("pk", flat=True))
    data = group_form(client, group, "accounts.add_user", "core.view_auditrecord")
    response = client.post(reverse("wagtailusers_groups:edit", args=[group.pk]), data)
    assert response.status_code == 403
    assert set(group.permissions.values_list("pk", flat=True)) == before
    assert not User.objects.get(pk=user.pk).has_perm("accounts.add_user")
    assert "button-longrunning" not in client.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()


def test_what_a_group_may_do_changes_with_a_row_in_the_chain(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.SECURITY_ADMIN)
    group = Group.objects.get(name=Role.TRAINEE)
    url = reverse("wagtailusers_groups:edit", args=[group.pk])
    page = client.get(url).content.decode()
    assert "button-longrunning" in page
    data = group_form(client, group, "search.add_synonymgroup")
    assert client.post(url, data).status_code == 302
    row = AuditRecord.objects.get(verb="accounts.permissions_set")
    assert (row.target_id, row.data) == (str(group.pk), {"added": ["search.add_synonymgroup"], "removed": []})
    assert client.post(url, data).status_code == 302
    assert AuditRecord.objects.filter(verb="accounts.permissions_set").count() == 1


def switch(client: Client, *users: User, active: bool) -> int:
    query = "&".join(f"id={user.pk}" for user in users)
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "set_active_state"])
    return client.post(f"{url}?{query}", {"mark_as_active": str(active)}).status_code


def test_accounts_are_switched_in_bulk_by_who_keeps_them_and_with_a_row_each(client_of: Callable[..., Client]) -> None:
    people = [factories.UserFactory(), factories.UserFactory(roles=[Role.SYSTEM_ADMIN])]
    switch(client_of(Role.SECURITY_ADMIN), *people, active=False)
    assert all(User.objects.get(pk=person.pk).is_active for person in people)
    keeper = client_of(Role.SYSTEM_ADMIN)
    assert switch(keeper, *people, active=False) == 302
    assert not any(User.objects.get(pk=person.pk).is_active for person in people)
    rows = AuditRecord.objects.filter(verb="accounts.changed", data__active=False)
    assert {row.target_id for row in rows} == {str(person.pk) for person in people}
    switch(keeper, people[0], active=True)
    assert User.objects.get(pk=people[0].pk).is_active


def test_the_system_administrator_does_not_sign_in_as_the_first_account(client_of: Callable[..., Client]) -> None:
    """A superuser may do everything: whoever sets that password may, too."""
    first = factories.UserFactory(username="first", is_superuser=True)
    first.set_password("ganz-eigenes-2026")
    first.save()
    data = payload(username="uebernommen", password1="fremdes-2026-x", password2="fremdes-2026-x")
    client_of(Role.SYSTEM_ADMIN).post(reverse("wagtailusers_users:edit", args=[first.pk]), data)
    fresh = User.objects.get(pk=first.pk)
    assert fresh.username == "first"
    assert fresh.check_password("ganz-eigenes-2026")


def test_a_group_is_taken_away_as_it_was_given(client_of: Callable[..., Client]) -> None:
    """Groups of readers decide who reads what is restricted: unticking one did nothing."""
    user = factories.UserFactory(roles=[Role.TRAINEE], username="reader")
    group = Group.objects.create(name="涉密案例读者")
    trainee = Group.objects.get(name=Role.TRAINEE)
    client = client_of(Role.SECURITY_ADMIN)
    edit = reverse("wagtailusers_users:edit", args=[user.pk])
    page = client.get(edit).content.decode()
    assert "涉密案例读者" in page
    assert "Moderators" not in page, "groups that Wagtail's migrations leave are nobody's roles here"
    client.post(edit, payload(groups=[trainee.pk, group.pk]))
    assert set(user.groups.values_list("name", flat=True)) == {Role.TRAINEE, group.name}
    client.post(edit, payload(groups=[trainee.pk]))
    assert set(user.groups.values_list("name", flat=True)) == {Role.TRAINEE}
    rows = AuditRecord.objects.filter(verb="accounts.groups_set").order_by("sequence")
    assert [row.data["after"] for row in rows] == [["涉密案例读者"], []]
    client_of(Role.SYSTEM_ADMIN).post(edit, payload(name="改名", groups=[group.pk]))
    assert set(user.groups.values_list("name", flat=True)) == {Role.TRAINEE}, (
        "groups are given by the security administrator"
    )


def test_no_mail_sets_a_password() -> None:
    """Decision 0013: by the system administrator or on the server, each in the audit chain or by two people."""
    boss = factories.UserFactory(roles=[Role.SECURITY_ADMIN], email="boss@example.invalid")
    answer = Client().post("/admin/password_reset/", {"email": boss.email})
    assert answer.status_code == 404
    assert mail.outbox == []
    assert "/admin/password_reset/" not in Client().get("/admin/login/").content.decode()


def signed_in(user: User) -> Client:
    reader = Client()
    reader.force_login(user)
    assert reader.get("/account/notices/").status_code == 200
    return reader


def by_form(keeper: Client, user: User, **changes: Any) -> None:
    fresh = User.objects.get(pk=user.pk)
    data = payload(username=fresh.username, name=fresh.name, email="z@example.invalid", **changes)
    answer = keeper.post(reverse("wagtailusers_users:edit", args=[user.pk]), data)
    assert answer.status_code == 302, answer.context["form"].errors


@pytest.mark.parametrize("road", ["list", "form"])
def test_who_is_switched_off_and_on_again_has_to_sign_in_again(client_of: Callable[..., Client], road: str) -> None:
    """A session lasts two weeks; it was let in again with the account."""
    user, keeper = factories.UserFactory(), client_of(Role.SYSTEM_ADMIN)
    before, elsewhere = signed_in(user), signed_in(user)
    if road == "list":
        switch(keeper, user, active=False)
        switch(keeper, user, active=True)
    else:
        by_form(keeper, user, is_active="")
        assert not User.objects.get(pk=user.pk).is_active
        by_form(keeper, user)
    assert User.objects.get(pk=user.pk).is_active
    assert [reader.get("/account/notices/").status_code for reader in (before, elsewhere)] == [302, 302]
    signed_in(User.objects.get(pk=user.pk))


def test_a_new_password_from_the_administrator_ends_the_sessions(client_of: Callable[..., Client]) -> None:
    user = factories.UserFactory()
    before = signed_in(user)
    by_form(client_of(Role.SYSTEM_ADMIN), user, password1="yunling-2026-x", password2="yunling-2026-x")
    assert User.objects.get(pk=user.pk).check_password("yunling-2026-x")
    assert before.get("/account/notices/").status_code == 302


@pytest.mark.parametrize(
    ("held", "given", "stays"),
    [
        ([Role.AUTHOR], [Role.AUTHOR, Role.AUDIT_ADMIN], False),
        ([Role.SYSTEM_ADMIN], [], False),
        ([Role.SECURITY_ADMIN], [Role.AUDIT_ADMIN], False),
        ([Role.AUTHOR], [Role.EDITOR], True),
        ([Role.AUDIT_ADMIN], [Role.AUDIT_ADMIN, Role.AUTHOR], True),
    ],
)
def test_who_becomes_or_ceases_to_be_an_administrator_signs_in_again(
    held: list[Role], given: list[Role], stays: bool
) -> None:
    user = factories.UserFactory(roles=held)
    before = signed_in(user)
    set_roles(User.objects.get(pk=user.pk), given, by=factories.UserFactory())
    assert before.get("/account/notices/").status_code == (200 if stays else 302)


def test_a_change_of_the_account_writes_only_what_it_changes(client_of: Callable[..., Client]) -> None:
    """The whole row was written back as it had been read: a password set at that moment was the old one again."""
    user, keeper = factories.UserFactory(name="李四"), client_of(Role.SYSTEM_ADMIN)
    before = signed_in(user)
    by_form(keeper, user, phone="0571-1")
    assert User.objects.get(pk=user.pk).phone == "0571-1"
    assert before.get("/account/notices/").status_code == 200
