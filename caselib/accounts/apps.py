"""Django configuration of the accounts app, and of Wagtail's user admin with our forms."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    default = True
    name = "caselib.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import jobs, receivers  # noqa: F401  registers the periodic work

        receivers.connect()


class UsersAdminConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    user_viewset = "caselib.accounts.viewsets.UserViewSet"
    group_viewset = "caselib.accounts.viewsets.GroupViewSet"
