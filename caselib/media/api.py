"""The API that Wagtail's own scripts read: pictures and documents of one's own, or all for who may change all."""

from __future__ import annotations

from typing import Any

from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet

from .policies import choosable


class OwnMixin:
    """Wagtail's own lists every file, with its name and address, to everybody who enters the administration."""

    request: Any

    def get_queryset(self) -> Any:
        files = super().get_queryset()  # type: ignore[misc]
        return files.filter(pk__in=choosable(files.model, self.request.user).values("pk"))


class OwnImagesAPI(OwnMixin, ImagesAdminAPIViewSet):  # type: ignore[misc]
    """Pictures."""


class OwnDocumentsAPI(OwnMixin, DocumentsAdminAPIViewSet):  # type: ignore[misc]
    """Documents."""
