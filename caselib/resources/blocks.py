"""The building blocks of a case body: sections with paragraphs, leads, tables, images, quotes and figures."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from .enums import Audience, Qualifier, SectionKind
from .fields import TableField

TEXT_FEATURES = ["bold", "italic", "superscript", "subscript", "link"]


class TableBlock(blocks.FieldBlock):
    """A table as data: ``{"caption", "header_rows", "rows": [[{"text", "colspan", "rowspan"}]]}``."""

    def __init__(self, required: bool = True, help_text: str = "", **kwargs: Any) -> None:
        self.field = TableField(required=required, help_text=help_text)
        super().__init__(**kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        rows = (value or {}).get("rows", [])
        return [(value or {}).get("caption", ""), *(cell.get("text", "") for row in rows for cell in row)]

    class Meta:
        icon = "table"
        label = _("Table")
        default: dict[str, Any] = {}


class FigureBlock(blocks.StructBlock):
    """One outcome figure as data. A masked value stays unknown; it is never read as zero."""

    label = blocks.CharBlock(label=_("What was counted"), max_length=120)
    value = blocks.CharBlock(label=_("Value"), max_length=40, required=False)
    unit = blocks.CharBlock(label=pgettext_lazy("figure", "Unit"), max_length=20, required=False)
    qualifier = blocks.ChoiceBlock(label=_("How exact"), choices=Qualifier.choices, required=False, default="")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if "*" in cleaned["value"]:
            cleaned["qualifier"] = Qualifier.MASKED.value
        if not cleaned["value"].strip() and cleaned["qualifier"] != Qualifier.MASKED.value:
            message = ValidationError(_("Enter the value, or mark it as masked in the source."))
            raise blocks.StructBlockValidationError(block_errors={"value": message})
        return cleaned

    class Meta:
        icon = "order"
        label = _("Outcome figure")


class LeadBlock(blocks.StructBlock):
    """A paragraph with a run-in lead (段首小标题)."""

    lead = blocks.CharBlock(label=_("Lead"), max_length=200)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "bold"
        label = _("Paragraph with lead")


class HeadingBlock(blocks.StructBlock):
    level = blocks.ChoiceBlock(label=_("Level"), choices=[("2", "（一）"), ("3", "1."), ("4", "（1）")], default="2")
    text = blocks.CharBlock(label=_("Heading"), max_length=300)

    class Meta:
        icon = "title"
        label = _("Heading")


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    caption = blocks.CharBlock(label=pgettext_lazy("resources", "Caption"), max_length=300, required=False)
    alt = blocks.CharBlock(
        label=_("Text alternative"),
        max_length=500,
        required=False,
        help_text=_("What a reader who cannot see it misses."),
    )

    class Meta:
        icon = "image"
        label = _("Picture")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"))
    attribution = blocks.CharBlock(label=_("Who said it"), max_length=200, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")


class ContentBlock(blocks.StreamBlock):
    paragraph = blocks.RichTextBlock(label=_("Paragraph"), features=TEXT_FEATURES, icon="pilcrow")
    lead = LeadBlock()
    heading = HeadingBlock()
    table = TableBlock()
    image = PictureBlock()
    quote = QuoteBlock()
    figures = blocks.ListBlock(FigureBlock(), label=_("Outcome figures"), icon="order")


class SectionBlock(blocks.StructBlock):
    """A section of a case: its kind is fixed vocabulary, its heading the author's own words."""

    kind = blocks.ChoiceBlock(label=_("Kind of section"), choices=SectionKind.choices, default=SectionKind.OTHER)
    heading = blocks.CharBlock(label=_("Heading"), max_length=300, required=False)
    audience = blocks.ChoiceBlock(label=_("For whom"), choices=Audience.choices, default=Audience.LEARNER)
    content = ContentBlock(label=_("Content"), required=False)

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("resources", "Section")
        label_format = "{heading}"


class BodyBlock(blocks.StreamBlock):
    section = SectionBlock()


class NoteBlock(blocks.StructBlock):
    """A footnote; called in the text as ``[^key]``."""

    key = blocks.RegexBlock(
        label=_("Mark"), regex=r"^[0-9A-Za-z_-]{1,20}$", help_text=_("Call it in the text as [^mark].")
    )
    text = blocks.TextBlock(label=_("Note"))

    class Meta:
        icon = "comment"
        label = _("Footnote")


class NotesBlock(blocks.StreamBlock):
    note = NoteBlock()


class StepBlock(blocks.StructBlock):
    """One step of a lesson."""

    minutes = blocks.IntegerBlock(label=_("Minutes"), min_value=1, max_value=600)
    activity = blocks.TextBlock(label=_("Activity"))
    method = blocks.CharBlock(label=_("Method"), max_length=120, required=False)
    material = blocks.CharBlock(label=_("Material"), max_length=200, required=False)

    class Meta:
        icon = "time"
        label = _("Step")


class ProcessBlock(blocks.StreamBlock):
    step = StepBlock()


class UnitBlock(blocks.StructBlock):
    """One unit of a syllabus."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    hours = blocks.DecimalBlock(label=_("Class hours"), min_value=0, max_digits=5, decimal_places=1)
    content = blocks.TextBlock(label=_("Content"), required=False)

    class Meta:
        icon = "list-ol"
        label = pgettext_lazy("syllabus", "Unit")


class SyllabusBlock(blocks.StreamBlock):
    unit = UnitBlock()


class ChapterBlock(blocks.StructBlock):
    """A chapter of a film, at a second of its running time."""

    at = blocks.IntegerBlock(label=_("Second"), min_value=0)
    title = blocks.CharBlock(label=_("Title"), max_length=200)

    class Meta:
        icon = "media"
        label = _("Chapter")


class ChaptersBlock(blocks.StreamBlock):
    chapter = ChapterBlock()
