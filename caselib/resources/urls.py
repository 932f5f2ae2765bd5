"""URLs of the resources app: private files."""

from django.urls import path

from . import views

app_name = "resources"
urlpatterns = [
    path("files/<path:name>", views.private_file, name="file"),
    path("captions/<int:pk>/", views.captions, name="captions"),
]
