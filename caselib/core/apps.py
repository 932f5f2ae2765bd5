"""Django configuration of the core app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "caselib.core"
    label = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import indexes
        from .guards import Guard, install_after_migrate, register

        table = "core_auditrecord"
        register(
            *(
                Guard(f"{table}_append_only_{verb.lower()}", table, verb, "1 = 1", f"{table} is append-only")
                for verb in ("UPDATE", "DELETE")
            )
        )
        # Sent once for each app after all migrations; one of them is enough.
        post_migrate.connect(install_after_migrate, sender=self, dispatch_uid="core.guards")
        post_migrate.connect(indexes.install_after_migrate, sender=self, dispatch_uid="core.indexes")
