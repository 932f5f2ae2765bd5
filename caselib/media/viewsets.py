"""Films in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, IndexView
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView, ChosenMultipleView, ChosenView
from wagtail.admin.views.generic.chooser import CreateView as ChooserCreateView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from caselib.core.admin import RefusableFormMixin, SeenMixin
from caselib.core.numbers import row_number

from . import services
from .forms import FilmForm
from .models import VideoFile
from .policies import choosable


class FilmIndexView(IndexView):  # type: ignore[misc]
    """Lists the films that the user works with."""

    def get_base_queryset(self) -> Any:
        return choosable(VideoFile, self.request.user).select_related("uploaded_by")


class ActingMixin:
    """Hands the person at the keyboard to the form: Wagtail does so only for forms of its own class."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_user": self.request.user}  # type: ignore[misc, attr-defined]


class HintsMixin:
    """Tells with the new film what it will not do everywhere."""

    def save_instance(self) -> VideoFile:
        film: VideoFile = super().save_instance()  # type: ignore[misc]
        if "file" in self.form.changed_data:  # type: ignore[attr-defined]
            for hint in services.hints(film):
                messages.warning(self.request, hint)  # type: ignore[attr-defined]
        return film


class FilmCreateView(HintsMixin, ActingMixin, RefusableFormMixin, CreateView):  # type: ignore[misc]
    """Adds a film."""

    refusal_field = "file"


class OwnFilmMixin:
    """Wagtail asks here for the act only; the film itself is asked for as well."""

    def get_object(self, *args: Any, **kwargs: Any) -> VideoFile:
        film: VideoFile = super().get_object(*args, **kwargs)  # type: ignore[misc]
        policy = policy_registry.get_by_type(VideoFile)
        if not policy.user_has_permission_for_instance(self.request.user, self.film_act, film):  # type: ignore[attr-defined]
            raise PermissionDenied
        return film

    film_act = "change"


class FilmDeleteView(OwnFilmMixin, DeleteView):  # type: ignore[misc]
    """Removes a film that nothing shows."""

    film_act = "delete"


class FilmHistoryView(OwnFilmMixin, HistoryView):  # type: ignore[misc]
    """What was done with a film."""


class FilmUsageView(OwnFilmMixin, UsageView):  # type: ignore[misc]
    """Where a film is shown."""


class FilmEditView(SeenMixin, HintsMixin, OwnFilmMixin, ActingMixin, RefusableFormMixin, EditView):  # type: ignore[misc]
    """Changes a film, or makes a new version of one that stands in a vetted text."""

    refusal_field = "file"

    def get_success_message(self) -> str:
        if self.form.makes_new_version():
            return str(
                _(
                    "The film stands in a vetted text and stays as it is. Your changes were kept as a new film: choose it in "
                    "the text, and it is reviewed with the text."
                )
            )
        return str(super().get_success_message())


class FilmViewSet(ModelViewSet):  # type: ignore[misc]
    model = VideoFile
    name = "films"
    icon = "media"
    menu_label = _("Film files")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["title", "length", "uploaded_by", "created_at"]
    search_fields = ["title"]
    index_view_class = FilmIndexView
    add_view_class = FilmCreateView
    edit_view_class = FilmEditView
    delete_view_class = FilmDeleteView
    history_view_class = FilmHistoryView
    usage_view_class = FilmUsageView
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[FilmForm]:
        return FilmForm


class FilmChooserCreateView(ChooserCreateView):  # type: ignore[misc]
    """Films are added on their own page, where the file is probed; the chooser only chooses."""

    def can_create(self) -> bool:
        return False


class OwnFilmsMixin:
    """Offers the films that the user works with, with what tells one from another."""

    request: Any

    def get_object_list(self) -> Any:
        return choosable(VideoFile, self.request.user)

    @property
    def columns(self) -> list[Column]:
        return [
            *super().columns,  # type: ignore[misc]
            Column("length", label=_("Length"), accessor="length"),
            DateColumn("created_at", label=_("Uploaded")),
        ]


class FilmChooseView(OwnFilmsMixin, ChooseView):  # type: ignore[misc]
    """The chooser's window."""


class FilmChooseResultsView(OwnFilmsMixin, ChooseResultsView):  # type: ignore[misc]
    """A page of the chooser's results."""


class FilmChosenView(ChosenView):  # type: ignore[misc]
    """The answer to a choice; a film that is not offered does not exist."""

    def get_object(self, pk: str) -> VideoFile:
        return choosable(VideoFile, self.request.user).get(pk=row_number(pk))


class FilmsChosenView(ChosenMultipleView):  # type: ignore[misc]
    """Several choices at once."""

    def get_objects(self, pks: list[str]) -> Any:
        return choosable(VideoFile, self.request.user).filter(
            pk__in=[number for number in map(row_number, pks) if number is not None]
        )


class FilmChooserViewSet(ChooserViewSet):  # type: ignore[misc]
    model = VideoFile
    icon = "media"
    choose_one_text = _("Choose a film file")
    choose_another_text = _("Choose another film file")
    edit_item_text = _("Edit this film file")
    choose_view_class = FilmChooseView
    choose_results_view_class = FilmChooseResultsView
    chosen_view_class = FilmChosenView
    chosen_multiple_view_class = FilmsChosenView
    create_view_class = FilmChooserCreateView


film_viewset = FilmViewSet("films")
film_chooser_viewset = FilmChooserViewSet("film_chooser")
