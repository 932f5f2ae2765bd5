"""What the database refuses for resources: going live unread, and changing what was read once it is live or being read.

A text may change while its page stands in ``resources_textopening`` (see ``publishing.opened``), which happens inside the
transaction of an act that may do so and is never seen outside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from caselib.core.guards import Guard, changed

from .models.base import FACTS

LIVE_MESSAGE = "a resource goes live only at a revision that passed its review"
TEXT_MESSAGE = "what readers see of a live resource changes only by its review"
FILE_MESSAGE = "a file that was vetted or is being read is never changed; a new file is a new object"

GRANT = (
    "EXISTS (SELECT 1 FROM resources_publicationgrant g WHERE g.page_id = NEW.id "
    "AND g.revision_id = NEW.live_revision_id AND g.revoked_at IS NULL)"
)
BECOMES_LIVE = (
    "NEW.live AND (NOT OLD.live OR OLD.live_revision_id IS DISTINCT FROM NEW.live_revision_id)"
    f" AND EXISTS (SELECT 1 FROM resources_resourcepage r WHERE r.page_ptr_id = NEW.id) AND NOT {GRANT}"
)
SHUT = (
    "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = {page} AND p.live)"
    " AND NOT EXISTS (SELECT 1 FROM resources_textopening o WHERE o.page_id = {page})"
)
# Columns of Wagtail's page that a reader meets; the others say where it stands and who works on it.
PAGE_TEXT = ("title", "slug", "seo_title", "search_description", "show_in_menus")
PAGE_TYPE = "(SELECT id FROM django_content_type WHERE app_label = 'wagtailcore' AND model = 'page')"
READING = (
    "EXISTS (SELECT 1 FROM resources_shownfile s JOIN wagtailcore_workflowstate w"
    f" ON w.object_id = CAST(s.page_id AS TEXT) AND w.base_content_type_id = {PAGE_TYPE}"
    " WHERE s.kind = '{kind}' AND s.file_id = {pk} AND w.status = 'in_progress')"
)
VETTED = "EXISTS (SELECT 1 FROM resources_vettedfile v WHERE v.kind = '{kind}' AND v.file_id = {pk})"
SHOWN = (
    "EXISTS (SELECT 1 FROM resources_shownfile s JOIN wagtailcore_page p ON p.id = s.page_id"
    " WHERE s.kind = '{kind}' AND s.file_id = {pk} AND s.live AND p.live)"
)
FILES = {
    "image": (
        "media_caseimage",
        (
            "title",
            "file",
            "description",
            "credit",
            "focal_point_x",
            "focal_point_y",
            "focal_point_width",
            "focal_point_height",
        ),
    ),
    "document": ("media_casedocument", ("title", "file")),
    "film": ("media_videofile", ("title", "file", "still_id", "sha256")),
}


def guards() -> Iterator[Guard]:
    """Yield every guard of this app."""
    yield Guard(
        "resources_guard_page", "wagtailcore_page", "UPDATE OF live, live_revision_id", BECOMES_LIVE, LIVE_MESSAGE
    )
    inserted = "EXISTS (SELECT 1 FROM wagtailcore_page p WHERE p.id = NEW.page_ptr_id AND p.live)"
    yield Guard("resources_guard_insert", "resources_resourcepage", "INSERT", inserted, LIVE_MESSAGE)
    yield from _texts()
    yield from _children()
    yield from _files()


def _texts() -> Iterator[Guard]:
    """Yield the guards of the rows of a page itself."""
    resource = "EXISTS (SELECT 1 FROM resources_resourcepage r WHERE r.page_ptr_id = OLD.id)"
    condition = f"OLD.live AND NEW.live AND {changed(PAGE_TEXT)} AND {resource} AND {SHUT.format(page='OLD.id')}"
    yield Guard("resources_text_page", "wagtailcore_page", f"UPDATE OF {', '.join(PAGE_TEXT)}", condition, TEXT_MESSAGE)
    for model in apps.get_app_config("resources").get_models():
        link = model._meta.pk
        if not isinstance(link, models.OneToOneField) or model._meta.model_name in {"library", "folder", "textopening"}:
            continue
        fields = [field for field in model._meta.local_fields if field is not link and field.name not in FACTS]
        # An account that is deleted is taken out of what it wrote; nobody reads the number of an account.
        columns = [str(field.column) for field in fields if _kept(field)]
        if columns:
            condition = f"{changed(columns)} AND {SHUT.format(page='OLD.' + str(link.column))}"
            event = "UPDATE OF " + ", ".join(columns)
            yield Guard(
                f"resources_text_{model._meta.model_name}", model._meta.db_table, event, condition, TEXT_MESSAGE
            )


def _children() -> Iterator[Guard]:
    """Yield the guards of what hangs on a page as a part of its text: rows that a revision carries."""
    from modelcluster.fields import ParentalKey

    for model in apps.get_app_config("resources").get_models():
        parents = [field for field in model._meta.local_fields if isinstance(field, ParentalKey)]
        if not parents:
            continue
        parent, table, name = parents[0].column, model._meta.db_table, model._meta.model_name
        columns = [str(field.column) for field in model._meta.local_fields if not field.primary_key and _kept(field)]
        for verb, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
            # A link goes with the item it leads to, which is another's act.
            if verb == "DELETE" and any(_follows(field) for field in model._meta.local_fields):
                continue
            yield Guard(
                f"resources_text_{name}_{verb.lower()}", table, verb, SHUT.format(page=f"{row}.{parent}"), TEXT_MESSAGE
            )
        condition = f"{changed(columns)} AND {SHUT.format(page=f'OLD.{parent}')}"
        event = "UPDATE OF " + ", ".join(columns)
        yield Guard(f"resources_text_{name}_update", table, event, condition, TEXT_MESSAGE)


def _kept(field: models.Field) -> bool:  # type: ignore[type-arg]
    """Whether the column is the text's own, not emptied by the database's user when another row is deleted."""
    return not (isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.SET_NULL)


def _follows(field: models.Field) -> bool:  # type: ignore[type-arg]
    """Whether the row is deleted together with something that is not its page."""
    from modelcluster.fields import ParentalKey

    if not isinstance(field, models.ForeignKey) or isinstance(field, ParentalKey):
        return False
    return field.remote_field.on_delete is models.CASCADE


def _files() -> Iterator[Guard]:
    """Yield the guards of images, documents, films and captions."""
    for kind, (table, columns) in FILES.items():
        held = f"({VETTED} OR {READING})".format(kind=kind, pk="OLD.id")
        event = "UPDATE OF " + ", ".join(columns)
        yield Guard(f"resources_file_{kind}", table, event, f"{changed(columns)} AND {held}", FILE_MESSAGE)
        shown = f"({SHOWN} OR {READING})".format(kind=kind, pk="OLD.id")
        yield Guard(f"resources_file_{kind}_delete", table, "DELETE", shown, FILE_MESSAGE)
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        condition = f"({VETTED} OR {READING})".format(kind="film", pk=f"{row}.video_id")
        if verb == "DELETE":
            condition = f"({SHOWN} OR {READING})".format(kind="film", pk=f"{row}.video_id")
        yield Guard(f"resources_file_captions_{verb.lower()}", "media_captiontrack", verb, condition, FILE_MESSAGE)
