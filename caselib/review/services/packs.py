"""Changing rule packs: every change is a new numbered version, is audited, and re-scans the published library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit, clock, jobs
from caselib.core.enums import JobState
from caselib.core.errors import Refusal, require
from caselib.core.models import Job
from caselib.core.seen import require_seen, stamp_of

from ..models import BuiltinRule, Checklist, ChecklistVersion, Rule, RulePack, RulePackVersion
from ..scanning.pack_csv import read_pack, write_pack
from ..scanning.packs import ScanRule

RESCAN = "review.rescan"


def may_change_rules(user: User | None) -> Refusal | None:
    """Rule packs, checklists and stages are the security administrator's; None stands for the installation."""
    if user is None or user.has_role(Role.SECURITY_ADMIN):
        return None
    return Refusal("not-security", _("Only the security administrator changes rules, checklists and stages."))


@transaction.atomic
def import_pack(
    code: str, name: str, data: bytes, *, by: User | None, at: datetime | None = None, rescan: bool = True
) -> RulePack:
    """Replace the rules of pack ``code`` (made if new) by those in the CSV ``data``; return the pack.

    Rules keep their counts by key; a key that is gone is retired, not deleted. Effects in order: rules, version,
    audit row, re-scan job. Raises PackError naming every wrong row (nothing is changed), RefusedError by the rule.
    """
    require(may_change_rules(by))
    rules = read_pack(data)
    pack, _made = RulePack.objects.get_or_create(code=code, defaults={"name": name or code})
    pack = RulePack.objects.select_for_update().get(pk=pack.pk)
    if name and pack.name != name:
        pack.name = name
    _replace(pack, rules, at or clock.now())
    return _new_version(pack, by=by, at=at, rescan=rescan)


def _replace(pack: RulePack, rules: Iterable[ScanRule], moment: datetime) -> None:
    """Make the rules of ``pack`` those of ``rules``, in three statements whatever their number."""
    known = {rule.key: rule for rule in pack.rules.all()}
    made: list[Rule] = []
    changed: list[Rule] = []
    fields = ("text", "kind", "category", "severity", "message", "replacement", "exceptions", "since", "until")
    keys = set()
    for wanted in rules:
        keys.add(wanted.key)
        row = known.get(wanted.key) or Rule(pack=pack, key=wanted.key)
        for name in fields:
            value = getattr(wanted, name)
            setattr(row, name, "\n".join(value) if name == "exceptions" else value)
        row.retired_at = None
        (changed if row.pk else made).append(row)
    Rule.objects.bulk_create(made, batch_size=500)
    Rule.objects.bulk_update(changed, [*fields, "retired_at"], batch_size=200)
    gone = [rule.pk for key, rule in known.items() if key not in keys and rule.retired_at is None]
    for start in range(0, len(gone), 500):
        Rule.objects.filter(pk__in=gone[start : start + 500]).update(retired_at=moment)


def _new_version(pack: RulePack, *, by: User | None, at: datetime | None, rescan: bool = True) -> RulePack:
    """Number the present rules of ``pack`` as a new version; see ``import_pack`` for the effects."""
    moment = at or clock.now()
    text = export_pack(pack)
    pack.version += 1
    pack.updated_at = moment
    pack.save()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    RulePackVersion.objects.create(pack=pack, number=pack.version, csv=text, sha256=sha256, made_by=by, made_at=moment)
    audit.record("review.pack_changed", pack, by=by, at=moment, version=pack.version, sha256=sha256)
    if rescan:
        request_rescan(by=by)
    return pack


def export_pack(pack: RulePack) -> str:
    """Return the rules of ``pack`` in use as CSV text."""
    return write_pack(rule.as_scan_rule() for rule in pack.rules.filter(retired_at__isnull=True).order_by("key"))


@transaction.atomic
def save_rule(rule: Rule, *, by: User, at: datetime | None = None) -> Rule:
    """Store a rule edited in the admin. Effects in order: rule, new version of its pack, audit row, re-scan job."""
    require(may_change_rules(by))
    rule.full_clean()
    rule.save()
    _new_version(RulePack.objects.select_for_update().get(pk=rule.pack_id), by=by, at=at)
    return rule


@transaction.atomic
def retire_rule(rule: Rule, *, by: User, at: datetime | None = None) -> None:
    """Switch a rule off and keep its counts. Effects as ``save_rule``."""
    require(may_change_rules(by))
    rule.retired_at = at or clock.now()
    rule.save(update_fields=["retired_at"])
    _new_version(RulePack.objects.select_for_update().get(pk=rule.pack_id), by=by, at=at)


@transaction.atomic
def switch_builtin(key: str, active: bool, *, by: User, at: datetime | None = None) -> None:
    """Switch a built-in rule on or off. Effects in order: switch, audit row."""
    require(may_change_rules(by))
    row, _made = BuiltinRule.objects.update_or_create(key=key, defaults={"active": active})
    audit.record("review.builtin_switched", row, by=by, at=at, active=active)


def request_rescan(*, by: User | None) -> tuple[Job, bool]:
    """Queue a re-scan of the published library and return it and True, or the one that is waiting already and False."""
    waiting = Job.objects.filter(kind=RESCAN, state=JobState.QUEUED).first()
    return (waiting, False) if waiting else (jobs.start(RESCAN, by=by), True)


@transaction.atomic
def set_checklist(
    checklist: Checklist, lines: Iterable[str], *, seen: str = "", by: User | None, at: datetime | None = None
) -> ChecklistVersion:
    """Give ``checklist`` the questions ``lines`` and return the version; one ending in ``*`` is required.

    ``seen`` is the stamp of the version that was shown; ConflictError is raised if it is no longer the present one. The
    same questions as before make no new version. Effects in order: version, audit row.
    """
    require(may_change_rules(by))
    checklist = Checklist.objects.select_for_update(no_key=True).get(pk=checklist.pk)
    items: list[dict[str, str | bool]] = []
    for line in lines:
        text = line.strip()
        if text:
            required = text.endswith("*")
            items.append({"key": f"q{len(items) + 1}", "text": text.rstrip("* ").strip()[:300], "required": required})
    present = checklist.current()
    require_seen(seen, stamp_of(present) if present else "")
    if present is not None and present.items == items:
        return present
    version = ChecklistVersion.objects.create(
        checklist=checklist,
        number=(present.number if present else 0) + 1,
        items=items,
        created_at=at or clock.now(),
        created_by=by,
    )
    audit.record("review.checklist_changed", checklist, by=by, at=at, version=version.number, items=items)
    return version
