"""Django configuration of the review app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "caselib.review"
    label = "review"
    verbose_name = _("Review")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.core.guards import register

        from . import jobs, receivers  # noqa: F401  registers the kinds of jobs
        from .guards import guards

        register(*guards())
        receivers.connect()
