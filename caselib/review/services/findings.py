"""What becomes of a finding, and comments on passages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from wagtail.models import Comment

from caselib.accounts.models import User
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.resources.beside import reviewed
from caselib.resources.models import ResourcePage

from ..enums import Disposition
from ..models import BuiltinRule, CommentAnchor, Finding, Rule, StageState
from ..rules import is_current, may_review, reason_given
from ..scanning.builtin import PACK_CODE
from ..selectors.checks import latest_run
from ..selectors.stages import page_of, reader_for, stage_view

MAX_COMMENT = 4000


@transaction.atomic
def dispose(
    finding: Finding,
    state: StageState,
    disposition: str,
    *,
    reason: str = "",
    by: User,
    at: datetime | None = None,
) -> Finding:
    """Record what the reader of ``state`` decides about ``finding``.

    Effects in order: finding updated, dismissal count of its rule, audit row. Raises RefusedError if ``by`` may not
    review the stage or dismisses without a reason, ConflictError if the text has changed meanwhile.
    """
    page = _reviewed(state, by)
    finding = Finding.objects.select_for_update(of=("self",), no_key=True).select_related("run").get(pk=finding.pk)
    newest = latest_run(page, state.revision_id)
    if newest is None or finding.run_id != newest.pk:
        raise ConflictError(Refusal("not-current", _("The checks have run again. Please reload.")))
    if disposition not in Disposition.values:
        raise RefusedError(Refusal("no-disposition", _("Choose what becomes of the finding.")))
    if disposition == Disposition.FIXED:
        raise RefusedError(
            Refusal(
                "not-fixed",
                _(
                    "This was found in the very text that would be published. Return the text, or dismiss the finding "
                    "with a reason; the checks note by themselves what a new version has mended."
                ),
            )
        )
    if disposition == Disposition.DISMISSED:
        require(reason_given(reason))
    was = finding.disposition
    finding.disposition, finding.reason = disposition, reason.strip()[:500]
    finding.disposed_by, finding.disposed_at = by, at or clock.now()
    finding.save(update_fields=["disposition", "reason", "disposed_by", "disposed_at"])
    step = (disposition == Disposition.DISMISSED) - (was == Disposition.DISMISSED)
    if step and finding.pack == PACK_CODE:
        BuiltinRule.objects.filter(key=finding.rule).update(dismissals=F("dismissals") + step)
    elif step:
        Rule.objects.filter(pack__code=finding.pack, key=finding.rule).update(dismissals=F("dismissals") + step)
    audit.record(
        "review.finding_disposed",
        page,
        by=by,
        at=at,
        finding=finding.pk,
        rule=f"{finding.pack}/{finding.rule}",
        quote=finding.quote,
        disposition=disposition,
        reason=finding.reason,
    )
    return finding


def _reviewed(state: StageState, by: User):  # type: ignore[no-untyped-def]
    """Return the page of ``state``, locked, if ``by`` may review it now; raises RefusedError or ConflictError."""
    page = page_of(state.workflow_state)
    if page is None:
        raise RefusedError(Refusal("not-a-resource", _("This is no stage of a review of the library.")))
    # Read again behind the lock: a colleague may be deciding this stage at this moment.
    page = ResourcePage.objects.lock(page.pk)
    state = StageState.objects.get(pk=state.pk)
    view = stage_view(state, page)
    stale = is_current(view, state.revision_id)
    if stale:
        raise ConflictError(stale)
    require(may_review(reader_for(by, page, state), view))
    return page


@transaction.atomic
def add_comment(
    state: StageState,
    text: str,
    *,
    passage: int,
    start: int = 0,
    end: int = 0,
    by: User,
    at: datetime | None = None,
) -> Comment:
    """Add a comment on a passage as Wagtail's own comment, without touching the text.

    Saving it through Wagtail's editor would store a revision and make the reviewer an editor. Effects in order:
    comment, its anchor, audit row. Raises RefusedError for an empty comment or a passage that does not exist.
    """
    page = _reviewed(state, by)
    text = text.strip()
    pieces = reviewed(state.revision.as_object())
    if not text or len(text) > MAX_COMMENT:
        raise RefusedError(Refusal("no-comment", _("Write a comment of 1 to %d characters.") % MAX_COMMENT))
    if not 0 <= passage < len(pieces):
        raise RefusedError(Refusal("no-passage", _("That paragraph does not exist. Please reload.")))
    piece = pieces[passage]
    start, end = (start, end) if 0 <= start < end <= len(piece.text) else (0, len(piece.text))
    comment = Comment.objects.create(
        page_id=page.pk,
        user=by,
        text=text,
        contentpath=piece.path or "title",
        position="",
        revision_created=state.revision,
    )
    CommentAnchor.objects.create(
        comment=comment, passage=passage, start=start, end=end, quote=piece.text[start:end][:500]
    )
    audit.record(
        "review.commented", page, by=by, at=at, comment=comment.pk, passage=passage, quote=piece.text[start:end][:200]
    )
    return comment


@transaction.atomic
def resolve_comment(comment: Comment, *, by: User, at: datetime | None = None) -> None:
    """Mark a comment as dealt with: by whoever wrote it, or by the owner of the text.

    Effects in order: comment resolved, audit row. Raises RefusedError for anybody else.
    """
    page = comment.page.specific
    if by.pk not in (comment.user_id, page.owner_id):
        raise RefusedError(Refusal("not-yours", _("Only the person who wrote the comment or the author resolves it.")))
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = at or clock.now(), by
        comment.save(update_fields=["resolved_at", "resolved_by"])
        audit.record("review.comment_resolved", page, by=by, at=at, comment=comment.pk)
