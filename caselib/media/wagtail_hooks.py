"""Registers films and their chooser."""

from wagtail import hooks

from .viewsets import FilmChooserViewSet, FilmViewSet, film_chooser_viewset, film_viewset


@hooks.register("register_admin_viewset")
def register_films() -> FilmViewSet:
    return film_viewset


@hooks.register("register_admin_viewset")
def register_film_chooser() -> FilmChooserViewSet:
    return film_chooser_viewset
