"""What the review tells the apps above it."""

from __future__ import annotations

from django.dispatch import Signal

# Sent inside the transaction that withdrew a resource: page, reason, by, at. Whoever ordered, printed or listed it is
# told by the app that keeps the order, the edition or the list.
withdrawn = Signal()
