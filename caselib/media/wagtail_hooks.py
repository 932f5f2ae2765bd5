"""Registers films and their chooser, and keeps the API to the files that are one's own."""

from typing import Any

from wagtail import hooks

from .api import OwnDocumentsAPI, OwnImagesAPI
from .viewsets import FilmChooserViewSet, FilmViewSet, film_chooser_viewset, film_viewset


@hooks.register("register_admin_viewset")
def register_films() -> FilmViewSet:
    return film_viewset


@hooks.register("register_admin_viewset")
def register_film_chooser() -> FilmChooserViewSet:
    return film_chooser_viewset


@hooks.register("construct_admin_api", order=1)  # after Wagtail's own, whose place they take
def keep_the_api_to_own_files(router: Any) -> None:
    router.register_endpoint("images", OwnImagesAPI)
    router.register_endpoint("documents", OwnDocumentsAPI)
