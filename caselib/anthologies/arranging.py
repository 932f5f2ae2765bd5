"""Groups the cases of an edition by a term of an axis, by unit or by award."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caselib.resources.models import ResourceAward, ResourcePage
from caselib.resources.selectors import with_tags

from .enums import Axis
from .models import OutlineItem

Group = tuple[str, list[OutlineItem]]


def group_cases(items: Sequence[OutlineItem], axis: Axis) -> list[Group]:
    """Return (title of the part, its cases in their present order); what has no term comes last, under 其他."""
    ids = [item.selection.page_id for item in items]
    pages = {page.pk: page for page in with_tags(ResourcePage.objects.filter(pk__in=ids)).prefetch_related("awards")}
    groups: dict[tuple[float, str], list[OutlineItem]] = {}
    for item in items:
        groups.setdefault(_place(pages[item.selection.page_id], axis), []).append(item)
    return [(title, groups[rank, title]) for rank, title in sorted(groups)]


def _place(page: ResourcePage, axis: Axis) -> tuple[float, str]:
    """Return (rank, title) of the group ``page`` belongs to."""
    other = (float("inf"), _("Others"))
    if axis == Axis.UNIT:
        return (0.0, str(page.unit)) if page.unit else other
    if axis == Axis.AWARD:
        tiers = [value for value, _label in ResourceAward._meta.get_field("tier").choices or ()]
        awards = sorted(page.awards.all(), key=lambda award: tiers.index(award.tier))
        return (float(tiers.index(awards[0].tier)), awards[0].get_tier_display()) if awards else other
    rows = {Axis.TOPIC: page.topic_taggings, Axis.SECTOR: page.sector_taggings, Axis.POSITION: page.position_taggings}[
        axis
    ]
    terms = sorted((row.tag for row in rows.all()), key=lambda term: (term.order, term.pk))
    return (float(terms[0].order), terms[0].name) if terms else other
