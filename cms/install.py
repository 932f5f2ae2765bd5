"""Everything a fresh database needs before anybody can work: groups, permissions, root pages, vocabularies."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from caselib.accounts.enums import ADMIN_ROLES, Role
from caselib.accounts.install import install_roles
from caselib.anthologies.install import install as install_anthologies
from caselib.resources.filing import library
from caselib.review.install import install as install_review
from caselib.vocabularies.install import install_terms

from .models import HomePage

# Nobody holds "publish": a resource is published by its review alone.
PAGE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.AUTHOR: ("add_page",),
    Role.TEACHER: ("add_page",),
    Role.EDITOR: ("add_page", "change_page", "lock_page", "unlock_page"),
}
MEDIA_WRITERS = (Role.AUTHOR, Role.TEACHER, Role.EDITOR)
# Who may add chooses and changes their own uploads, who may change everybody's (caselib.media.policies).
MEDIA_ADDING = ("wagtailimages.add_image", "wagtaildocs.add_document", "media.add_videofile")
MEDIA_CHANGING = ("wagtailimages.change_image", "wagtaildocs.change_document", "media.change_videofile")
MODEL_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.EDITOR: tuple(
        f"vocabularies.{verb}_{name}" for verb in ("add", "change", "view") for name in ("topic", "sector", "position")
    )
    + tuple(f"search.{verb}_synonymgroup" for verb in ("add", "change", "delete", "view"))
    + ("search.view_outboxjob",),
    Role.SYSTEM_ADMIN: (
        "accounts.add_user",
        "accounts.change_user",
        "accounts.view_user",
        "accounts.add_unit",
        "accounts.change_unit",
        "accounts.view_unit",
        "wagtailcore.change_site",
        "search.view_outboxjob",
        "search.change_outboxjob",
    ),
    Role.SECURITY_ADMIN: ("accounts.view_user", "accounts.change_user", "auth.change_group", "auth.view_group"),
    Role.AUDIT_ADMIN: ("core.view_auditrecord",),
}


@transaction.atomic
def install() -> None:
    """Bring groups, permissions, the page tree and the vocabularies to what this version needs; idempotent.

    Effects in order: role groups, locale, home page and site, library page, model, page and media permissions,
    vocabularies, review stages and rules, house styles. Nothing that an administrator added is taken away.
    """
    groups = install_roles()
    Locale.objects.get_or_create(language_code="zh-hans")
    home = _home()
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home, "site_name": "案例课程库"}
    )
    tree = library()
    for role in ADMIN_ROLES:
        _grant(groups[role], "wagtailadmin.access_admin")
    for group_name, names in MODEL_PERMISSIONS.items():
        for name in names:
            _grant(groups[group_name], name)
    for group_name, codenames in PAGE_PERMISSIONS.items():
        for codename in codenames:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
            GroupPagePermission.objects.get_or_create(group=groups[group_name], page=tree, permission=permission)
    _media_permissions(groups)
    install_terms()
    install_review()
    install_anthologies()


def _home() -> HomePage:
    """Return the home page; Wagtail's own welcome page is replaced the first time."""
    home = HomePage.objects.first()
    if home:
        return home
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root"))
    home = root.add_child(instance=HomePage(title="首页", slug="home-new", live=True))
    Site.objects.filter(is_default_site=True).update(root_page=home)
    for page in root.get_children().exclude(pk=home.pk).filter(slug="home", numchild=0):
        page.delete()
    home.refresh_from_db()
    home.slug = "home"
    home.save()
    return home


def _grant(group: Group, name: str) -> None:
    app, codename = name.split(".")
    group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


def _media_permissions(groups: dict[str, Group]) -> None:
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    wanted = [(role, name) for role in MEDIA_WRITERS for name in MEDIA_ADDING]
    wanted += [(Role.EDITOR, name) for name in MEDIA_CHANGING]
    for role, name in wanted:
        app, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=app, codename=codename)
        GroupCollectionPermission.objects.get_or_create(group=groups[role], collection=root, permission=permission)
