"""The editors, grouped as an author thinks: text, classification, people and files, source and access."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
)

from .forms import ResourceForm
from .models import (
    CaseStudy,
    Course,
    LessonPlan,
    ResourcePage,
    Teacher,
    TeachingNote,
    TeachingPoint,
    TeachingRoute,
    Textbook,
    Video,
)


def row(*names: str) -> FieldRowPanel:
    return FieldRowPanel([FieldPanel(name) for name in names])


def fields(*names: str) -> list[Panel]:
    return [FieldPanel(name) for name in names]


CONTENT: dict[type[ResourcePage], list[Panel]] = {
    CaseStudy: [row("place", "area_level"), *fields("body", "notes")],
    TeachingNote: fields("case", "summary", "objectives", "approach", "analysis", "readings", "feedback"),
    LessonPlan: [
        row("learners", "minutes"),
        *fields("objectives", "key_points", "difficult_points", "preparation", "process"),
        *fields("board_plan", "assessment", "reflection", "body", "notes"),
        InlinePanel("linked", heading=_("Linked cases and courses"), label=_("Case or course")),
    ],
    Course: [
        row("family", "layer", "obligation"),
        *fields("objectives", "lecturer", "syllabus", "orderable", "body", "notes"),
        InlinePanel("updates", heading=_("Update record"), label=_("Update")),
    ],
    Textbook: [row("textbook_kind", "edition"), row("publisher", "isbn"), *fields("chapters", "body", "notes")],
    Video: [
        FieldPanel("video_file", help_text=_("Upload the film under “Films” first; its length is read from the file.")),
        row("category", "source_level"),
        row("agency", "made_in"),
        *fields("transcript", "chapters", "orderable"),
    ],
    TeachingPoint: [
        row("point_kind", "standing"),
        *fields("address", "contact", "capacity"),
        row("longitude", "latitude"),
        MultiFieldPanel(
            fields("teaching_plan", "route_text", "script", "materials"), heading=_("The four documents of the point")
        ),
        *fields("orderable", "body"),
    ],
    TeachingRoute: [
        *fields("body", "orderable"),
        InlinePanel("stops", heading=_("Stops"), label=_("Stop"), min_num=1),
    ],
    Teacher: [row("source", "post"), *fields("teaches", "portrait", "user", "yearly_quota", "body")],
}
TITLE_HELP = {Teacher: _("The name of the teacher."), Video: _("The title of the film, without book-title marks.")}


def edit_handler(model: type[ResourcePage], content: Sequence[Panel]) -> TabbedInterface:
    """Return the tabbed editor of ``model``: its own content first, then what all resources share."""
    title = FieldPanel("title", help_text=TITLE_HELP.get(model, _("At most 60 characters read well in lists.")))
    abstract = FieldPanel("abstract", help_text=_("Two or three sentences: what happened, what can be learnt."))
    classification = [
        MultiFieldPanel(
            [
                *fields("topics", "sectors", "positions"),
                FieldPanel(
                    "free_tags",
                    help_text=_("Words that no list has yet, with a comma or 、 between them. Enter ends a word."),
                ),
            ],
            heading=_("Topic, sector, position"),
        ),
        MultiFieldPanel(
            [FieldPanel("methods"), FieldPanel("educational_levels"), row("class_hours", "quality_tier")],
            heading=_("Teaching"),
        ),
    ]
    people = [
        InlinePanel("authors", heading=_("Authors"), label=_("Author")),
        FieldPanel("unit", help_text=_("The unit that answers for the text.")),
        InlinePanel(
            "attachments",
            heading=_("Attachments"),
            label=_("Attachment"),
            help_text=_(
                "Each file has readers of its own: what only teachers or reviewers may open is not shown to others."
            ),
        ),
        InlinePanel("related", heading=_("Related resources"), label=_("Related resource")),
        InlinePanel("coverage", heading=_("Media coverage and honours"), label=_("Coverage or honour")),
        FieldPanel("cover"),
    ]
    source = [
        MultiFieldPanel(
            [
                row("source_kind", "source_date"),
                *fields("source_title", "source_by", "permission", "permission_document"),
            ],
            heading=_("Source and permission"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "circulation", help_text=_("Who may read the published text. A change needs the final stage.")
                ),
                *fields("audience", "hall_permitted", "topical", "written_on"),
            ],
            heading=_("Access and dates"),
        ),
        FieldPanel("slug", help_text=_("The last part of the address; made from the title. Rarely worth a change.")),
    ]
    tabs = [
        ObjectList([title, abstract, *content], heading=_("Text")),
        ObjectList(classification, heading=_("Classification")),
        ObjectList(people, heading=_("People and files")),
        ObjectList(source, heading=_("Source and access")),
    ]
    return TabbedInterface(tabs, base_form_class=ResourceForm)


def install_edit_handlers() -> None:
    """Give every resource type its editor; called once when the app is ready, before any form is built."""
    for model, content in CONTENT.items():
        model.base_form_class = ResourceForm
        model.edit_handler = edit_handler(model, content)  # type: ignore[attr-defined]
