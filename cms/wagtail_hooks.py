"""What the administration of the whole site adds and leaves out; what one app adds stands in that app."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Site
from wagtail.sites.views import IndexView

# Wagtail heads these columns with the English names of their attributes; the model has names in all languages.
for column in IndexView.columns:
    if column.name in {"port", "site_name", "root_page"}:
        column.label = capfirst(Site._meta.get_field(column.name).verbose_name)


@hooks.register("construct_help_menu")
def keep_to_this_network(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Leave out what opens a page outside: on a closed network it leads nowhere."""
    menu_items[:] = [item for item in menu_items if not item.url.startswith(("http:", "https:"))]


@hooks.register("insert_global_admin_css")
def own_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("caselib/css/admin.css"))


@hooks.register("insert_global_admin_js")
def own_scripts() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("caselib/js/admin.js"))
