"""What the review adds to Wagtail's admin, and the roads it closes there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem, SubmitForModerationMenuItem
from wagtail.admin.forms.account import NotificationPreferencesForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.account import NotificationsSettingsPanel
from wagtail.models import Page, WorkflowState
from wagtail.snippets.models import register_snippet

from caselib.core.errors import Refusal, RefusedError
from caselib.core.numbers import row_number
from caselib.resources.models import ResourcePage
from caselib.resources.models.guarding import GuardedFolder, newest_of

from .bulk import WithdrawBulkAction
from .selectors.stages import active_run
from .services.submission import recall
from .views.access import person
from .viewsets import ReviewSettingsGroup

register_snippet(ReviewSettingsGroup)


class NotificationsForm(NotificationPreferencesForm):  # type: ignore[misc]
    """What Wagtail still mails: of a review its people are told by the notices of the site (see ``receivers``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("submitted_notifications", "approved_notifications", "rejected_notifications"):
            self.fields.pop(name, None)


NotificationsSettingsPanel.form_class = NotificationsForm

# What Wagtail offers and a resource never does: its text goes live by its review, and leaves by a withdrawal.
# Publishing belongs to the final stage. Restarting is what submitting again does: a returned text begins at the first stage.
CLOSED = frozenset({"action-publish", "action-unpublish", "action-restart-workflow"})


hooks.register("register_bulk_action", WithdrawBulkAction)


@hooks.register("register_admin_menu_item")
def review_menu_item() -> MenuItem:
    return MenuItem(gettext_lazy("Review"), reverse("review:desk"), icon_name="clipboard-list", order=150)


class OpenReviewItem(ActionMenuItem):
    """A link from the editor to the page where the review of the text is seen."""

    name = "action-open-review"
    label = gettext_lazy("See the review")
    icon_name = "clipboard-list"
    order = 5

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        return context["view"] == "edit" and isinstance(page, ResourcePage)

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse("review:manuscript", args=[context["page"].pk])


@hooks.register("register_page_action_menu_item")
def open_review_item() -> OpenReviewItem:
    return OpenReviewItem(order=5)


class SubmitNewItem(SubmitForModerationMenuItem):  # type: ignore[misc]
    """Submits a resource that is being made. Wagtail would name the workflow of the folder, which no resource takes."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "label": gettext_lazy("Submit for review")}


@hooks.register("construct_page_action_menu")
def close_actions(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Take out of the editor's menu of a resource what the review does itself, and name what it is submitted to."""
    parent = context.get("parent_page")
    if context["view"] == "create" and isinstance(parent.specific if parent else None, GuardedFolder):
        items[:] = [SubmitNewItem(item.order) if item.name == "action-submit" else item for item in items]
    if isinstance(context.get("page"), ResourcePage):
        items[:] = [item for item in items if item.name not in CLOSED]


@hooks.register("before_edit_page")
def refuse_stale_editor(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Answer 409 when somebody saved the text after this editor was opened; nothing is overwritten.

    Asked again behind the lock of the page (``save_revision``), since two editors may arrive at one moment.
    Wagtail checks this for autosave only. Cancelling a workflow saves the form too, so it is checked as well.
    """
    if request.method != "POST" or not isinstance(page, ResourcePage):
        return None
    newest = newest_of(page)  # before the question that follows, so that nothing falls between the two
    latest = Page.objects.filter(pk=page.pk).values_list("latest_revision_id", "latest_revision__created_at").first()
    loaded = request.POST.get("overwrite_revision_id") or request.POST.get("loaded_revision_id")
    stamp = request.POST.get("loaded_revision_created_at")
    if not loaded or latest is None or latest[0] is None:
        return None
    text = _(
        "Somebody saved this text after you opened it. Nothing was overwritten: go back, copy your changes, reload, "
        "and enter them again."
    )
    refusal = Refusal("stale-editor", text)
    rewritten = not request.POST.get("overwrite_revision_id") and stamp and latest[1] and stamp != latest[1].isoformat()
    if loaded == str(latest[0]) and not rewritten:
        page.seen = (newest, refusal)
        return None
    if request.headers.get("Accept", "").startswith("application/json"):
        return None  # autosave: Wagtail answers with its own conflict
    return render(request, "409.html", {"refusal": refusal, "page_before": request.path}, status=409)


@hooks.register("before_edit_page")
def recall_under_lock(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Take a text back by the service: Wagtail's own button would end a run that was passed a moment ago."""
    if request.method != "POST" or "action-cancel-workflow" not in request.POST or not isinstance(page, ResourcePage):
        return None
    run = active_run(page)
    if run is not None and run.status != WorkflowState.STATUS_IN_PROGRESS:
        return None  # the author has the text; Wagtail saves what was typed and closes the run
    try:
        recall(page, by=person(request))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The text was taken back. You can change it and submit it again."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_copy_page")
def copy_as_draft_only(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A resource is copied as a draft: no live copy, and no alias that would follow the original unread."""
    place = row_number(request.POST.get("new_parent_page", ""))
    if request.method == "POST" and not Page.objects.filter(pk=place).exists():
        return redirect("wagtailadmin_pages:copy", page.pk)  # Wagtail reads the field before it checks the form
    goes_live = request.method == "POST" and (request.POST.get("publish_copies") or request.POST.get("alias"))
    if goes_live and ResourcePage.objects.filter(path__startswith=page.path).exists():
        messages.error(request, _("Resources are copied as drafts only: each goes live by its own review."))
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None


@hooks.register("before_delete_page")
def keep_what_was_reviewed(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A branch that holds resources is not deleted with them in it."""
    specific = page.specific
    if (
        request.method == "POST"
        and not isinstance(specific, ResourcePage)
        and ResourcePage.objects.filter(path__startswith=page.path).exists()
    ):
        messages.error(request, _("There are resources in this branch. Move them away or withdraw them first."))
        return redirect("wagtailadmin_explore", page.pk)
    return None


@hooks.register("before_bulk_action")
def keep_branches(request: HttpRequest, action_type: str, objects: Any, action: Any) -> HttpResponse | None:
    """Bulk acts never reach resources through the folder above them."""
    if action_type not in {"delete", "publish", "unpublish"}:
        return None
    pages = [page for page in objects if isinstance(page, Page)]
    for page in pages:
        if (
            not isinstance(page.specific, ResourcePage)
            and ResourcePage.objects.filter(path__startswith=page.path).exists()
        ):
            messages.error(request, _("There are resources in this branch. Choose the resources themselves."))
            return redirect("wagtailadmin_explore", page.pk)
    return None
