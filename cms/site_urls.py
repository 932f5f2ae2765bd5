"""URLs that belong to the site as a whole."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from . import views

app_name = "site"
urlpatterns = [
    path("language/", set_language, name="language"),
    path("hello/", views.hello, name="hello"),
]
