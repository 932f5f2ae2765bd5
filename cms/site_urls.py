"""URLs that belong to the site as a whole."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from . import awards, views

app_name = "site"
urlpatterns = [
    path("language/", set_language, name="language"),
    path("hello/", views.hello, name="hello"),
    path("awards/<int:pk>/list/", awards.to_list, name="awards_to_list"),
    path("awards/<int:pk>/anthology/", awards.to_anthology, name="awards_to_anthology"),
]
