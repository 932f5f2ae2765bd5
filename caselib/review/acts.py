"""What the acts of the audit chain are called, for whoever reads it: the audit page and the review file."""

from __future__ import annotations

import json

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .enums import Outcome

ACTS: dict[str, str | Promise] = {
    "resources.created": _("Draft created"),
    "resources.revised": _("Draft changed"),
    "resources.moved": _("Filed elsewhere"),
    "resources.deleted": _("Draft deleted"),
    "resources.exported": _("Listing exported"),
    "resources.term_replaced": _("Term replaced"),
    "resources.tag_promoted": _("Free tag made a term"),
    "review.submitted": _("Submitted"),
    "review.stage_opened": _("Stage opened"),
    "review.assigned": _("Assigned"),
    "review.decided": _("Stage decided"),
    "review.decision_voided": _("Decision voided"),
    "review.cancelled": _("Review ended"),
    "review.published": _("Published"),
    "review.withdrawn": _("Withdrawn"),
    "review.restore_requested": _("Return requested"),
    "review.circulation_changed": _("Level changed"),
    "review.circulation_requested": _("Wider level requested"),
    "review.finding_disposed": _("Finding decided"),
    "review.commented": _("Comment added"),
    "review.comment_resolved": _("Comment done"),
    "review.dossier_exported": _("Review file exported"),
    "review.rereview_notice": _("Reminded of re-review"),
    "review.pack_changed": _("Rule pack changed"),
    "review.checklist_changed": _("Checklist changed"),
    "review.builtin_switched": _("Built-in rule switched"),
    "review.chain_exported": _("Audit chain exported"),
    "review.setting_changed": _("Review settings changed"),
    "accounts.created": _("Account created"),
    "accounts.changed": _("Account changed"),
    "accounts.roles_set": _("Roles given"),
    "accounts.groups_set": _("Groups changed"),
    "accounts.permissions_set": _("Permissions of a group changed"),
    "accounts.unit_changed": _("Unit changed"),
    "accounts.locked_out": _("Sign-in locked after wrong passwords"),
    "vocabularies.created": _("Term created"),
    "vocabularies.described": _("Term described"),
    "vocabularies.renamed": _("Term renamed"),
    "vocabularies.moved": _("Term moved"),
    "vocabularies.merged": _("Terms merged"),
    "vocabularies.retired": _("Term retired"),
    "vocabularies.restored": _("Term in use again"),
    "vocabularies.promoted": _("Free tag made a term"),
    "vocabularies.imported": _("Terms imported"),
    "media.film_added": _("Film added"),
    "media.film_version": _("New version of a film"),
    "media.captions_set": _("Captions changed"),
    "media.captions_removed": _("Captions taken off"),
    "ingest.received": _("Manuscript received"),
    "ingest.read": _("Manuscript read"),
    "ingest.refused": _("Manuscript could not be read"),
    "ingest.read_again": _("Manuscript read again"),
    "ingest.stopped": _("Reading of a manuscript stopped"),
    "ingest.accepted": _("Manuscript accepted"),
    "ingest.taken_back": _("Import taken back"),
    "ingest.metadata_imported": _("Metadata imported"),
    "catalogue.list_created": _("List created"),
    "catalogue.list_changed": _("List changed"),
    "catalogue.list_published": _("List published"),
    "catalogue.list_unpublished": _("List taken down"),
    "catalogue.list_item_added": _("Item put on a list"),
    "catalogue.list_item_changed": _("Item of a list changed"),
    "catalogue.list_item_moved": _("Item of a list moved"),
    "catalogue.list_item_removed": _("Item taken off a list"),
    "catalogue.order_placed": _("Order placed"),
    "catalogue.order_changed": _("Order changed"),
    "catalogue.order_accepted": _("Order accepted"),
    "catalogue.order_refused": _("Order refused"),
    "catalogue.order_dispatched": _("Order dispatched"),
    "catalogue.order_cancelled": _("Order cancelled"),
    "catalogue.order_reminded": _("Reminded of an order"),
    "catalogue.session_delivered": _("Session delivered"),
    "catalogue.session_cancelled": _("Session cancelled"),
    "catalogue.session_rated": _("Session rated"),
    "catalogue.session_reminded": _("Reminded of a session"),
    "catalogue.slips_issued": _("Rating slips issued"),
    "catalogue.room_kept": _("Room entered"),
    "catalogue.point_evaluated": _("Teaching point evaluated"),
    "catalogue.point_rectified": _("Teaching point put right"),
    "catalogue.point_preferred": _("Teaching point preferred"),
    "catalogue.demand_asked": _("Demand put on the board"),
    "catalogue.demand_claimed": _("Demand claimed"),
    "catalogue.demand_released": _("Demand given back"),
    "catalogue.demand_met": _("Demand met"),
    "competitions.call_created": _("Call created"),
    "competitions.call_published": _("Call published"),
    "competitions.call_cancelled": _("Call cancelled"),
    "competitions.deadline_moved": _("Deadline moved"),
    "competitions.setup_changed": _("Set-up of a call changed"),
    "competitions.setup_removed": _("Part of a call removed"),
    "competitions.entry_drafted": _("Entry drafted"),
    "competitions.entry_recommended": _("Entry recommended"),
    "competitions.entry_declined": _("Entry not recommended"),
    "competitions.entry_submitted": _("Entry submitted"),
    "competitions.entry_withdrawn": _("Entry withdrawn"),
    "competitions.entry_left": _("Entry left the competition"),
    "competitions.entry_excluded": _("Entry excluded"),
    "competitions.passage_blacked_out": _("Passage blacked out"),
    "competitions.black_out_lifted": _("Passage shown again"),
    "competitions.attachment_withheld": _("Attachment withheld from judges"),
    "competitions.attachment_given": _("Attachment given to judges"),
    "competitions.judge_appointed": _("Judge appointed"),
    "competitions.judge_declared": _("Judge declared interests"),
    "competitions.judge_recused": _("Judge recused"),
    "competitions.judge_removed": _("Judge removed"),
    "competitions.conflict_recorded": _("Conflict of interest recorded"),
    "competitions.round_opened": _("Round opened"),
    "competitions.round_assigned": _("Readings assigned"),
    "competitions.round_prolonged": _("Round prolonged"),
    "competitions.round_closed": _("Round closed"),
    "competitions.round_reopened": _("Round opened again"),
    "competitions.reading_given": _("Reading given to a judge"),
    "competitions.further_reading": _("Further reading asked for"),
    "competitions.on_stage": _("Entry called on stage"),
    "competitions.scored": _("Score given"),
    "competitions.score_voided": _("Score voided"),
    "competitions.codes_printed": _("Ballot codes printed"),
    "competitions.ballot_cast": _("Ballot cast"),
    "competitions.awards_proposed": _("Awards proposed"),
    "competitions.award_set": _("Award changed"),
    "competitions.publicity_opened": _("Public notice opened"),
    "competitions.publicity_prolonged": _("Public notice prolonged"),
    "competitions.objection_filed": _("Objection filed"),
    "competitions.objection_answered": _("Objection answered"),
    "competitions.awards_confirmed": _("Awards confirmed"),
    "competitions.results_released": pgettext_lazy("audit", "Results released"),
    "competitions.certificate_revoked": _("Certificate revoked"),
    "competitions.need_published": _("Need for a course published"),
    "competitions.bid_submitted": _("Bid handed in"),
    "competitions.bid_withdrawn": _("Bid withdrawn"),
    "competitions.commission_given": _("Commission given"),
    "competitions.milestone_reported": _("Milestone reported"),
    "competitions.milestone_accepted": _("Milestone accepted"),
    "competitions.milestone_returned": _("Milestone returned"),
    "anthologies.created": _("Collection created"),
    "anthologies.changed": _("Title of a collection changed"),
    "anthologies.edition_created": _("Edition created"),
    "anthologies.edition_changed": _("Edition changed"),
    "anthologies.style_changed": _("Style of collections changed"),
    "anthologies.filled": _("Cases chosen for an edition"),
    "anthologies.item_added": _("Item put into an edition"),
    "anthologies.item_changed": _("Item of an edition changed"),
    "anthologies.item_removed": _("Item taken out of an edition"),
    "anthologies.ordered": _("Order of an edition changed"),
    "anthologies.arranged": _("Edition arranged"),
    "anthologies.repinned": _("Edition brought up to date"),
    "anthologies.frozen": _("Edition frozen"),
    "anthologies.compile_asked": _("Printing asked for"),
    "anthologies.compile_cancelled": _("Printing cancelled"),
    "library.restored": pgettext_lazy("audit", "Restored from a backup"),
}


