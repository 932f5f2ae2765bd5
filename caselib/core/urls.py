"""URLs of the core app: progress of background jobs."""

from django.urls import path

from . import views

app_name = "core"
urlpatterns = [
    path("jobs/<uuid:pk>/", views.job_progress, name="job"),
    path("jobs/<uuid:pk>/cancel/", views.job_cancel, name="job_cancel"),
]
