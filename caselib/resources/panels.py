"""The editors, grouped as an author thinks: text, classification, people and files, source and access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
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

from caselib.accounts.choosers import AccountChooser

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

# What an author asks the office about a field; a field whose name says it all has no line.
HELP: dict[str, str | Promise] = {
    "place": _("City and county where it happened; leave out what must not be recognised."),
    "area_level": _("Readers filter by it: a county case for county officials."),
    "notes": _("Footnotes: write [^1] in the text and the note with the mark 1 here."),
    "case": _("The case that this note explains. Readers find one beside the other."),
    "summary": _("Two or three sentences on what the case is about."),
    "approach": _("How the lesson runs: questions, order, minutes, groups."),
    "analysis": _("What learners should come to, and where they usually go wrong. Only teachers read it."),
    "feedback": _("What happened when it was taught, with date and class."),
    "learners": _("For whom and for how many, for example: newly elected village secretaries, 30 to 45."),
    "minutes": _("The steps below must add up to this."),
    "board_plan": _("What stands on the board at the end."),
    "reflection": _("After teaching: what worked, what to change."),
    "obligation": _("Whether units must, should or may order the course."),
    "lecturer": _("A teacher of the teacher library. Add the teacher there first."),
    "syllabus": _("One entry a unit; the class hours are added up."),
    "orderable": _("Whether units may order it. What is not ready stays without the tick."),
    "isbn": _("ISBN, or the number of the internal publication permit."),
    "source_level": _("Level of the agency that made the film."),
    "agency": _("As it stands in the credits."),
    "made_in": _("Four digits, for example 2025."),
    "transcript": _("The spoken words. They are searched, and read by whoever cannot listen."),
    "standing": _("Preferred points stand first in lists."),
    "address": _("As a driver needs it."),
    "contact": _("Office and telephone for booking; no private number."),
    "capacity": _("How many can be received at one time."),
    "longitude": _("Decimal degrees, for example 113.2644. Leave empty if you do not know it."),
    "latitude": _("Decimal degrees, for example 23.1291."),
    "route_text": _("Where visitors walk, stop by stop."),
    "script": _("What the guide says, word for word."),
    "source": _("Where the teacher comes from."),
    "post": _("Unit and post, as it is announced."),
    "teaches": _("Three to five fields, with 、 between them."),
    "yearly_quota": _("Nobody is dispatched beyond this number a year. Empty: no limit."),
    "class_hours": _("In class hours of 45 minutes; halves are written 1.5."),
    "quality_tier": _("Set by the office after an evaluation."),
    "source_kind": _("Adapted and reprinted texts need their source, and a reprint needs its permission."),
    "source_date": _("When the source appeared."),
    "source_title": _("Newspaper, book, site or document, with its number."),
    "source_by": _("Author or issuing office of the source."),
    "permission": _("Who allowed the reprint and when, for example: by letter of 2026-03-01."),
    "permission_document": _("The letter itself, as a scan. It is not shown on the page."),
    "audience": _("Teachers also read what is meant for learners; reviewers read everything."),
    "hall_permitted": _("Only then do the screens in exhibition halls show it."),
    "written_on": _("Its year is the year under which the text is filed."),
    "cover": _("Without a picture a cover is drawn from title, unit and topic."),
}


def field(name: str, **kwargs: Any) -> FieldPanel:
    return FieldPanel(name, **{"help_text": HELP.get(name, ""), **kwargs})


def row(*names: str) -> FieldRowPanel:
    return FieldRowPanel([field(name) for name in names])


def fields(*names: str) -> list[Panel]:
    return [field(name) for name in names]


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
        FieldPanel(
            "video_file", help_text=_("Upload the film under “Film files” first; its length is read from the file.")
        ),
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
    Teacher: [
        row("source", "post"),
        *fields("teaches", "portrait"),
        field("user", widget=AccountChooser, help_text=_("If the teacher signs in here.")),
        *fields("yearly_quota", "body"),
    ],
}
NAMES = {Teacher: _("Full name"), TeachingPoint: _("Name of the point"), TeachingRoute: _("Name of the route")}
TITLE_HELP = {Teacher: _("The name of the teacher."), Video: _("The title of the film, without book-title marks.")}


def edit_handler(model: type[ResourcePage], content: Sequence[Panel]) -> TabbedInterface:
    """Return the tabbed editor of ``model``: its own content first, then what all resources share."""
    title = FieldPanel(
        "title",
        heading=NAMES.get(model, ""),
        help_text=TITLE_HELP.get(model, _("At most 60 characters read well in lists.")),
    )
    abstract = FieldPanel("abstract", help_text=_("Two or three sentences: what happened, what can be learnt."))
    tabs = [
        ObjectList([title, abstract, *content], heading=_("Text")),
        ObjectList(_classification(), heading=_("Classification")),
        ObjectList(_people_and_files(), heading=_("People and files")),
        ObjectList(_source_and_access(), heading=_("Source and access")),
    ]
    return TabbedInterface(tabs, base_form_class=ResourceForm)


def _classification() -> list[Panel]:
    return [
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
            [*fields("methods", "educational_levels"), row("class_hours", "quality_tier")],
            heading=_("Teaching"),
        ),
    ]


def _people_and_files() -> list[Panel]:
    return [
        InlinePanel(
            "authors",
            panels=[
                FieldRowPanel([field("name", heading=_("Full name")), field("unit_name")]),
                field(
                    "user",
                    widget=AccountChooser,
                    help_text=_(
                        "If the author signs in here. The text then stands under “My manuscripts”, and the account never reviews it."
                    ),
                ),
            ],
            heading=_("Authors"),
            label=_("Author"),
            help_text=_("In printed order."),
        ),
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
        field("cover"),
    ]


def _source_and_access() -> list[Panel]:
    return [
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


def install_edit_handlers() -> None:
    """Give every resource type its editor; called once when the app is ready, before any form is built."""
    for model, content in CONTENT.items():
        model.base_form_class = ResourceForm
        model.edit_handler = edit_handler(model, content)  # type: ignore[attr-defined]
