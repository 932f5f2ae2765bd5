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
        from caselib.core import indexes
        from caselib.core.guards import register

        from . import jobs, receivers, waiting  # noqa: F401  registers the kinds of jobs
        from .guards import guards

        register(*guards())
        # Open stages and runs: all that were ever closed stand in the same tables, and grow with the library.
        indexes.register(
            indexes.Index("review_stages_by_status", "wagtailcore_taskstate", "status, task_id"),
            indexes.Index("review_runs_by_status", "wagtailcore_workflowstate", "status, base_content_type_id"),
        )
        receivers.connect()
        desk.register("review", waiting.piles, place=10)
