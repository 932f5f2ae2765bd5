"""What the acts of the audit chain are called, for whoever reads it: the audit page and the review file."""

from __future__ import annotations

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    "review.setting_changed": _("Review settings changed"),
    "accounts.created": _("Account created"),
    "accounts.changed": _("Account changed"),
    "accounts.roles_set": _("Roles given"),
    "accounts.unit_changed": _("Unit changed"),
    "accounts.locked_out": _("Sign-in locked after wrong passwords"),
    "vocabularies.imported": _("Terms imported"),
    "media.film_added": _("Film added"),
    "media.film_version": _("New version of a film"),
    "media.captions_set": _("Captions changed"),
    "ingest.received": _("Manuscript received"),
    "ingest.accepted": _("Manuscript accepted"),
    "ingest.taken_back": _("Import taken back"),
    "catalogue.order_placed": _("Order placed"),
    "catalogue.order_accepted": _("Order accepted"),
    "catalogue.order_refused": _("Order refused"),
    "catalogue.order_dispatched": _("Order dispatched"),
    "catalogue.order_cancelled": _("Order cancelled"),
    "competitions.scored": _("Score given"),
    "competitions.score_voided": _("Score voided"),
    "competitions.round_opened": _("Round opened"),
    "competitions.round_closed": _("Round closed"),
    "anthologies.edition_created": _("Edition created"),
    "anthologies.frozen": _("Edition frozen"),
    "library.restored": pgettext_lazy("audit", "Restored from a backup"),
}


def label(verb: str) -> str:
    """Return the name of ``verb`` in the reader's language, or the name of its part of the library."""
    return str(ACTS.get(verb) or area(verb))


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
