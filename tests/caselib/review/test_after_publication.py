"""After publication: withdrawal at once, return only through review, levels of circulation, re-review, the review file."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Workflow, WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice, User
from caselib.core import audit, clock
from caselib.core.errors import RefusedError
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.review.dossier import grouped, write_dossier
from caselib.review.enums import Outcome
from caselib.review.models import CirculationChange, ReReviewInterval, Similarity, TextPrint
from caselib.review.routing import workflow_for
from caselib.review.selectors.checks import latest_run
from caselib.review.selectors.queue import due_for_rereview
from caselib.review.selectors.stages import active_run
from caselib.review.services.assigning import assign, send_reminders, send_rereview_notices
from caselib.review.services.circulation import change_circulation
from caselib.review.services.deciding import decide
from caselib.review.services.submission import submit_for_review
from caselib.review.services.withdrawal import restore, withdraw
from caselib.review.signals import withdrawn
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict

pytestmark = pytest.mark.django_db


def editor() -> object:
    return factories.UserFactory(roles=[Role.EDITOR])


def final() -> object:
    return factories.UserFactory(roles=[Role.FINAL_REVIEWER])


def body(*texts: str) -> list[dict[str, object]]:
    return [factories.section("做法", *(factories.paragraph(text) for text in texts), kind="practice")]


def test_a_withdrawal_takes_effect_at_once_and_says_why(django_capture_on_commit_callbacks: object) -> None:
    page = Desk.open().publish()
    told = []
    withdrawn.connect(
        lambda sender, page, reason, **kwargs: told.append((page.pk, reason)), weak=False, dispatch_uid="t"
    )
    url = page.url
    assert Client().get(url).status_code == 200
    withdraw(page, "数据已经过时。", by=editor())
    withdrawn.disconnect(dispatch_uid="t")
    assert told == [(page.pk, "数据已经过时。")]
    fresh = ResourcePage.objects.get(pk=page.pk)
    assert not fresh.live and fresh.withdrawn
    response = Client().get(url)
    assert response.status_code == 410
    assert Notice.objects.filter(recipient_id=page.owner_id, body="数据已经过时。").exists()
    assert not PublicationGrant.objects.filter(page_id=page.pk, revoked_at=None).exists()
    assert audit.verify() is None


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.FIRST_REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_only_editors_and_final_reviewers_withdraw(role: Role) -> None:
    page = Desk.open().publish()
    with pytest.raises(RefusedError):
        withdraw(page, "想撤就撤。", by=factories.UserFactory(roles=[role], is_superuser=True))
    with pytest.raises(RefusedError):
        withdraw(page, "  ", by=editor())
    assert ResourcePage.objects.get(pk=page.pk).live


def test_a_withdrawn_item_comes_back_only_through_the_whole_review() -> None:
    desk = Desk.open()
    page = desk.publish()
    withdraw(page, "先撤回核对。", by=editor())
    restore(desk.now(), by=desk.author)
    desk.decide()
    desk.decide()
    assert not desk.now().live and desk.now().withdrawn
    desk.decide()
    assert desk.now().live and not desk.now().withdrawn
    with pytest.raises(RefusedError):
        restore(desk.now(), by=desk.author)


def test_a_withdrawal_ends_the_review_of_a_newer_text() -> None:
    desk = Desk.open()
    page = desk.publish()
    draft = page.get_latest_revision_as_object()
    draft.abstract = "新的摘要。"
    draft.save_revision(user=desk.author)
    submit_for_review(page, by=desk.author)
    desk.decide()
    desk.decide()
    last = desk.state
    withdraw(page, "有政治性差错。", by=editor())
    assert active_run(page) is None
    with pytest.raises(RefusedError):
        decide(last, verdict(last), by=desk.reader(last))
    assert not desk.now().live and desk.now().withdrawn
    restore(desk.now(), by=desk.author)
    assert desk.publish().live
    assert audit.verify() is None


def test_narrowing_is_the_final_stages_act_and_changes_nothing_but_the_level() -> None:
    desk = Desk.open()
    page = desk.publish()
    due, reviewed = page.review_due_on, page.reviewed_on
    for person in (desk.author, editor(), factories.UserFactory(is_superuser=True)):
        with pytest.raises(RefusedError):
            change_circulation(page, Circulation.INTERNAL, "内部使用即可。", by=person)
    with pytest.raises(RefusedError):
        change_circulation(page, Circulation.INTERNAL, "", by=final())
    before = dict(page.live_revision.content)
    change = change_circulation(page, Circulation.INTERNAL, "内部使用即可。", by=final())
    fresh = desk.now()
    assert fresh.live and fresh.circulation == Circulation.INTERNAL
    assert {**fresh.live_revision.content, "circulation": before["circulation"]} == before
    assert (fresh.review_due_on, fresh.reviewed_on) == (due, reviewed)
    assert change.decided_at is not None
    assert Client().get(fresh.url).status_code == 404


def test_widening_goes_through_the_whole_review() -> None:
    desk = Desk.open(circulation=Circulation.INTERNAL)
    page = desk.publish()
    change_circulation(page, Circulation.PUBLIC, "适合公开推广。", by=editor())
    assert desk.now().circulation == Circulation.INTERNAL and desk.now().live
    assert active_run(page) is not None
    desk.decide()
    desk.decide()
    assert desk.now().circulation == Circulation.INTERNAL
    desk.decide()
    assert desk.now().circulation == Circulation.PUBLIC
    assert CirculationChange.objects.get().decided_at is not None


def test_groups_of_a_restricted_item() -> None:
    desk = Desk.open()
    page = desk.publish()
    group = final().groups.first()
    with pytest.raises(RefusedError):
        change_circulation(page, Circulation.RESTRICTED, "只给终审组看。", by=final())
    change_circulation(page, Circulation.RESTRICTED, "只给终审组看。", groups=[group.pk], by=final())
    assert desk.now().restricted_group_ids() == [group.pk]
    with pytest.raises(RefusedError):
        change_circulation(desk.now(), "secret", "无此范围。", by=final())


@pytest.mark.parametrize("level", [Circulation.PUBLIC, Circulation.INTERNAL])
def test_groups_mean_nothing_for_what_is_not_restricted(level: Circulation) -> None:
    desk = Desk.open(circulation=level)
    page = desk.publish()
    group = final().groups.first()
    with pytest.raises(RefusedError) as refused:
        change_circulation(page, level, "换一个组。", groups=[group.pk], by=final())
    assert refused.value.refusal.code == "no-change"
    if level == Circulation.PUBLIC:
        change = change_circulation(page, Circulation.INTERNAL, "内部使用即可。", groups=[group.pk], by=final())
        assert change.groups == []
    assert desk.now().restricted_group_ids() == []


def test_a_text_for_groups_that_nobody_named_is_not_submitted() -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    page = manuscript(author, circulation=Circulation.RESTRICTED)
    with pytest.raises(RefusedError) as refused:
        submit_for_review(page, by=author)
    assert refused.value.refusal.code == "no-groups"
    with pytest.raises(RefusedError):  # the button of Wagtail's editor asks the same rule
        Workflow.objects.get(pk=workflow_for(page).pk).start(page, author)
    client = Client()
    client.force_login(author)
    shown = client.get(reverse("review:manuscript", args=[page.pk]))
    assert shown.context["submit_refusal"].code == "no-groups"
    assert reverse("review:submit", args=[page.pk]) not in shown.content.decode()
    assert client.post(reverse("review:submit", args=[page.pk])).status_code == 302
    assert active_run(page) is None
    page.circulation = Circulation.INTERNAL
    page.save_revision(user=author)
    submit_for_review(page, by=author)
    assert active_run(page) is not None


def test_a_returned_text_is_not_submitted_again_for_unnamed_groups() -> None:
    desk = Desk.open()
    desk.decide(Outcome.RETURN)
    page = desk.page.get_latest_revision_as_object()
    page.circulation = Circulation.RESTRICTED
    page.save_revision(user=desk.author)
    with pytest.raises(RefusedError), transaction.atomic():
        desk.run.resume(user=desk.author)
    assert desk.run.status == WorkflowState.STATUS_NEEDS_CHANGES


def test_a_restricted_item_is_revised_and_given_to_more_groups_through_review() -> None:
    desk = Desk.open()
    first, second = final().groups.first(), editor().groups.first()
    change_circulation(desk.publish(), Circulation.RESTRICTED, "只给终审组看。", groups=[first.pk], by=final())
    page = desk.now()
    page.title = "改过的标题"
    page.save_revision(user=desk.author)
    submit_for_review(page, by=desk.author)
    assert desk.publish().title == "改过的标题"
    both = [first.pk, second.pk]
    change_circulation(desk.now(), Circulation.RESTRICTED, "编辑也要看。", groups=both, by=editor())
    assert desk.publish().restricted_group_ids() == sorted(both)


def test_rereview_dates_follow_kind_and_topicality() -> None:
    with clock.fixed(datetime(2026, 8, 31, 12, tzinfo=clock.ZONE)):
        ReReviewInterval.objects.filter(kind=Kind.COURSE).update(months=18)
        assert Desk.open().publish().review_due_on == date(2027, 8, 31)
        assert Desk.open(topical=True).publish().review_due_on == date(2027, 2, 28)
        assert Desk.open(kind=Kind.COURSE, topical=True).publish().review_due_on == date(2027, 2, 28)
        assert Desk.open(kind=Kind.COURSE).publish().review_due_on == date(2028, 2, 29)


def test_the_owner_is_told_once_that_a_review_is_due_again() -> None:
    page = Desk.open().publish()
    near = page.review_due_on - timedelta(days=10)
    assert page not in due_for_rereview(near)
    later = datetime(near.year, near.month, near.day, 9, tzinfo=clock.ZONE)
    assert send_rereview_notices(at=later) == 1
    assert send_rereview_notices(at=later + timedelta(days=1)) == 0
    assert Notice.objects.filter(recipient_id=page.owner_id, subject__contains=page.title).count() >= 1


def test_readers_are_told_at_each_hand_over_and_reminded_once_a_day(django_capture_on_commit_callbacks: object) -> None:
    first = factories.UserFactory(roles=[Role.FIRST_REVIEWER])
    other = factories.UserFactory(roles=[Role.SECOND_REVIEWER])
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        desk = Desk.open()
    assert Notice.objects.filter(recipient=first).count() == 1
    assert not Notice.objects.filter(recipient=other).exists()
    assert any(first.email in message.to for message in mail.outbox)
    desk.decide(by=first)
    assert Notice.objects.filter(recipient=other).count() == 1
    late = datetime.combine(desk.state.due_on + timedelta(days=1), datetime.min.time(), clock.ZONE)
    assert send_reminders(at=late) == 1
    assert send_reminders(at=late + timedelta(hours=3)) == 0
    assert Notice.objects.filter(recipient=other).count() == 2


def test_assigning_inside_the_group() -> None:
    desk = Desk.open()
    one, two = desk.reader(), factories.UserFactory(roles=[Role.FIRST_REVIEWER])
    assign(desk.state, two, by=one)
    with pytest.raises(RefusedError) as error:
        desk.decide(by=one)
    assert error.value.refusal.code == "assigned"
    for wrong in (desk.author, factories.UserFactory(roles=[Role.SECOND_REVIEWER])):
        with pytest.raises(RefusedError):
            assign(desk.state, wrong, by=one)
    with pytest.raises(RefusedError):
        assign(desk.state, one, by=factories.UserFactory(roles=[Role.AUTHOR]))
    assert desk.decide(by=two).decided_by == two


def test_the_second_of_two_who_take_a_manuscript_is_told_of_the_first(client: Client) -> None:
    desk = Desk.open()
    first, second = desk.reader(), factories.UserFactory(name="钱二", roles=[Role.FIRST_REVIEWER])
    read, take = (reverse(f"review:{name}", args=[desk.state.pk]) for name in ("read", "assign"))

    def taken(by: User, seen: int) -> str:
        client.force_login(by)
        answer = client.post(take, {"assignee": by.pk, "seen": seen}, follow=True)
        return "".join(str(message) for message in answer.context["messages"])

    client.force_login(first)
    assert '<input type="hidden" name="seen" value="0">' in client.get(read).content.decode()
    assert "已指定" in taken(second, 0)
    assert "钱二" in taken(first, 0) and desk.state.assignee == second
    assert "已指定" in taken(second, 0), "a second click is no conflict"
    client.force_login(first)
    assert f'name="seen" value="{second.pk}"' in client.get(read).content.decode()
    assert "已指定" in taken(first, second.pk) and desk.state.assignee == first


def test_no_author_chooses_the_reader_of_the_own_text(client: Client) -> None:
    for roles in ([Role.AUTHOR, Role.FIRST_REVIEWER], [Role.AUTHOR, Role.EDITOR]):
        desk = Desk.open(author=factories.UserFactory(roles=roles))
        with pytest.raises(RefusedError) as error:
            assign(desk.state, desk.reader(), by=desk.author)
        assert error.value.refusal.code == "own-work"
        client.force_login(desk.author)
        assert client.get(reverse("review:read", args=[desk.state.pk])).context["assignable"] == []


PARAGRAPH = "这一段一百五十字的文字会被另一份文稿整段抄去。镇里把全部台账搬到一张桌子上，逐项核对来源、去向和经办人，发现同一笔补助在三个本子里有三个数字。大家没有急着改数字，而是先把每个数字的出处写在旁边，再请经手的人当面说明，最后用一张表把口径统一下来，并且约定以后每季度核对一次，谁改动谁签名，改动理由写在备注栏里。"  # noqa: E501


def test_a_copied_paragraph_is_shown_side_by_side_with_a_percentage() -> None:
    source = Desk.open(body=body("开头。", PARAGRAPH, "结尾。")).publish()
    copied = Desk.open(
        body=body("我的开头完全不同，讲的是另一件事情。", PARAGRAPH[:75] + " " + PARAGRAPH[75:150], "自己的结尾。")
    )
    run = latest_run(copied.page)
    assert run.similarity_percent > 0
    row = Similarity.objects.get(run=run)
    assert row.other_id == source.pk and not row.pending
    assert row.passages[0]["text"][:20] in PARAGRAPH
    assert row.passages[0]["other_text"][:20] in PARAGRAPH


def test_pending_manuscripts_are_compared_too_and_a_text_never_with_itself() -> None:
    first = Desk.open(body=body(PARAGRAPH))
    second = Desk.open(body=body(PARAGRAPH, "另外一段。"))
    assert Similarity.objects.get(run=latest_run(second.page)).pending
    page = first.now()
    page.abstract = "改。"
    page.save_revision(user=first.author)
    others = set(latest_run(first.page).similarities.values_list("other_id", flat=True))
    assert first.page.pk not in others and second.page.pk in others
    withdraw(Desk.open(body=body(PARAGRAPH[::-1])).publish(), "撤回以后仍然比对。", by=editor())
    assert TextPrint.objects.filter(live=False).count() == 3


def test_the_review_file_holds_who_when_what_and_the_hashes() -> None:
    desk = Desk.open(body=body("联系电话13812345678。"))
    desk.decide("return")
    from caselib.review.services.submission import submit_for_review

    submit_for_review(desk.now(), by=desk.author)
    page = desk.publish()
    data = write_dossier(page)
    text = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    for decision in page.decisions.all():
        assert grouped(decision.sha256) in text and str(decision.decided_by) in text
        assert decision.opinion[:20] in text
        assert decision.answers[0]["text"] in text
    for record in audit.records_of(page):
        assert grouped(record.hash) in text
    assert "13812345678" in text


def test_the_review_file_is_for_the_office_not_for_the_author(client_of: object) -> None:
    desk = Desk.open()
    desk.publish()
    url = reverse("review:dossier", args=[desk.page.pk])
    client = Client()
    client.force_login(desk.author)
    assert client.get(url).status_code == 404
    response = client_of(Role.AUDIT_ADMIN).get(url)  # type: ignore[operator]
    assert response.status_code == 200 and response.content[:2] == b"PK"


def test_whoever_listed_a_withdrawn_item_is_told() -> None:
    from caselib.catalogue.models import CatalogueList, ListItem

    page = Desk.open().publish()
    keeper = factories.UserFactory(roles=[Role.EDITOR])
    made = CatalogueList.objects.create(title="示例清单", created_by=keeper, created_at=clock.now())
    ListItem.objects.create(catalogue_list=made, resource_id=page.pk)
    withdraw(page, "数据已经过时。", by=editor())
    [notice] = Notice.objects.filter(recipient=keeper)
    assert "数据已经过时。" in notice.body
