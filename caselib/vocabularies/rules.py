"""Rules of the vocabularies: three levels, no circles, no term replaced by itself or by a retired one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

MAX_LEVEL = 3


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What the rules need to know of a term. ``height`` is the number of levels of its subtree, itself included."""

    pk: int | None
    axis: str
    path: str
    level: int
    height: int = 1
    retired: bool = False
    children: int = 0


def may_place(term: TermFacts, parent: TermFacts | None) -> Refusal | None:
    """Refuse a place that makes a circle or a fourth level, or that lies under a retired term."""
    if parent is None:
        return None
    if parent.axis != term.axis:
        return Refusal("other-axis", _("A term stays in its own vocabulary."))
    if term.pk is not None and f"/{term.pk}/" in f"/{parent.path}":
        return Refusal("circle", _("A term cannot stand below itself. Choose another broader term."))
    if parent.retired:
        return Refusal("retired-parent", _("The broader term is retired. Choose one that is in use."))
    if parent.level + term.height > MAX_LEVEL:
        return Refusal("too-deep", _("The vocabulary has three levels at most. Choose a higher broader term."))
    return None


def may_replace(term: TermFacts, successor: TermFacts | None) -> Refusal | None:
    """Refuse to retire or merge ``term`` in favour of ``successor`` where a link would be lost."""
    if term.retired:
        return Refusal("already-retired", _("The term is retired already."))
    if successor is None:
        return None
    if successor.axis != term.axis:
        return Refusal("other-axis", _("A term stays in its own vocabulary."))
    if successor.pk == term.pk:
        return Refusal("itself", _("A term cannot replace itself. Choose another one."))
    if successor.retired:
        return Refusal("retired-successor", _("The replacing term is retired itself. Choose one that is in use."))
    if f"/{term.pk}/" in f"/{successor.path}":
        return Refusal("circle", _("The replacing term stands below this one. Move it up first."))
    return None


def may_retire(term: TermFacts) -> Refusal | None:
    """Refuse to retire a term that still has narrower ones."""
    if term.children:
        return Refusal("has-children", _("Narrower terms stand below this one. Move or retire them first."))
    return None
