"""Where a resource is filed: library / unit / kind / year, folders made when first needed."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page, Site

from caselib.accounts.models import Unit

from .enums import Kind
from .models import Folder, Library


def library() -> Library:
    """Return the library page, made under the site's root page if there is none yet."""
    found = Library.objects.first()
    if found:
        return found
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    parent = site.root_page if site else Page.get_first_root_node()
    return parent.add_child(instance=Library(title="资源库", slug="library", live=True))


@transaction.atomic
def folder_for(unit: Unit, kind: Kind | str, year: int) -> Folder:
    """Return the folder for resources of ``kind`` that ``unit`` wrote in ``year``; three folders are made at most."""
    kind = Kind(kind)
    top = _folder(library(), unit=unit, kind="", year=None, title=unit.name, slug=unit.code)
    middle = _folder(top, unit=unit, kind=kind.value, year=None, title=str(kind.label), slug=kind.value)
    return _folder(middle, unit=unit, kind=kind.value, year=year, title=str(year), slug=str(year))


def _folder(parent: Page, *, unit: Unit, kind: str, year: int | None, title: str, slug: str) -> Folder:
    found = Folder.objects.filter(unit=unit, kind=kind, year=year).first()
    if found:
        return found
    # treebeard computes paths from the instance: another request may have added a child since it was read.
    parent = type(parent).objects.select_for_update().get(pk=parent.pk)
    return parent.add_child(
        instance=Folder(title=title, slug=slug, unit=unit, kind=kind, year=year, show_in_menus=False)
    )
