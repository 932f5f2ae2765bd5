"""What becomes of the keywords of a text: terms whose name or synonym they are, free tags otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from caselib.word.model import Block

from .keywords import keywords_of
from .termwords import AXES, folded, words_of

FREE = "free_tags"


@dataclass(slots=True)
class KeyTags:
    """``terms`` holds on each axis the word of the text by the term it means, ``free`` the words that mean none."""

    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)

    def tags(self) -> dict[str, list[str]]:
        """Return them as a draft takes them: names by axis."""
        found = {axis: list(names) for axis, names in self.terms.items()}
        return found | ({FREE: self.free} if self.free else {})

    def kept(self, tags: Mapping[str, Collection[str]]) -> set[str]:
        """Return the keywords that ``tags`` hold: as a free tag, or on an axis the term that they mean."""
        free = {folded(name) for name in tags.get(FREE, ())}
        found = {word for word in self.free if folded(word) in free}
        for axis, names in self.terms.items():
            found |= {word for name, word in names.items() if name in tags.get(axis, ())}
            found |= {word for word in names.values() if folded(word) in free}
        return found


def key_tags(blocks: Sequence[Block]) -> KeyTags:
    """Return what the keywords of a text stand for in the vocabularies of today.

    Three queries where there are keywords, none where there are not.
    """
    found = KeyTags()
    keywords = keywords_of(blocks)
    if keywords is None:
        return found
    known = {axis: words_of(model) for axis, model in AXES.items()}
    for word in keywords.words:
        places = [axis for axis in AXES if folded(word) in known[axis]]
        for axis in places:
            found.terms.setdefault(axis, {}).setdefault(known[axis][folded(word)], word)
        if not places:
            found.free.append(word)
    return found
