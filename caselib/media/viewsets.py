"""Films in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from caselib.core.admin import RefusableFormMixin

from .forms import FilmForm
from .models import VideoFile


class FilmCreateView(RefusableFormMixin, CreateView):  # type: ignore[misc]
    """Adds a film."""

    refusal_field = "file"


class FilmEditView(RefusableFormMixin, EditView):  # type: ignore[misc]
    """Changes a film."""

    refusal_field = "file"


def minutes(film: VideoFile) -> str:
    """Return the length as minutes:seconds, or a dash where it is unknown."""
    if film.duration is None:
        return "—"
    whole = round(film.duration)
    return f"{whole // 60}:{whole % 60:02d}"


minutes.short_description = _("Length")  # type: ignore[attr-defined]


class FilmViewSet(ModelViewSet):  # type: ignore[misc]
    model = VideoFile
    name = "films"
    icon = "media"
    menu_label = _("Films")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["title", minutes, "uploaded_by", "created_at"]
    search_fields = ["title"]
    add_view_class = FilmCreateView
    edit_view_class = FilmEditView
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[FilmForm]:
        return FilmForm


class FilmChooserViewSet(ChooserViewSet):  # type: ignore[misc]
    model = VideoFile
    icon = "media"
    choose_one_text = _("Choose a film file")
    choose_another_text = _("Choose another film file")
    edit_item_text = _("Edit this film file")


film_viewset = FilmViewSet("films")
film_chooser_viewset = FilmChooserViewSet("film_chooser")
