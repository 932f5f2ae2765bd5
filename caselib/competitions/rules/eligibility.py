"""What may be entered in a track, and what is still missing; every reason at once, so nobody comes back twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a track. Empty sets and None mean: no condition."""

    kinds: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    published_from: date | None = None
    published_to: date | None = None
    free_of_awards_years: int = 0
    with_attachment: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known about a resource that somebody wants to enter."""

    kind: str
    live: bool
    withdrawn: bool
    unit_level: str
    published_on: date | None
    award_years: tuple[int, ...] = ()
    attachments: int = 0
    has_author: bool = True
    entered_already: bool = False


def refusals(candidate: Candidate, conditions: Conditions, year: int) -> list[Refusal]:
    """Return every reason why ``candidate`` may not be entered in ``year``; an empty list lets it in."""
    found = []
    if not candidate.live or candidate.withdrawn:
        found.append(Refusal("not-published", _("Only a published resource can be entered: have it reviewed first.")))
    if conditions.kinds and candidate.kind not in conditions.kinds:
        found.append(Refusal("wrong-kind", _("This kind of resource is not asked for in this track.")))
    if conditions.levels and candidate.unit_level not in conditions.levels:
        found.append(Refusal("wrong-level", _("Units of this level cannot enter this track.")))
    found += _date_refusals(candidate, conditions)
    recent = [y for y in candidate.award_years if y > year - conditions.free_of_awards_years]
    if conditions.free_of_awards_years and recent:
        text = _("It won an award in %(year)d; entries must be free of awards for %(years)d years.")
        values = {"year": max(recent), "years": conditions.free_of_awards_years}
        found.append(Refusal("awarded-before", text % values))
    if conditions.with_attachment and not candidate.attachments:
        found.append(Refusal("no-attachment", _("This track asks for an attached file: add one and publish again.")))
    if not candidate.has_author:
        found.append(Refusal("no-author", _("The resource names no author.")))
    if candidate.entered_already:
        found.append(Refusal("entered-already", _("It is already entered in this call.")))
    return found


def _date_refusals(candidate: Candidate, conditions: Conditions) -> list[Refusal]:
    day = candidate.published_on
    if day is None:
        return []
    if conditions.published_from and day < conditions.published_from:
        text = _("It was published before %(day)s.") % {"day": date_format(conditions.published_from)}
        return [Refusal("too-old", text)]
    if conditions.published_to and day > conditions.published_to:
        text = _("It was published after %(day)s.") % {"day": date_format(conditions.published_to)}
        return [Refusal("too-new", text)]
    return []
