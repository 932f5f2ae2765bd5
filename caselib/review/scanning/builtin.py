"""What the built-in rules say. Their counts are kept like those of any other rule, so a noisy one can be switched off."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caselib.review.enums import Category

PACK_CODE = "builtin"

# key: (category, message, suggested wording)
RULES = {
    "identity-card": (
        Category.PERSONAL,
        _("An identity-card number. Remove it, or mask all but the first six digits."),
        "",
    ),
    "bank-card": (Category.PERSONAL, _("A bank-card number with a valid check digit. Remove it."), ""),
    "mobile": (Category.PERSONAL, _("A mobile number. Remove it unless it is a published office number."), ""),
    "home-address": (Category.PERSONAL, _("A home address. Name the street or the village only."), ""),
    "suspect-name": (
        Category.PERSONAL,
        _(
            "A full name next to wording about a case. Write the surname with 某, unless the case was officially published."
        ),
        "",
    ),
    "minor-name": (Category.PERSONAL, _("The full name of a minor. Write the surname with 某."), ""),
    "secret-mark": (Category.MARKING, _("A state-secret marking. Stop here and ask the security officer."), ""),
    "internal-mark": (
        Category.MARKING,
        _("An internal-document marking. Internal material may not stand in a public item."),
        "",
    ),
    "missing-title": (Category.METADATA, _("The title is missing."), ""),
    "missing-text": (Category.METADATA, _("There is no text to review."), ""),
    "missing-unit": (Category.METADATA, _("The owning unit is missing."), ""),
    "missing-author": (Category.METADATA, _("The authors are missing."), ""),
    "missing-source": (Category.METADATA, _("The item is adapted or reprinted, but its source is missing."), ""),
    "missing-permission": (
        Category.METADATA,
        _("The item is adapted or reprinted, but no permission of the rights holder is recorded."),
        "",
    ),
    "missing-topic": (Category.METADATA, _("No topic is chosen, so nobody would find the item."), ""),
    "missing-abstract": (Category.METADATA, _("The abstract is missing."), ""),
    "missing-sector": (Category.METADATA, _("No sector is chosen."), ""),
    "missing-alt": (Category.METADATA, _("A picture has no text alternative."), ""),
    "scheduled": (
        Category.METADATA,
        _(
            "A date for going live or expiring is set. A vetted text goes live when the final review passes: clear the date."
        ),
        "",
    ),
    "attachment-unread": (
        Category.METADATA,
        _("An attachment has no text that the checks could read. Open it and read all of it."),
        "",
    ),
    "too-many": (
        Category.STYLE,
        _("There are %d more findings than can be shown. Mend what is listed; the next check shows the rest."),
        "",
    ),
    "too-slow": (Category.STYLE, _("A pattern took too long on this text and was not fully applied: %s"), ""),
}
