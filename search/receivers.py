"""What changes a record: each change of a page, its files, terms or unit enqueues it in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from caselib.accounts.models import Unit
from caselib.media.models import CaptionTrack, CaseDocument
from caselib.resources.models import (
    ResourceAward,
    ResourcePage,
    RestrictedGroup,
    Video,
)
from caselib.vocabularies.models import AXES, Term
from search import outbox, synonyms
from search.harvest import PREFIX, key_of
from search.models import Completion, SynonymGroup

# Saving a draft changes only these columns of the page; the live record is the same.
_DRAFT_COLUMNS = frozenset(
    {"latest_revision", "latest_revision_id", "latest_revision_created_at", "draft_title", "has_unpublished_changes"}
)


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    page_published.connect(_page_changed, dispatch_uid="search.published")
    page_unpublished.connect(_page_changed, dispatch_uid="search.unpublished")
    post_page_move.connect(_page_moved, dispatch_uid="search.moved")
    post_save.connect(_saved, dispatch_uid="search.saved")
    post_delete.connect(_deleted, dispatch_uid="search.deleted")
    pre_delete.connect(_term_leaving, dispatch_uid="search.term-leaving")
    m2m_changed.connect(_m2m, dispatch_uid="search.m2m")


def _page_changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, ResourcePage):
        outbox.enqueue([key_of(instance.pk)])


def _page_moved(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """A moved page or folder takes everything below it along."""
    _enqueue_live(Q(path__startswith=instance.path))


def _saved(sender: type[Model], instance: Model, raw: bool = False, created: bool = False, **kwargs: Any) -> None:
    if raw:
        return
    if isinstance(instance, Page):
        _page_saved(instance, created, kwargs.get("update_fields"))
    else:
        _part_changed(instance)


def _page_saved(page: Page, created: bool, update_fields: Iterable[str] | None) -> None:
    if not isinstance(page, ResourcePage) or (created and not page.live):
        return
    if update_fields is not None and set(update_fields) <= _DRAFT_COLUMNS:
        return
    key = key_of(page.pk)
    # A draft that was never found needs no job; one that was is taken out, however it came to be a draft again.
    if page.live or Completion.objects.filter(record=key).exists():
        outbox.enqueue([key])


def _deleted(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, ResourcePage) or sender is Page:
        outbox.enqueue([f"{PREFIX}{instance.pk}"])
    else:
        _part_changed(instance)


def _part_changed(instance: Model) -> None:
    """Enqueue the pages that show something of this object."""
    match instance:
        case ResourceAward() | RestrictedGroup():  # authors, files and terms are saved with their page
            _enqueue_live(Q(pk=instance.page_id))
        case CaseDocument():
            _enqueue_live(Q(attachments__document=instance.pk))
        case CaptionTrack():
            films = Video.objects.filter(video_file=instance.video_id)
            _enqueue_live(Q(pk__in=films.values("pk")))
        case Unit():
            _enqueue_live(Q(unit__path__startswith=instance.path))
        case Term():
            synonyms.changed()
            outbox.enqueue([outbox.TERMS])
            _enqueue_live(_tagged_below(instance))
        case SynonymGroup():
            synonyms.changed()
        case _:
            pass


def _term_leaving(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """A term that is deleted leaves pages behind; afterwards nobody knows which."""
    if isinstance(instance, Term):
        _enqueue_live(_tagged_below(instance))


def _m2m(sender: type[Model], instance: Any, action: str = "", **kwargs: Any) -> None:
    if isinstance(instance, ResourcePage) and action.startswith("post_"):
        outbox.enqueue([key_of(instance.pk)])


def _tagged_below(term: Term) -> Q:
    """Resources that carry the term, or one below it, whose facets name it."""
    axis = next(axis for axis, model in AXES.items() if isinstance(term, model))
    itself = Q(**{f"{axis}_taggings__tag": term.pk})
    # A term that is just being made has no path yet, and nothing below it.
    return itself | Q(**{f"{axis}_taggings__tag__path__startswith": term.path}) if term.path else itself


def _enqueue_live(condition: Q) -> None:
    ids = ResourcePage.objects.filter(condition, live=True).values_list("pk", flat=True).distinct()
    outbox.enqueue(key_of(pk) for pk in ids)
