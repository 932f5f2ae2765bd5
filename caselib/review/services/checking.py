"""Running the automatic checks over a revision and storing what they found."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from wagtail.models import Revision

from caselib.core import clock
from caselib.resources.beside import KIND as BESIDE
from caselib.resources.beside import reviewed
from caselib.resources.content import digest
from caselib.resources.enums import Circulation, SourceKind
from caselib.resources.models import ResourcePage
from caselib.resources.text import Passage

from .. import attached
from ..enums import SEVERITY_ORDER, CheckTrigger, Disposition, Severity
from ..models import BuiltinRule, CheckRun, Finding, Rule, RulePack
from ..scanning.builtin import PACK_CODE, RULES
from ..scanning.completeness import Details
from ..scanning.engine import scan_item
from ..scanning.hits import Hit
from ..scanning.matcher import Scanner
from ..scanning.packs import Pack
from ..selectors.checks import builtin_off, latest_run, run_before
from . import similarity

MAX_FINDINGS = 500
_RUNNING = frozenset({"title", "abstract", "paragraph", "lead", "quote"})
READ_FILES = "review.read_files"
# Keys beside the codes of packs, which hold no dots.
DATED, SWITCHED_OFF, FILES = ".dated", ".off", ".files"
_compiled = threading.local()


def pack_versions() -> dict[str, int]:
    """Return the version of each rule pack in use by its code."""
    return dict(RulePack.objects.filter(active=True).values_list("code", "version"))


def in_force(day: date) -> dict[str, Any]:
    """Return what the checks go by on ``day``, for comparison: the packs, dated rules in force, built-in rules off.

    What never applies stands for nothing.
    """
    found: dict[str, Any] = dict(pack_versions())
    dated = Rule.objects.filter(pack__active=True, retired_at__isnull=True)
    dated = dated.filter(Q(since__isnull=False) | Q(until__isnull=False)).select_related("pack").order_by("pk")
    holding = [rule.pk for rule in dated if rule.as_scan_rule().holds_on(day)]
    if holding:
        found[DATED] = hashlib.sha256(repr(holding).encode()).hexdigest()[:16]
    if off := sorted(builtin_off()):
        found[SWITCHED_OFF] = off
    return found


@dataclass(frozen=True, slots=True)
class Rules:
    """What the checks go by on a day: compiled terms and patterns, the built-in rules that are off, and ``in_force``."""

    scanner: Scanner
    switched_off: Collection[str]
    stamp: Mapping[str, Any]


def rules_of(day: date) -> Rules:
    """Return the rules of ``day``, looked up once for whatever is checked by them."""
    return Rules(scanner_for(day), builtin_off(), in_force(day))


def basis(rules: Rules, files: attached.Texts) -> dict[str, Any]:
    """Return what a check by ``rules`` of a text with these ``files`` rests on.

    A text is checked again when this differs from what its last run was made with.
    """
    number = sum(text is not None for _title, text in files)
    return {**rules.stamp, **({FILES: number} if number else {})}


def hits_of(page: ResourcePage, pieces: Sequence[Passage], files: attached.Texts, rules: Rules) -> list[Hit]:
    """Return what ``rules`` find in ``page`` (live, or made from a revision), in its passages ``pieces`` and its ``files``."""
    return scan_item(
        rules.scanner,
        [piece.text for piece in pieces],
        details_of(page, length_of(pieces)),
        files=files,
        paragraphs=_paragraphs(pieces),
        switched_off=rules.switched_off,
    )


def _paragraphs(pieces: Sequence[Passage]) -> list[range]:
    """The passages that are lines of one paragraph of the running text; one whose block has no number stays apart."""
    found, start = [], 0
    for (kind, path), lines in groupby(pieces, key=lambda piece: (piece.kind, piece.path)):
        number = sum(1 for _ in lines)
        if number > 1 and kind in _RUNNING and "None" not in path:
            found.append(range(start, start + number))
        start += number
    return found


def scanner_for(day: date) -> Scanner:
    """Return the compiled packs in force on ``day``; compiled once a thread and version."""
    versions = pack_versions()
    key = (day, tuple(sorted(versions.items())))
    if getattr(_compiled, "key", None) != key:
        rules: dict[str, list[Any]] = {code: [] for code in versions}
        for rule in Rule.objects.filter(pack__active=True, retired_at__isnull=True).select_related("pack"):
            rules[rule.pack.code].append(rule.as_scan_rule())
        packs = [Pack(code, versions[code], tuple(found)) for code, found in sorted(rules.items())]
        _compiled.scanner, _compiled.key = Scanner.compile(packs, day), key
    scanner: Scanner = _compiled.scanner
    return scanner


def length_of(pieces: Sequence[Passage]) -> int:
    """Return how many characters of running text there are, without the title."""
    return sum(len(piece.text) for piece in pieces if piece.kind not in {"title", BESIDE})


def details_of(page: ResourcePage, text_length: int) -> Details:
    """Return what ``page`` (an object made from a revision) says about itself."""
    adapted = page.source_kind in (SourceKind.ADAPTED, SourceKind.REPRINT)
    return Details(
        public=page.circulation == Circulation.PUBLIC,
        adapted=adapted,
        source=bool(page.source_title.strip() and page.source_by.strip()),
        permission=bool(page.permission.strip() or page.permission_document_id),
        title=bool(page.title.strip()),
        abstract=bool(page.abstract.strip()),
        unit=page.unit_id is not None,
        authors=_named(page),
        topics=bool(page.topics.all()),
        sectors=bool(page.sectors.all()),
        text=text_length > 0,
        scheduled=bool(page.go_live_at or page.expire_at),
        undescribed=_undescribed(page),
    )


def _named(page: ResourcePage) -> bool:
    """Whether there are authors and each has a name: a draft may be saved with a row that was left empty."""
    names = [author.name.strip() for author in page.authors.all()]
    return bool(names) and all(names)


def _undescribed(page: ResourcePage) -> int:
    """Return how many pictures in the body have no text alternative."""
    count = 0
    for block in getattr(page, "body", None) or []:
        for child in block.value.get("content") or []:
            count += child.block_type == "image" and not (child.value.get("alt") or "").strip()
    return count


@transaction.atomic
def run_checks(
    page: ResourcePage, revision: Revision, *, trigger: CheckTrigger, at: datetime | None = None
) -> CheckRun:
    """Check the text of ``revision`` and return the stored run.

    Effects in order: run, findings (a finding that was dismissed in the run before stays dismissed while its words
    are the same and it weighs no more), hit counts of the rules, fingerprint and similarities.
    """
    moment = at or clock.now()
    began = time.monotonic()
    draft = revision.as_object()
    rules, pieces, files = rules_of(clock.day_of(moment)), reviewed(draft), attached.texts_of(draft)
    texts = [piece.text for piece in pieces if piece.kind != BESIDE]
    hits = hits_of(draft, pieces, files, rules)
    before = run_before(page, revision.pk)
    run = CheckRun.objects.create(
        page_id=page.pk,
        revision=revision,
        sha256=digest(revision),
        trigger=trigger,
        packs=basis(rules, files),
        at=moment,
    )
    store_findings(run, hits, before)
    if trigger != CheckTrigger.RESCAN:
        run.similarity_percent = similarity.compare_with_library(page, revision, texts, run)
    run.milliseconds = min(int((time.monotonic() - began) * 1000), 2**31 - 1)
    run.save(update_fields=["similarity_percent", "milliseconds"])
    return run


def checked(page: ResourcePage, revision: Revision, *, at: datetime | None = None) -> CheckRun:
    """Return the newest run over ``revision``, made anew if rules or what is known of the files changed since."""
    moment = at or clock.now()
    run = latest_run(page, revision.pk)
    files = attached.texts_of(revision.as_object())
    if run is not None and run.packs == basis(rules_of(clock.day_of(moment)), files):
        return run
    return run_checks(page, revision, trigger=CheckTrigger.REVISION, at=moment)


def store_findings(run: CheckRun, hits: Sequence[Hit], before: CheckRun | None) -> None:
    """Write ``hits`` as findings of ``run`` and count them; see ``run_checks``."""
    hits = shown(hits)
    dismissed: dict[tuple[str, ...], Finding] = {}
    if before is not None:
        settled = before.findings.filter(disposition=Disposition.DISMISSED)
        for finding in sorted(settled, key=lambda one: -SEVERITY_ORDER[Severity(one.severity)]):
            dismissed[_same(finding)] = finding
    rows = []
    for hit in hits:
        row = Finding(
            run=run,
            passage=hit.passage,
            start=hit.start,
            end=hit.end,
            pack=hit.pack,
            rule=hit.rule,
            category=hit.category,
            severity=hit.severity,
            message=_storable(hit.message),
            quote=_storable(hit.quote)[:500],
            replacement=hit.replacement[:400],
        )
        known = dismissed.get(_same(row))
        # What was dismissed as a remark has not been looked at as something that blocks.
        if known is not None and SEVERITY_ORDER[Severity(known.severity)] <= SEVERITY_ORDER[Severity(row.severity)]:
            row.disposition, row.reason = Disposition.DISMISSED, known.reason
            row.disposed_by_id, row.disposed_at = known.disposed_by_id, known.disposed_at
        rows.append(row)
    Finding.objects.bulk_create(rows)
    if run.trigger != CheckTrigger.RESCAN:
        again = before is not None and before.sha256 == run.sha256
        counted = {_same(finding) for finding in before.findings.all()} if again and before is not None else set()
        _count([row for row in rows if _same(row) not in counted])
        _mark_fixed(rows, before, run)


def _same(finding: Finding) -> tuple[str, ...]:
    """Return what makes two findings one: rule and words; of the whole item, which has no words, what is said of it."""
    return (finding.pack, finding.rule, finding.quote, "" if finding.quote else finding.message)


def shown(hits: Sequence[Hit]) -> list[Hit]:
    """Return ``hits`` in their order, the gravest ``MAX_FINDINGS`` of them with a hit that says what was left out.

    A text that is full of a harmless word must not push a grave one out of sight.
    """
    if len(hits) <= MAX_FINDINGS:
        return list(hits)
    kept = sorted(range(len(hits)), key=lambda place: (SEVERITY_ORDER[Severity(hits[place].severity)], place))
    rest = kept[MAX_FINDINGS:]
    severity = min((Severity(hits[place].severity) for place in rest), key=SEVERITY_ORDER.__getitem__)
    category, message, _replacement = RULES["too-many"]
    note = Hit(-1, 0, 0, PACK_CODE, "too-many", category, severity, str(message) % len(rest))
    return [note, *(hits[place] for place in sorted(kept[:MAX_FINDINGS]))]


def _mark_fixed(rows: Sequence[Finding], before: CheckRun | None, run: CheckRun) -> None:
    """Settle what the run before found open and this text no longer has."""
    if before is None or before.sha256 == run.sha256:
        return
    still = {_same(row) for row in rows}
    waiting = before.findings.filter(disposition__in=[Disposition.OPEN, Disposition.ACCEPTED])
    gone = [row.pk for row in waiting if _same(row) not in still]
    Finding.objects.filter(pk__in=gone).update(disposition=Disposition.FIXED, disposed_at=run.at)


def _count(rows: Sequence[Finding]) -> None:
    """Add the new findings to the hit counts of their rules."""
    for (pack, rule), number in Counter((row.pack, row.rule) for row in rows).items():
        if pack == PACK_CODE:
            BuiltinRule.objects.get_or_create(key=rule)
            BuiltinRule.objects.filter(key=rule).update(hits=F("hits") + number)
        else:
            Rule.objects.filter(pack__code=pack, key=rule).update(hits=F("hits") + number)


def _storable(text: str) -> str:
    """Return ``text`` as any database can keep it: no NUL, no lone surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
