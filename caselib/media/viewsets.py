"""Films in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.views.generic.chooser import CreateView as ChooserCreateView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from caselib.core.admin import RefusableFormMixin

from .forms import FilmForm
from .models import VideoFile


class FilmCreateView(RefusableFormMixin, CreateView):  # type: ignore[misc]
    """Adds a film."""

    refusal_field = "file"


class FilmEditView(RefusableFormMixin, EditView):  # type: ignore[misc]
    """Changes a film, or makes a new version of one that stands in a vetted text."""

    refusal_field = "file"

    def get_success_message(self) -> str:
        if self.form.makes_new_version():
            return _(
                "The film stands in a vetted text and stays as it is. Your changes were kept as a new film: choose it in "
                "the text, and it is reviewed with the text."
            )
        return str(super().get_success_message())


class FilmViewSet(ModelViewSet):  # type: ignore[misc]
    model = VideoFile
    name = "films"
    icon = "media"
    menu_label = _("Films")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["title", "length", "uploaded_by", "created_at"]
    search_fields = ["title"]
    add_view_class = FilmCreateView
    edit_view_class = FilmEditView
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[FilmForm]:
        return FilmForm


class FilmChooserCreateView(ChooserCreateView):  # type: ignore[misc]
    """Films are added on their own page, where the file is probed; the chooser only chooses."""

    def can_create(self) -> bool:
        return False


class FilmChooserViewSet(ChooserViewSet):  # type: ignore[misc]
    model = VideoFile
    icon = "media"
    choose_one_text = _("Choose a film file")
    choose_another_text = _("Choose another film file")
    edit_item_text = _("Edit this film file")
    create_view_class = FilmChooserCreateView


film_viewset = FilmViewSet("films")
film_chooser_viewset = FilmChooserViewSet("film_chooser")
