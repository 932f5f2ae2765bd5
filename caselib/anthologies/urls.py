"""URLs of the anthologies app."""

from django.urls import URLPattern, URLResolver

app_name = "anthologies"
urlpatterns: list[URLPattern | URLResolver] = []
