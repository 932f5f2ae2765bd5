"""Django configuration of the core app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "caselib.core"
    label = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .exports import guard_wagtails_own
        from .guards import Guard, register

        guard_wagtails_own()
        table = "core_auditrecord"
        register(
            *(
                Guard(f"{table}_append_only_{verb.lower()}", table, verb, "1 = 1", f"{table} is append-only")
                for verb in ("UPDATE", "DELETE")
            )
        )
        # Sent once for each app after all migrations; one of them is enough.
        post_migrate.connect(put_back, sender=self, dispatch_uid="core.guards")


def put_back(sender: Any, using: str, **kwargs: Any) -> None:
    """Receive ``post_migrate``: make guards and indexes again that a migration forgot."""
    from . import guards, indexes

    guards.install(using)
    indexes.install(using)
