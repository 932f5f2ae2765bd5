"""Takes demo texts through review the only way there is: submitted, then read by three different people."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

from wagtail.models import WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.resources.models import ResourcePage
from caselib.review.models import StageState
from caselib.review.selectors.stages import active_run
from caselib.review.services.deciding import Verdict, decide
from caselib.review.services.submission import submit_for_review

from .people import account

# The demo accounts that read for each reviewers' group; a workflow may have two stages of one group.
READERS = {
    Role.FIRST_REVIEWER.value: ("first",),
    Role.SECOND_REVIEWER.value: ("second", "expert"),
    Role.FINAL_REVIEWER.value: ("final",),
}
# What the expert stage of a textbook adds to an opinion.
EXPERT = (
    "作为教材使用，章节衔接合理，学时分配与教学进度相称，体例统一，注释规范；建议每年核对一次数据和文件的现行状态。"
)
# More stages than any workflow has.
ALL = 9
OPINIONS = (
    (
        "通读全文，事实脉络清楚，时间、数据前后一致，表格合计与正文相符；结构完整，讨论题能够引出不同意见，同意进入复审。",
        "材料真实，来源交代清楚，涉及人员已作化名或征得本人同意；文字平实，没有空话套话，与所报主题和适用岗位相符，同意送复审。",
        "内容具体，有难处、有选择、有代价，适合教学使用；已逐项核对数字与附注，未发现差错，同意通过初审并送复审。",
        "选题贴近岗位实际，叙述完整，引文和附注齐全；不足之处没有回避。建议复审重点核对政策表述，初审予以通过。",
    ),
    (
        "对政策法规名称和施行时间逐条核对，引用准确；事实与供稿单位核实一致，典型性和教学价值较强，同意复审通过，送终审。",
        "对照初审意见复核，数据口径一致，表述客观；没有夸大成效，也没有回避问题，符合入库要求，同意送终审把关。",
        "内容与分类、适用对象相符，语言平实，图表规范；对基层做法的评价有分寸，未见不当表述，复审通过，报请终审。",
        "已就关键事实与供稿单位再次核实，人名地名处理妥当，引用文件现行有效；无需修改，同意复审通过并报终审。",
    ),
    (
        "政治方向正确，表述规范，导向积极；不涉及国家秘密和工作秘密，不存在敏感信息外泄风险，同意按申报范围发布。",
        "经政治把关，立场鲜明、内容准确、导向正确；脱敏处理到位，重要表述与现行文件一致，同意入库发布并纳入教学使用。",
        "终审通过。全文事实可靠，引用规范，未见不宜公开的内容；对问题的分析实事求是，有利于学员正确认识，同意发布。",
        "把关意见：无政治性差错，民族、宗教、涉外等内容均未涉及，引用文件名称准确，适合培训教学使用，同意发布。",
    ),
)


def opinion(group: str, code: str) -> str:
    """Return the opinion that the reader of the reviewers' group ``group`` writes on the text ``code``."""
    choices = OPINIONS[list(READERS).index(group)]
    return choices[crc32(f"{code}{group}".encode()) % len(choices)]


def pass_stages(page: ResourcePage, stages: int = ALL, *, at: datetime | None = None) -> None:
    """Submit ``page`` if it is not under review and let its readers pass it until ``stages`` stages have passed.

    Continues where an earlier call was interrupted. With every stage of its route passed the page is live. Raises
    RefusedError if the rules refuse an act.
    """
    page = ResourcePage.objects.get(pk=page.pk).specific
    run = active_run(page) or submit_for_review(page, by=page.owner, at=at)
    for _stage in range(stages):
        run.refresh_from_db()
        if run.status != WorkflowState.STATUS_IN_PROGRESS or _passed(run) >= stages:
            return
        _decide(run, page, "pass", "", at)


def return_to_author(page: ResourcePage, words: str, *, at: datetime | None = None) -> None:
    """Submit ``page`` and let the first reader return it with ``words``; nothing happens if it is under review."""
    page = ResourcePage.objects.get(pk=page.pk).specific
    if active_run(page) is None:
        run = submit_for_review(page, by=page.owner, at=at)
        run.refresh_from_db()
        _decide(run, page, "return", words, at)


def _passed(run: WorkflowState) -> int:
    return run.decisions.filter(voided_at__isnull=True, outcome="pass").count()


def _decide(run: WorkflowState, page: ResourcePage, outcome: str, words: str, at: datetime | None) -> None:
    state = StageState.objects.select_related("task").get(pk=run.current_task_state_id)
    stage = state.task.specific
    checklist = stage.checklist.current() if stage.checklist else None
    words = words or opinion(stage.group.name, page.code)
    if len(words) < stage.minimum_opinion:
        words += EXPERT
    verdict = Verdict(
        outcome=outcome,
        opinion=words,
        revision=state.revision_id,
        answers={item["key"]: "yes" for item in checklist.items} if checklist else {},
        checklist=checklist.pk if checklist else None,
    )
    decide(state, verdict, by=_reader(stage.group.name, run), at=at)


def _reader(group: str, run: WorkflowState) -> User:
    """Return the first demo reader of ``group`` who has not read another stage of ``run``."""
    seated = set(run.decisions.values_list("decided_by__username", flat=True))
    return account(next(username for username in READERS[group] if username not in seated))
