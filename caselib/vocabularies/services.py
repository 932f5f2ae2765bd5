"""Verbs on terms, each audited: create, rename, move, merge, retire, restore, promote a free tag.

A term is never deleted: a retired one stays as a redirect, so that old drafts, links and lists keep their meaning.
What is tagged with a term is retagged by receivers of ``term_replaced`` (the resources app), in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from caselib.accounts.models import User
from caselib.core import audit, clock, page_cache
from caselib.core.errors import Refusal, RefusedError, require

from .models import Term
from .rules import TermFacts, may_place, may_replace, may_retire

# Sent inside the transaction. Arguments: term (retired), successor (Term or None), by.
term_replaced = Signal()
# Sent inside the transaction after a term got another name, place or synonyms. Arguments: term.
term_changed = Signal()
# Sent inside the transaction. Arguments: tag (taggit Tag), term, by.
tag_promoted = Signal()


def facts(term: Term) -> TermFacts:
    """Return what the rules need to know of ``term``. Two queries."""
    model = type(term)
    height = 1
    if term.pk:
        deepest = model.objects.filter(path__startswith=term.path).aggregate(level=Max("level"))["level"]
        height = (deepest or term.level) - term.level + 1
    children = model.objects.filter(parent_id=term.pk, retired_at__isnull=True).count() if term.pk else 0
    return TermFacts(term.pk, model.axis, term.path, term.level, height, term.retired, children)


@transaction.atomic
def create_term(
    model: type[Term],
    name: str,
    *,
    by: User | None,
    parent: Term | None = None,
    code: str = "",
    synonyms: Collection[str] = (),
    scope_note: str = "",
    at: datetime | None = None,
) -> Term:
    """Add a term and return it. Raises RefusedError for a fourth level or a name in use.

    Effects in order: row, audit row ``vocabularies.created``.
    """
    name = " ".join(name.split())[:100]
    _require_free_name(model, name)
    require(may_place(TermFacts(None, model.axis, "", 0), facts(parent) if parent else None))
    code = code or next_code(model, parent)
    term = model(
        name=name,
        slug=model.free_slug(name, code),
        code=code,
        parent=parent,
        synonyms=sorted(set(synonyms) - {name}),
        scope_note=scope_note,
        order=model.objects.filter(parent=parent).count() + 1,
    )
    term.save()
    _after(term, "created", by=by, at=at, name=name)
    return term


@transaction.atomic
def rename_term(term: Term, name: str, *, by: User | None, at: datetime | None = None) -> Term:
    """Give ``term`` another name; the old one becomes a synonym, so that searches still find it.

    Raises RefusedError for a name in use. Effects in order: row, audit row ``vocabularies.renamed``.
    """
    term = _locked(term)
    name = " ".join(name.split())[:100]
    if name == term.name:
        return term
    _require_free_name(type(term), name)
    old, term.name = term.name, name
    term.synonyms = sorted({*term.synonyms, old} - {name})
    term.save()
    _after(term, "renamed", by=by, at=at, before=old, after=name)
    return term


@transaction.atomic
def describe_term(
    term: Term, *, synonyms: Collection[str], scope_note: str, by: User | None, at: datetime | None = None
) -> Term:
    """Set synonyms and scope note. Effects in order: row, audit row ``vocabularies.described``."""
    term = _locked(term)
    term.synonyms = sorted({text.strip() for text in synonyms if text.strip()} - {term.name})
    term.scope_note = scope_note
    term.save()
    _after(term, "described", by=by, at=at, synonyms=term.synonyms)
    return term


@transaction.atomic
def move_term(term: Term, parent: Term | None, *, by: User | None, at: datetime | None = None) -> Term:
    """Put ``term`` with everything below it under ``parent`` (None: at the top).

    Raises RefusedError for a circle or a fourth level. Effects in order: row, descendants' paths and levels, audit
    row ``vocabularies.moved``.
    """
    term = _locked(term)
    require(may_place(facts(term), facts(parent) if parent else None))
    old_parent = term.parent_id
    _put_under(term, parent)
    _after(term, "moved", by=by, at=at, before=old_parent, after=parent.pk if parent else None)
    return term


@transaction.atomic
def retire_term(term: Term, successor: Term | None, *, by: User | None, at: datetime | None = None) -> Term:
    """Retire ``term``, in favour of ``successor`` if there is one; it stays as a redirect.

    Raises RefusedError where a link would be lost. Effects in order: row, resources retagged (receivers of
    ``term_replaced``), audit row ``vocabularies.retired``.
    """
    term = _locked(term)
    known = facts(term)
    require(may_retire(known))
    require(may_replace(known, facts(successor) if successor else None))
    term.retired_at = at or clock.now()
    term.replaced_by = successor
    term.save()
    type(term).objects.filter(replaced_by=term).update(replaced_by=successor)
    if successor:
        term_replaced.send(sender=type(term), term=term, successor=successor, by=by)
    _after(term, "retired", by=by, at=at, successor=successor.pk if successor else None)
    return term


@transaction.atomic
def merge_terms(term: Term, into: Term, *, by: User | None, at: datetime | None = None) -> Term:
    """Merge ``term`` into ``into``: its narrower terms move there, its names become synonyms, it is retired.

    Effects in order: children moved, synonyms, ``retire_term``, audit row ``vocabularies.merged``. Returns ``into``.
    """
    term, into = _locked(term), _locked(into)
    require(may_replace(facts(term), facts(into)))
    for child in type(term).objects.filter(parent=term):
        move_term(child, into, by=by, at=at)
    into.refresh_from_db()
    into.synonyms = sorted({*into.synonyms, *term.synonyms, term.name} - {into.name})
    into.save()
    retire_term(term, into, by=by, at=at)
    _after(into, "merged", by=by, at=at, source=term.pk, name=term.name)
    return into


@transaction.atomic
def restore_term(term: Term, *, by: User | None, at: datetime | None = None) -> Term:
    """Take a retired term into use again. Links that moved to its successor stay there."""
    term = _locked(term)
    if not term.retired:
        raise RefusedError(Refusal("in-use", _("The term is in use already.")))
    term.retired_at, term.replaced_by = None, None
    _put_under(term, None if term.parent and term.parent.retired else term.parent)
    _after(term, "restored", by=by, at=at)
    return term


@transaction.atomic
def promote_tag(
    tag: Tag, model: type[Term], *, by: User | None, parent: Term | None = None, at: datetime | None = None
) -> Term:
    """Make a free tag a term of a controlled axis; what carried the tag carries the term (receivers of the signal).

    Drafts and open revisions that carry the tag find the term through ``promoted_from`` when they are opened. A term
    of the tag's name is taken. Effects in order: ``create_term`` (or that term),
    ``tag_promoted``, audit row ``vocabularies.promoted``.
    """
    term = model.objects.filter(promoted_from=tag, retired_at__isnull=True).first()
    term = term or model.objects.filter(name__iexact=tag.name, retired_at__isnull=True).first()
    term = term or create_term(model, tag.name, by=by, parent=parent, at=at)
    # The tag means the newest term it was made into.
    model.objects.filter(promoted_from=tag).exclude(pk=term.pk).update(promoted_from=None)
    tag_promoted.send(sender=model, tag=tag, term=term, by=by)
    # Saved last: the index takes up what carries the term when the term is saved.
    term.promoted_from = tag
    term.save()
    _after(term, "promoted", by=by, at=at, tag=tag.name)
    return term


def next_code(model: type[Term], parent: Term | None) -> str:
    """Return the next free code below ``parent`` (``T01.02``)."""
    stem = f"{parent.code}." if parent else {"topic": "T", "sector": "S", "position": "P"}[model.axis]
    number = model.objects.filter(parent=parent).count() + 1
    while model.objects.filter(code=f"{stem}{number:02d}").exists():
        number += 1
    return f"{stem}{number:02d}"


def _put_under(term: Term, parent: Term | None) -> None:
    """Save ``term`` under ``parent``; the paths and levels of all terms below it, retired ones too, go with it."""
    model, old_path = type(term), term.path
    below = list(model.objects.filter(path__startswith=old_path).exclude(pk=term.pk).order_by("level"))
    term.parent = parent
    term.save()
    for child in below:
        model.objects.filter(pk=child.pk).update(
            path=term.path + child.path.removeprefix(old_path),
            level=term.level + child.path.count("/") - old_path.count("/"),
        )


def _locked(term: Term) -> Term:
    return type(term).objects.select_for_update(of=("self",)).select_related("parent").get(pk=term.pk)


def _require_free_name(model: type[Term], name: str) -> None:
    if not name:
        raise RefusedError(Refusal("no-name", _("Enter a name for the term.")))
    if model.objects.filter(name__iexact=name).exists():
        raise RefusedError(Refusal("name-taken", _("There is a term of this name already. Merge instead of renaming.")))


def _after(term: Term, verb: str, *, by: User | None, at: datetime | None, **data: object) -> None:
    audit.record(f"vocabularies.{verb}", term, by=by, at=at, axis=term.axis, **data)
    page_cache.bump(page_cache.PAGES, page_cache.LISTS)
    term_changed.send(sender=type(term), term=term)
