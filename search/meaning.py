"""What a reader who found nothing may have meant: the library's own words in the place of unknown ones."""

from __future__ import annotations

from caselib.accounts.viewers import Viewer
from search import completions
from search.analysis import numerals
from search.analysis.query import ParsedQuery

_MOST_PARTS = 6  # of a query in which a slip of the pen is looked for


def meaning(parsed: ParsedQuery, viewer: Viewer) -> str | None:
    """Return the query with each unknown keyword replaced by a word the viewer may see, None if there is none.

    Whether the viewer finds anything by it is for the caller to see.
    """
    if parsed.question or not 0 < len(parsed.wanted) <= _MOST_PARTS:
        return None
    pieces, changed = [], False
    for part in parsed.wanted:
        # A number is what it is: no other number was meant by it.
        sure = numerals.variants(part.text) or completions.known(part.text, viewer)
        other = None if sure else completions.meant(part.text, viewer)
        pieces.append(other or part.text)
        changed = changed or other is not None
    return " ".join(pieces) if changed else None
