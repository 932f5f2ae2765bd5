"""The words by which people write the terms of a vocabulary into a table."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _

from caselib.vocabularies.models import Position, Sector, Term, Topic

AXES: dict[str, type[Term]] = {"topics": Topic, "sectors": Sector, "positions": Position}


def words_of(model: type[Term]) -> dict[str, str]:
    """The living terms of an axis by every word for them: name, synonyms, and retired terms that they replace."""
    found: dict[str, str] = {}
    terms = list(model.objects.select_related("replaced_by"))
    for term in terms:
        living = term.replaced_by if term.retired else term
        if living is not None and not living.retired:
            for word in (*term.synonyms, term.name) if not term.retired else (term.name,):
                found.setdefault(folded(word), living.name)
    return found | {folded(term.name): term.name for term in terms if not term.retired}


def folded(word: str) -> str:
    """Return a word for comparison: full width, blanks, quotation marks and case do not count."""
    return re.sub('[\\s"“”]+', "", unicodedata.normalize("NFKC", word)).lower()


def with_nearest(word: str, terms: Mapping[str, str]) -> str:
    """Return a word that is no term with the term that reads most like it, if one does."""
    near = difflib.get_close_matches(folded(word), terms, n=1, cutoff=0.5)
    return _("%(word)s (did you mean %(term)s?)") % {"word": word, "term": terms[near[0]]} if near else word
