"""URLs of the catalogue app."""

from django.urls import URLPattern, URLResolver, path

from .views import site

app_name = "catalogue"
urlpatterns: list[URLPattern | URLResolver] = [
    path("language/<slug:code>/", site.choose_language, name="language"),
    path("about/", site.about, name="about"),
]
