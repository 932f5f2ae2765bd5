"""A review desk for tests: the three reviewers, a manuscript, and one call that decides a stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wagtail.models import WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from caselib.review.enums import Outcome
from caselib.review.models import Decision, StageState, StageTask
from caselib.review.selectors.stages import active_run, current_state
from caselib.review.services.deciding import Verdict, decide
from caselib.review.services.submission import submit_for_review
from caselib.vocabularies.models import Topic
from tests import factories

OPINION = "全文通读两遍，事实清楚，结构完整，表述准确，引用规范，数据前后一致，同意提交下一审级继续审读，请下一审级关注数据来源说明和人物称谓的统一问题。"
ROLES = (Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER)


def topic() -> str:
    """Return the name of a topic in use."""
    return str(Topic.objects.filter(retired_at__isnull=True).values_list("name", flat=True)[0])


def manuscript(by: User | None = None, **kwargs: Any) -> ResourcePage:
    """Return a draft that the automatic checks find nothing blocking in."""
    return factories.draft(kwargs.pop("kind", Kind.CASE), by=by, tags={"topics": [topic()]}, **kwargs)


def verdict(state: StageState, outcome: str = Outcome.PASS, **kwargs: Any) -> Verdict:
    """Return a complete verdict on ``state``: everything answered with yes."""
    stage = StageTask.objects.get(pk=state.task_id)
    checklist = stage.checklist.current() if stage.checklist else None
    values: dict[str, Any] = {
        "outcome": outcome,
        "opinion": OPINION,
        "revision": state.revision_id,
        "answers": {item["key"]: "yes" for item in checklist.items} if checklist else {},
        "checklist": checklist.pk if checklist else None,
    }
    return Verdict(**(values | kwargs))


@dataclass
class Desk:
    """One manuscript under review by three different people."""

    page: ResourcePage
    author: User
    readers: dict[int, User] = field(default_factory=dict)

    @classmethod
    def open(cls, **kwargs: Any) -> Desk:
        """Return a desk whose manuscript has been submitted."""
        author = kwargs.pop("author", None) or factories.UserFactory(roles=[Role.AUTHOR])
        page = manuscript(author, **kwargs)
        desk = cls(page, author)
        submit_for_review(page, by=author)
        return desk

    @property
    def run(self) -> WorkflowState:
        run = active_run(self.page)
        assert run is not None
        return run

    @property
    def state(self) -> StageState:
        state = current_state(self.run)
        assert state is not None
        return state

    def reader(self, state: StageState | None = None) -> User:
        """Return the person who reads ``state`` (the open stage), made when first needed."""
        stage = StageTask.objects.get(pk=(state or self.state).task_id)
        if stage.pk not in self.readers:
            reader = factories.UserFactory()
            reader.groups.add(stage.group)
            self.readers[stage.pk] = User.objects.get(pk=reader.pk)
        return self.readers[stage.pk]

    def decide(self, outcome: str = Outcome.PASS, *, by: User | None = None, **kwargs: Any) -> Decision:
        state = self.state
        return decide(state, verdict(state, outcome, **kwargs), by=by or self.reader(state))

    def publish(self) -> ResourcePage:
        """Pass every stage and return the live page."""
        while active_run(self.page) is not None:
            self.decide()
        return self.now()

    def now(self) -> ResourcePage:
        return ResourcePage.objects.get(pk=self.page.pk).specific
