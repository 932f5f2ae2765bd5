"""Django configuration of the review app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "caselib.review"
    label = "review"
    verbose_name = _("Review")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.accounts import waiting as desk
        from caselib.core.guards import register

        from . import jobs, receivers, waiting  # noqa: F401  registers the kinds of jobs
        from .guards import guards

        register(*guards())
        receivers.connect()
        desk.register("review", waiting.piles, place=10)
