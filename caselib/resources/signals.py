"""What resources tell the layers above them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent inside the transaction that stored a new revision (not for an autosave over the same one): page, revision, user.
revision_saved = Signal()