def label(verb: str) -> str:
    """Return the name of ``verb`` in the reader's language, or the name of its part of the library."""
    return str(ACTS.get(verb) or area(verb))


# What a person wants to know of a row; numbers of rows and hashes are for whoever recomputes the chain.
DETAILS: dict[str, str | Promise] = {
    "stage_name": _("Stage"),
    "outcome": _("Decision"),
    "opinion": _("Opinion"),
    "reason": _("Reason"),
    "note": pgettext_lazy("audit", "Note"),
    "title": _("Title"),
    "text": pgettext_lazy("audit", "Text"),
    "roles": _("Roles"),
    "before": _("Before"),
    "after": _("After"),
    "fields": _("Fields"),
    "due_on": _("Due"),
    "address": _("Address"),
    "headcount": _("People"),
    "attendance": _("Attendance"),
    "revision": _("Revision"),
}


def details(data: dict[str, object]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (name, value) of what a row says beside its verb: what people ask for, then the rest under its keys."""
    filled = {key: value for key, value in data.items() if value not in ("", None, [], {})}
    if (outcome := filled.get("outcome")) in Outcome.values:
        filled["outcome"] = Outcome(outcome).label
    named = [(str(name), _said(filled[key])) for key, name in DETAILS.items() if key in filled]
    return named, [(key, _said(value)) for key, value in filled.items() if key not in DETAILS]


def _said(value: object) -> str:
    return str(value) if isinstance(value, str | Promise) else json.dumps(value, ensure_ascii=False)


def area(verb: str) -> str:
    """Return the name of the part of the library that ``verb`` belongs to."""
    name = verb.partition(".")[0]
    return str(apps.get_app_config(name).verbose_name) if name in apps.app_configs else name


def choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return (prefix, area, its known acts) for a filter."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for verb, name in ACTS.items():
        areas.setdefault(verb.partition(".")[0], []).append((verb, str(name)))
    return [(f"{prefix}.", area(f"{prefix}."), acts) for prefix, acts in areas.items()]
