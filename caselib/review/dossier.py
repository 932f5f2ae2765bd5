"""The review file (审读档案) of a resource as Word: who, when, which text, what was asked, said and found."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import WorkflowState

from caselib.core import audit, clock
from caselib.core.models import AuditRecord
from caselib.resources.models import ResourcePage
from caselib.word.model import Block, Cell, Document, Heading, Paragraph, Run, Table
from caselib.word.writer import made_at, write_document

from .acts import label
from .enums import AnswerValue
from .models import CheckRun, Decision
from .selectors.stages import history

MOST_FINDINGS = 200


def write_dossier(page: ResourcePage) -> bytes:
    """Return the whole review file of ``page`` as a .docx. No effects."""
    blocks: list[Block] = [Heading(1, _runs(_("Review file"))), *_about(page)]
    decisions = list(history(page))
    runs = WorkflowState.objects.for_instance(page).order_by("pk").select_related("workflow", "requested_by")
    for number, run in enumerate(runs, start=1):
        blocks.append(Heading(2, _runs(_("Review no. %d: %s") % (number, run.workflow.name))))
        blocks.append(
            _para(
                _("Submitted by %(who)s on %(when)s. State: %(state)s.")
                % {"who": run.requested_by or "—", "when": _time(run.created_at), "state": run.get_status_display()}
            )
        )
        for decision in decisions:
            if decision.run_id == run.pk:
                blocks.extend(_decision(decision))
        if not any(decision.run_id == run.pk for decision in decisions):
            blocks.append(_para(_("Nothing has been decided yet.")))
    blocks.append(Heading(2, _runs(_("Automatic checks"))))
    check_runs = CheckRun.objects.filter(page_id=page.pk).order_by("at").prefetch_related("findings__disposed_by")
    for check in check_runs:
        blocks.extend(_checks(check))
    if not check_runs:
        blocks.append(_para(_("No checks have run.")))
    blocks.extend(_chain(page))
    document = Document(blocks=tuple(blocks), properties={"title": f"{_('Review file')} {page.title}"})
    properties = made_at(clock.now())
    return write_document(
        document,
        properties=properties,
        header=f"{_('Review file')} · {page.code or _('no code yet')} · {page.title}"[:80],
    )


def _runs(text: str) -> tuple[Run, ...]:
    return (Run(str(text)),)


def _para(text: str, lead: str = "") -> Paragraph:
    return Paragraph(_runs(text), lead=lead)


def grouped(digest: str) -> str:
    """Return a hash in groups of sixteen, so that a line can break inside it."""
    return " ".join(digest[at : at + 16] for at in range(0, len(digest), 16))


def _time(moment: datetime | None) -> str:
    return clock.written(moment) if moment else "—"


def _table(rows: list[tuple[str, ...]], *, header: bool = True, caption: str = "") -> Table:
    cells = tuple(tuple(Cell((Paragraph(_runs(text)),)) for text in row) for row in rows)
    return Table(cells, columns=len(rows[0]), header_rows=1 if header else 0, caption=caption)


def _about(page: ResourcePage) -> list[Block]:
    authors = "、".join(
        f"{author.name}（{author.unit_name}）" if author.unit_name else author.name for author in page.authors.all()
    )
    if page.withdrawn:
        state = _("Withdrawn on %(day)s: %(reason)s") % {
            "day": _time(page.withdrawn_at),
            "reason": page.withdrawn_reason,
        }
    else:
        state = _("Published") if page.live else _("Not published")
    rows = [
        (_("Title"), page.title if page.live else page.draft_title),
        (_("Code"), page.code or str(page.pk)),
        (_("Kind"), str(page.specific_class.kind.label)),
        (_("Unit"), str(page.unit or "")),
        (_("Authors"), authors),
        (_("Circulation level"), page.get_circulation_display()),
        (_("State"), state),
        (_("Last reviewed on"), date_format(page.reviewed_on) if page.reviewed_on else "—"),
        (_("Review due again on"), date_format(page.review_due_on) if page.review_due_on else "—"),
        (_("File made on"), _time(clock.now())),
    ]
    return [_table([(str(name), str(value)) for name, value in rows], header=False)]


def _decision(decision: Decision) -> list[Block]:
    title = _("%(stage)s: %(outcome)s") % {"stage": decision.stage.name, "outcome": decision.get_outcome_display()}
    if decision.return_to:
        title += f" → {decision.return_to.name}"
    if not decision.standing:
        title += _(" (void since %s)") % _time(decision.voided_at)
    blocks: list[Block] = [
        Heading(3, _runs(title)),
        _para(f"{decision.decided_by}，{_time(decision.decided_at)}", _("Decided by: ")),
        _para(
            _("no. %(revision)d, sha256 %(sha)s") % {"revision": decision.revision_id, "sha": grouped(decision.sha256)},
            _("Revision: "),
        ),
    ]
    blocks.extend(
        _para(line, _("Opinion: ") if not index else "") for index, line in enumerate(decision.opinion.splitlines())
    )
    if decision.answers:
        words = dict(AnswerValue.choices)
        rows = [
            (
                _("Checklist (version %s)") % (decision.checklist.number if decision.checklist else "—"),
                _("Answer"),
                _("Remark"),
            )
        ]
        rows += [(row["text"], str(words.get(row["answer"], "—")), row.get("note", "")) for row in decision.answers]
        blocks.append(_table([(str(a), str(b), str(c)) for a, b, c in rows]))
    return blocks


def _checks(check: CheckRun) -> list[Block]:
    findings = list(check.findings.all()[:MOST_FINDINGS])
    versions = sorted((code, version) for code, version in check.packs.items() if not code.startswith("."))
    packs = "、".join(f"{code} {version}" for code, version in versions) or "—"
    text = _(
        "%(when)s, %(why)s; revision no. %(revision)d; rule packs: %(packs)s; similarity %(percent)s %%; %(count)d findings."
    )
    blocks: list[Block] = [
        _para(
            text
            % {
                "when": _time(check.at),
                "why": check.get_trigger_display(),
                "revision": check.revision_id,
                "packs": packs,
                "percent": check.similarity_percent,
                "count": len(findings),
            }
        )
    ]
    if findings:
        rows = [(_("Severity"), _("Passage"), _("Explanation"), _("Disposition"))]
        for finding in findings:
            place = _("paragraph %d") % (finding.passage + 1) if finding.passage >= 0 else _("whole item")
            said = str(finding.get_disposition_display())
            if finding.disposed_by:
                said = f"{said}：{finding.reason}（{finding.disposed_by}，{_time(finding.disposed_at)}）"
            quote = f"{place}：{finding.quote}" if finding.quote else place
            rows.append((str(finding.get_severity_display()), quote, finding.message, said))
        blocks.append(_table([tuple(str(cell) for cell in row) for row in rows]))
    return blocks


def _chain(page: ResourcePage) -> list[Block]:
    """Return the acts on ``page`` with the hashes by which the audit chain proves them."""
    rows = [(pgettext("review", "No."), _("Time"), _("Act"), _("By"), _("Hash"))]
    for record in acts_on(page):
        rows.append(
            (
                str(record.sequence),
                _time(record.at),
                label(record.verb),
                record.actor_name or "—",
                grouped(record.hash),
            )
        )
    fault = audit.verify()
    verdict = _("The chain is whole.") if fault is None else _("The chain is broken: %s") % fault.message
    blocks: list[Block] = [Heading(2, _runs(_("Audit chain"))), _para(verdict)]
    if len(rows) > 1:
        blocks.append(_table([tuple(str(cell) for cell in row) for row in rows]))
    return blocks


def acts_on(page: ResourcePage) -> list[AuditRecord]:
    """Return the records about ``page``, whichever of its classes they name, oldest first."""
    names = {model._meta.label for model in (ResourcePage, page.specific_class)}
    found = AuditRecord.objects.filter(target_type__in=names, target_id=str(page.pk))
    return list(found.order_by("sequence"))
