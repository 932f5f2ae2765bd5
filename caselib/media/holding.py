"""Files that stand in a vetted text stay as they were read. Media does not know texts: the layer above answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _

from caselib.core.errors import ConflictError, Refusal, require
from caselib.core.seen import SEEN, require_seen, seen_field, stamp

from .models import CaptionTrack, CaseDocument, CaseImage, VideoFile

# Answers whether something holds the file of a kind with a number; ``removing`` asks for a deletion.
Keeper = Callable[..., bool]
_keepers: list[Keeper] = []
KINDS: dict[type[Model], str] = {CaseImage: "image", CaseDocument: "document", VideoFile: "film"}
CHANGED = _(
    "This file stands in a text that was published or is being reviewed, so it stays as it is. Upload the new one as a new "
    "file and choose it in the text; it is then reviewed with the text."
)
REMOVED = _("This file stands in a published text or in one that is being reviewed. Take it out of the text first.")


def register(keeper: Keeper) -> None:
    """Ask ``keeper(kind, pk, removing=...)`` before a file is changed or removed. Called when apps are ready."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def refusal(kind: str, pk: int, *, removing: bool = False) -> Refusal | None:
    """Refuse to change the file (or to remove it) while a text holds it."""
    if not any(keeper(kind, pk, removing=removing) for keeper in _keepers):
        return None
    return Refusal("file-held", REMOVED if removing else CHANGED)


def connect() -> None:
    """Refuse deletions by whatever view or call; the database refuses the rest. Called once when the app is ready."""
    models: tuple[type[Model], ...] = (*KINDS, CaptionTrack)
    for model in models:
        pre_delete.connect(_keep, sender=model, dispatch_uid=f"media.kept.{model.__name__}")


def _keep(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    film = instance.video_id if isinstance(instance, CaptionTrack) else None
    require(refusal("film" if film else KINDS[sender], film or instance.pk, removing=True))


def _stamp(row: Any) -> str:
    """Return the stamp of what the forms of files show."""
    said = {name: getattr(row, name, "") for name in ("title", "description", "collection_id")}
    return stamp([said, row.file.name, sorted(row.tags.names())])


class HeldFileMixin:
    """A form for an image or a document that tells beside the field why the file stays as it is, and that a colleague
    changed it since it was shown."""

    FREE = frozenset({"collection", "tags"})  # where it is filed, not what is shown

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields[SEEN] = seen_field("" if self.is_bound else _stamp(self.instance))

    def save(self: Any, commit: bool = True) -> Any:
        """Save the file. Raises ConflictError if a colleague changed it in the same moment."""
        with transaction.atomic():
            self._compare()
            return super().save(commit=commit)  # type: ignore[misc]

    def _compare(self: Any) -> None:
        if self.cleaned_data.get(SEEN):
            now = type(self.instance)._default_manager.select_for_update(no_key=True).filter(pk=self.instance.pk)
            require_seen(self.cleaned_data[SEEN], _stamp(now[0]) if now else "")

    @transaction.atomic
    def clean(self: Any) -> Any:
        data = super().clean()  # type: ignore[misc]
        try:
            self._compare()
        except ConflictError as error:
            raise forms.ValidationError(str(error)) from error
        changed = [name for name in self.changed_data if name not in self.FREE]
        if changed and self.instance.pk:
            held = refusal(KINDS[type(self.instance)], self.instance.pk)
            if held:
                self.add_error(changed[0], forms.ValidationError(held.message, code=held.code))
        return data
