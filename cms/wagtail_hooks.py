"""What the administration of the whole site adds and leaves out; what one app adds stands in that app."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem


@hooks.register("construct_help_menu")
def keep_to_this_network(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Leave out what opens a page outside: on a closed network it leads nowhere."""
    menu_items[:] = [item for item in menu_items if not item.url.startswith(("http:", "https:"))]


@hooks.register("insert_global_admin_css")
def own_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("caselib/css/admin.css"))
