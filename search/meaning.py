"""What a reader who found nothing may have meant: the library's own words in the place of unknown ones."""

from __future__ import annotations

from caselib.accounts.viewers import Viewer
from search import completions, nearest
from search.analysis import numerals
from search.analysis.query import ParsedQuery

_MOST_PARTS = 6  # of a query in which a slip of the pen is looked for


def meaning(parsed: ParsedQuery, viewer: Viewer) -> str | None:
    """Return the query with each unknown keyword replaced by a word the viewer may see, None if there is none.

    All else stays as the reader wrote it: what is left out, quoted or sought in one field goes on to be.
    Whether the viewer finds anything by it is for the caller to see.
    """
    if parsed.question or not 0 < len(parsed.wanted) <= _MOST_PARTS:
        return None
    said, at = parsed.text, 0
    for part in parsed.parts:
        begin = said.find(part.text, at)
        if begin < 0:  # what is left out may be more than one word
            continue
        # A number is what it is: no other number was meant by it.
        sure = part.excluded or numerals.variants(part.text) or completions.known(part.text, viewer)
        text = (None if sure else nearest.meant(part.text, viewer)) or part.text
        said, at = said[:begin] + text + said[begin + len(part.text) :], begin + len(text)
    return said if said != parsed.text else None
