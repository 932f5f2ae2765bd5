"""Random people doing random things to several manuscripts: whatever is live has been passed, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import Revision, WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit
from caselib.core.errors import RefusedError
from caselib.resources.content import digest, digest_of
from caselib.resources.enums import Circulation
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.review.models import CirculationChange, Decision, StageState
from caselib.review.routing import stage_ids
from caselib.review.rules import stages_needed
from caselib.review.selectors.stages import active_run, author_ids, current_state
from caselib.review.services.assigning import assign
from caselib.review.services.circulation import change_circulation
from caselib.review.services.deciding import decide
from caselib.review.services.submission import recall, submit_for_review
from caselib.review.services.withdrawal import restore, withdraw
from tests import factories
from tests.caselib.review.desk import manuscript, verdict

pytestmark = pytest.mark.django_db

PAGES = st.integers(0, 2)
PEOPLE = st.integers(0, 7)
LEVELS = st.sampled_from([Circulation.PUBLIC, Circulation.INTERNAL])


class Office(RuleBasedStateMachine):
    """Three manuscripts, eight people (two of them superusers, some with several roles), every act of the review."""

    @initialize()
    def open(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        first, second, final = Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER
        roles: list[tuple[Role, ...]] = [
            (Role.AUTHOR,),
            (Role.AUTHOR, first, final),
            (first,),
            (second,),
            (final,),
            (first, second, final, Role.EDITOR),
            (Role.EDITOR,),
            (second, final),
        ]
        self.people: list[User] = [
            factories.UserFactory(roles=list(held), is_superuser=number in (5, 6)) for number, held in enumerate(roles)
        ]
        self.ids = [manuscript(by=self.people[number % 2]).pk for number in range(3)]
        self.edits = 0

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            try:
                self.nobody_held_two_stages_and_the_chain_is_whole()
            finally:
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)

    def page(self, number: int) -> ResourcePage:
        return ResourcePage.objects.get(pk=self.ids[number]).specific

    def person(self, number: int) -> User:
        return User.objects.get(pk=self.people[number].pk)

    def act(self, call: Any) -> None:
        """Do something; a refusal is as good as an answer, anything else is a fault."""
        try:
            with transaction.atomic():
                call()
        except RefusedError:
            pass

    @rule(page=PAGES, by=PEOPLE)
    def submit(self, page: int, by: int) -> None:
        self.act(lambda: submit_for_review(self.page(page), by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE)
    def take_back(self, page: int, by: int) -> None:
        self.act(lambda: recall(self.page(page), by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE, outcome=st.sampled_from(["pass", "pass", "pass", "pass", "return", "return_to"]))
    def judge(self, page: int, by: int, outcome: str) -> None:
        run = active_run(self.page(page))
        state = current_state(run) if run else None
        if run is None or state is None:
            return
        target = stage_ids(run)[0] if outcome == "return_to" else None
        self.act(lambda: decide(state, verdict(state, outcome, return_to=target), by=self.person(by)))

    @rule(page=PAGES)
    def pass_by_whoever_may(self, page: int) -> None:
        """Let the first person who may pass the open stage, so that runs come to their end often enough."""
        run = active_run(self.page(page))
        state = current_state(run) if run else None
        if state is None:
            return
        for person in self.people:
            before = Decision.objects.count()
            self.act(lambda person=person: decide(state, verdict(state), by=self.person(self.people.index(person))))
            if Decision.objects.count() > before:
                return

    @rule(page=PAGES, by=PEOPLE, old=st.booleans())
    def judge_twice_or_late(self, page: int, by: int, old: bool) -> None:
        """Decide a stage that is closed, or with a verdict on an older revision."""
        states = StageState.objects.filter(workflow_state__object_id=str(self.ids[page]))
        state = states.exclude(status="in_progress").first() if old else states.last()
        if state is not None:
            revision = Revision.objects.for_instance(self.page(page)).order_by("pk").first()
            self.act(lambda: decide(state, verdict(state, revision=revision.pk), by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE, autosave=st.booleans())
    def edit(self, page: int, by: int, autosave: bool) -> None:
        item, person = self.page(page), self.person(by)
        self.edits += 1
        draft = item.get_latest_revision_as_object()
        draft.abstract = f"第{self.edits}次修改。"
        overwritten = item.latest_revision if autosave and item.latest_revision.user_id == person.pk else None
        self.act(lambda: draft.save_revision(user=person, overwrite_revision=overwritten, clean=False))

    @rule(page=PAGES, by=PEOPLE)
    def retire(self, page: int, by: int) -> None:
        self.act(lambda: withdraw(self.page(page), "不再适用，予以撤回。", by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE)
    def bring_back(self, page: int, by: int) -> None:
        self.act(lambda: restore(self.page(page), by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE, level=LEVELS)
    def change_level(self, page: int, by: int, level: str) -> None:
        self.act(lambda: change_circulation(self.page(page), level, "调整传播范围。", by=self.person(by)))

    @rule(page=PAGES, by=PEOPLE, to=PEOPLE)
    def hand_over(self, page: int, by: int, to: int) -> None:
        run = active_run(self.page(page))
        state = current_state(run) if run else None
        if state is not None:
            self.act(lambda: assign(state, self.person(to), by=self.person(by)))

    @rule(page=PAGES, which=st.sampled_from(["publish", "live", "revision", "copy", "alias"]))
    def try_the_back_doors(self, page: int, which: str) -> None:
        item = self.page(page)
        before = (item.live, item.live_revision_id)
        try:
            with transaction.atomic():
                if which == "publish":
                    item.save_revision().publish()
                elif which == "live":
                    type(item).objects.filter(pk=item.pk).update(live=True)
                elif which == "revision":
                    item.latest_revision.publish()
                elif which == "copy":
                    item.copy(update_attrs={"slug": f"copy-{self.edits}-{page}"}, keep_live=item.live)
                else:
                    item.create_alias(update_slug=f"alias-{self.edits}-{page}")
                raise IntegrityError("undone by the test")
        except (IntegrityError, RefusedError):
            pass
        fresh = self.page(page)
        assert (fresh.live, fresh.live_revision_id) == before

    @precondition(lambda self: hasattr(self, "ids"))
    @invariant()
    def everything_live_was_passed_word_for_word(self) -> None:
        for page in ResourcePage.objects.filter(live=True).specific():
            revision = page.live_revision
            sha256 = digest(revision)
            grant = PublicationGrant.objects.get(revision=revision)
            assert grant.sha256 == sha256 and grant.revoked_at is None
            assert not page.withdrawn
            base = self.vetted_base(page, revision)
            passes = Decision.objects.filter(
                page_id=page.pk, revision=base, sha256=digest(base), outcome="pass", voided_at=None
            )
            people = set(passes.values_list("decided_by_id", flat=True))
            assert len(people) >= stages_needed(base.content["circulation"])
            assert not people & {page.owner_id, *author_ids(page, base)}
            runs = set(passes.values_list("run_id", flat=True))
            assert any(
                set(stage_ids(WorkflowState.objects.get(pk=run)))
                <= set(passes.filter(run_id=run).values_list("stage_id", flat=True))
                for run in runs
            )

    def vetted_base(self, page: ResourcePage, revision: Revision) -> Revision:
        """Follow changes of level back to the text that was read: nothing but the level may differ on the way."""
        while True:
            change = CirculationChange.objects.filter(
                page_id=page.pk, revision=revision, decided_by__isnull=False
            ).first()
            if change is None or Decision.objects.filter(revision=revision, outcome="pass", voided_at=None).exists():
                return revision
            base = change.based_on
            assert digest_of({**revision.content, "circulation": base.content["circulation"]}) == digest(base)
            assert stages_needed(revision.content["circulation"]) <= stages_needed(base.content["circulation"])
            assert change.decided_by.has_role(Role.FINAL_REVIEWER)
            revision = base

    def nobody_held_two_stages_and_the_chain_is_whole(self) -> None:
        """Asked at the end: decisions are never removed, and a chain that broke stays broken."""
        if not hasattr(self, "ids"):
            return
        for run in WorkflowState.objects.filter(object_id__in=[str(pk) for pk in self.ids]):
            held: dict[int, set[int]] = {}
            for decision in run.decisions.all():
                held.setdefault(decision.decided_by_id, set()).add(decision.stage_id)
            assert all(len(stages) == 1 for stages in held.values())
        assert audit.verify() is None


def test_random_acts_of_random_people_never_publish_an_unread_word() -> None:
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
