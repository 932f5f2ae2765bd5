"""Marks as a judge typed them: which are missing, out of range or no numbers at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

from ..scoring import Criterion

PLACES = 2
LONGEST = 12
PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?")


def parsed(text: Any) -> Decimal | None:
    """Return the mark in ``text`` or None if it is no plain number; full-width digits and points are understood."""
    source = str(text).strip().replace("．", ".").replace("。", ".")
    if len(source) > LONGEST or not PLAIN.fullmatch(source):
        return None
    try:
        return Decimal(source)
    except InvalidOperation:
        return None


def check(criteria: Sequence[Criterion], names: Mapping[str, str], marks: Mapping[str, Decimal]) -> Refusal | None:
    """Refuse marks that are unknown, missing, out of range or finer than two decimals."""
    known = {criterion.code for criterion in criteria}
    if set(marks) - known:
        return Refusal(
            "unknown-criterion", _("A mark was sent for a criterion that is not in the rubric. Reload the page.")
        )
    for criterion in criteria:
        name = names.get(criterion.code, criterion.code)
        mark = marks.get(criterion.code)
        if mark is None:
            if criterion.optional:
                continue
            return Refusal("mark-missing", _("“%(name)s” has no mark yet.") % {"name": name})
        if not criterion.low <= mark <= criterion.high:
            text = _("The mark for “%(name)s” must lie between %(low)s and %(high)s.")
            values = {"name": name, "low": f"{criterion.low.normalize():f}", "high": f"{criterion.high.normalize():f}"}
            return Refusal("mark-out-of-range", text % values)
        exponent = mark.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > PLACES:
            return Refusal("mark-too-fine", _("The mark for “%(name)s” has more than two decimals.") % {"name": name})
    if not marks:
        return Refusal("no-marks", _("There is no mark yet."))
    return None
