"""What the codes of reading mean, in the words of the import report."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from caselib.word.model import Warning

Text = Mapping[str, str | Promise]

# Why a file was refused. %(detail)s is the part, number or name that the reader names.
REFUSALS: Text = {
    "empty_file": _("The file is empty. Nothing could be read from it."),
    "too_large": _(
        "The file is too large (%(detail)s). At most 50 MB are taken: compress the pictures or split the file."
    ),
    "encrypted": _("The file is protected by a password. Remove the password in Word or WPS and upload it again."),
    "sealed": _(
        "The file is sealed by the document protection software of an office. Have it unsealed there, then upload it again."
    ),
    "not_a_manuscript": _(
        "This is not a manuscript but another kind of file (%(detail)s). Upload Word, WPS, text, Markdown, HTML or a zip of these."
    ),
    "pdf": _(
        "PDF files are not read. Ask for the Word file it was made from; without one, open the PDF in Word or WPS, "
        "save it as .docx, check the paragraphs there and upload that."
    ),
    "mislabelled": _("The file is named .%(detail)s but is not one. Open it in Word or WPS and save it as .docx."),
    "damaged": _(
        "The file is damaged or cut off (%(detail)s). Open it in Word or WPS, save it again and upload that copy."
    ),
    "unreadable": _(
        "The file could not be understood (%(detail)s). Open it in Word or WPS, save it again and upload that copy."
    ),
    "missing_part": _(
        "The file lacks a part that every Word document has (%(detail)s). It is not a complete Word document."
    ),
    "duplicate_part": _(
        "The file holds the same part twice (%(detail)s). Such a package can hide content and is refused."
    ),
    "path_traversal": _("The archive contains a path that leads outside it (%(detail)s). It is refused for safety."),
    "too_many_entries": _("The archive holds too many files (%(detail)s)."),
    "bomb": _("The file would unpack to an unreasonable size (%(detail)s). It is refused for safety."),
    "dtd": _("The file declares XML entities (%(detail)s), which no Word document needs. It is refused for safety."),
    "too_deep": _("The file is nested too deeply (tables or boxes inside each other more than ten times)."),
    "too_many_paragraphs": _("The file has more paragraphs than can be taken at once (limit %(detail)s). Split it."),
    "too_many_cells": _("The tables of the file have more cells than can be taken (limit %(detail)s). Split it."),
    "too_many_images": _("The file has more pictures than can be taken (limit %(detail)s). Split it."),
    "no_converter": _(
        "Files of this kind (%(detail)s) need LibreOffice on the server, which is not installed. Save the file as .docx and upload that."
    ),
    "convert_timeout": _("Converting the old format took too long. Save the file as .docx and upload that."),
    "convert_memory": _("Converting the old format took too much memory. Save the file as .docx and upload that."),
    "convert_failed": _("The old format could not be converted. Save the file as .docx and upload that."),
    "timeout": _("Reading took longer than 30 seconds and was stopped. Split the file or remove what makes it heavy."),
    "memory": _("Reading needed more than 500 MB and was stopped. Split the file or remove what makes it heavy."),
    "died": _(
        "Reading this file stopped unexpectedly. Nothing else was harmed. Save it again in Word or WPS and try once more."
    ),
    "nested_zip": _("An archive inside an archive is not opened. Unpack it first."),
    "not_found": _("The file could not be opened (%(detail)s)."),
    "not_a_file": _("This is not a file."),
}

# Remarks on files that were read.
STATUSES: Text = {
    "": _("Read."),
    "archive": _("Archive with %(detail)s files; each is reported on its own line."),
    "known": _("Read before."),
    "no_text": _("The file was read, but it holds no text."),
}

# Group: what was recognised, guessed, changed or lost. The report is ordered by these.
RECOGNISED, GUESSED, CHANGED, LOST = "recognised", "guessed", "changed", "lost"
GROUPS: Text = {
    RECOGNISED: _("Recognised"),
    GUESSED: _("Guessed"),
    CHANGED: pgettext_lazy("ingest", "Changed"),
    LOST: _("Lost or left out"),
}

WARNINGS: Mapping[str, tuple[str, str | Promise]] = {
    "title_guessed": (GUESSED, _("Title guessed from its place and look: %(detail)s")),
    "split_contents": (RECOGNISED, _("Parted into texts because the table of contents names them.")),
    "split_label": (RECOGNISED, _("Parted into texts because their headings are counted as cases.")),
    "split_style": (RECOGNISED, _("Parted into texts because headings of one rank each hold the sections of a case.")),
    "split_lesson": (GUESSED, _("Parted into lesson plans because the parts of a plan come again.")),
    "split_cycle": (GUESSED, _("Parted into texts because the sections of a case come again below each title.")),
    "split_signed": (GUESSED, _("Parted into texts because each title of one rank is signed by units or people.")),
    "split_front": (
        GUESSED,
        _(
            "Parted into texts because each title of one rank stands above an abstract, keywords, its text or its authors."
        ),
    ),
    "split_pages": (
        GUESSED,
        _("Parted into texts because titles set alike each begin a page. Look whether they are texts of their own."),
    ),
    "abstract_found": (RECOGNISED, _("Taken as the abstract: %(detail)s")),
    "keywords_found": (
        RECOGNISED,
        _("Keywords of the author; they are proposed as tags of the draft: %(detail)s"),
    ),
    "heading_guessed": (GUESSED, _("Taken for a heading although it has no heading style: %(detail)s")),
    "heading_demoted": (CHANGED, _("A whole sentence in a heading style was taken as text: %(detail)s")),
    "heading_joined": (CHANGED, _("A heading broken by hand over two lines was joined: %(detail)s")),
    "section_mapped": (RECOGNISED, _("Variant section name: %(detail)s")),
    "section_guarded": (
        GUESSED,
        _("This section teaches the case; it was set to be seen by teachers only, not by learners: %(detail)s"),
    ),
    "answer_moved": (
        GUESSED,
        _(
            "An answer stood below its question; it was put into a section for teachers behind the questions: %(detail)s"
        ),
    ),
    "aside_kept": (
        GUESSED,
        _("This speaks to teachers but stands in a section that learners see; move or guard it: %(detail)s"),
    ),
    "section_out_of_order": (GUESSED, _("Section number out of order; a block may be in the wrong place: %(detail)s")),
    "section_missing": (GUESSED, _("A section before this one seems to be missing: %(detail)s")),
    "sentence_broken": (GUESSED, _("A sentence breaks off before a heading: …%(detail)s")),
    "block_displaced": (GUESSED, _("A piece begins in mid-sentence; it may belong elsewhere: %(detail)s")),
    "block_belongs": (
        GUESSED,
        _("A section stands where it does not fit; it may belong to another case, check and move it: %(detail)s"),
    ),
    "joined_over_page": (CHANGED, _("A sentence broken by a page or column was joined: %(detail)s")),
    "footnote_moved": (CHANGED, _("A note at the foot of a page was moved behind its paragraph: %(detail)s")),
    "columns_split": (CHANGED, _("Two-column text was put in reading order (%(detail)s places).")),
    "page_left_out": (CHANGED, _("The web page around the article (menus, buttons, notices) was left out.")),
    "codes_removed": (CHANGED, _("QR codes of this library left out: %(detail)s")),
    "columns_untangled": (
        CHANGED,
        _("The lines of two columns stood in turn; they were put one after the other. Compare this page: %(detail)s"),
    ),
    "columns_tangled": (
        GUESSED,
        _(
            "The lines of two columns seem to stand in turn from here on, and no page ends are known. Save the text page by page or in reading order: %(detail)s"
        ),
    ),
    "radicals_replaced": (
        CHANGED,
        _("%(detail)s characters were radicals, as text from a PDF holds them; the characters meant were put there."),
    ),
    "contents_removed": (CHANGED, _("The table of contents (%(detail)s entries) was taken off.")),
    "page_numbers_removed": (CHANGED, _("%(detail)s page numbers were taken off.")),
    "running_head_removed": (CHANGED, _("Running head taken off: %(detail)s")),
    "repeated_block": (CHANGED, _("This passage stood there twice; the second copy was taken out: %(detail)s")),
    "repeated_kept": (GUESSED, _("This passage stands there more than once; it was kept: %(detail)s")),
    "truncated": (GUESSED, _("The text seems to be cut off at the end: %(detail)s")),
    "front_matter": (LOST, _("From the title page, not taken into a case: %(detail)s")),
    "back_matter": (LOST, _("After the last case, not taken into it: %(detail)s")),
    "between_cases": (LOST, _("Between the cases, not taken into one: %(detail)s")),
    "part_name": (LOST, _("Name of a part of the collection: %(detail)s")),
    "layout_table": (
        CHANGED,
        _("The text stood in a form with %(detail)s rows; it was read as headings and paragraphs."),
    ),
    "nested_table": (CHANGED, _("A table inside a table was read as paragraphs.")),
    "span_clamped": (CHANGED, _("A cell claimed to span %(detail)s columns; it was cut to the table.")),
    "change_inserted": (CHANGED, _("Tracked insertion accepted: %(detail)s")),
    "change_deleted": (CHANGED, _("Tracked deletion accepted, this is gone: %(detail)s")),
    "change_moved_here": (CHANGED, _("Tracked move accepted, new place: %(detail)s")),
    "change_moved_away": (CHANGED, _("Tracked move accepted, old place: %(detail)s")),
    "tracking_on": (RECOGNISED, _("Track changes is switched on in the file.")),
    "formula": (CHANGED, _("Formula written as text: %(detail)s")),
    "field_dropped": (LOST, _("A field without a result was left out: %(detail)s")),
    "hidden_text": (LOST, _("Hidden text was left out: %(detail)s")),
    "placeholder_dropped": (LOST, _("An unfilled form field was left out: %(detail)s")),
    "link_dropped": (LOST, _("A link to an unusual address was removed: %(detail)s")),
    "note_missing": (LOST, _("A note is called (%(detail)s) that the file does not contain.")),
    "note_uncalled": (LOST, _("%(detail)s notes are not called anywhere and were left out.")),
    "comment_unanchored": (GUESSED, _("A comment is not attached to any passage: %(detail)s")),
    "image_missing": (LOST, _("A picture is missing in the file: %(detail)s")),
    "image_external": (LOST, _("A picture outside the file was not fetched: %(detail)s")),
    "image_unknown": (LOST, _("A picture could not be recognised: %(detail)s")),
    "image_too_large": (LOST, _("A picture has more than 40 million pixels and was left out: %(detail)s")),
    "image_vector": (RECOGNISED, _("Drawing in Windows metafile format: %(detail)s")),
    "image_converted": (CHANGED, _("A Windows metafile was converted to PNG: %(detail)s")),
    "image_not_converted": (LOST, _("A Windows metafile could not be converted; insert it as PNG: %(detail)s")),
    "embedded_object": (LOST, _("An embedded object was left out, its picture kept: %(detail)s")),
    "chart_lost": (
        LOST,
        _("A chart is drawn by Word from data and was left out; insert it as a picture. Its words: %(detail)s"),
    ),
    "diagram_lost": (
        LOST,
        _("A diagram is drawn by Word from data and was left out; insert it as a picture. Its words: %(detail)s"),
    ),
    "macros_dropped": (LOST, _("The file contains macros. They were not run and not kept.")),
    "signature_dropped": (LOST, _("The digital signature of the file was not kept.")),
    "remote_template": (LOST, _("The file refers to a template elsewhere; it was not fetched: %(detail)s")),
    "template": (RECOGNISED, _("The file names a template: %(detail)s")),
    "external_reference": (LOST, _("The file refers to something outside; it was not fetched: %(detail)s")),
    "mail_merge": (LOST, _("The file is a mail merge; its data source was not opened.")),
    "frameset": (LOST, _("The file is a frame set; the frames were not opened.")),
    "alt_chunk": (CHANGED, _("An inserted file was read as plain paragraphs: %(detail)s")),
    "document_inserted": (CHANGED, _("A document inserted into this one was read in its place: %(detail)s")),
    "alt_chunk_lost": (LOST, _("An inserted file could not be read: %(detail)s")),
    "protection_ignored": (RECOGNISED, _("The file is protected against editing; reading it is not affected.")),
    "part_damaged": (LOST, _("A part of the file is damaged and was left out: %(detail)s")),
    "encoding_damaged": (LOST, _("Some characters could not be decoded.")),
    "member_known": (RECOGNISED, _("This file had been uploaded before and was not imported again: %(detail)s")),
    "uploaded_elsewhere": (
        RECOGNISED,
        _(
            "Somebody else has uploaded this very file as well. Before you accept it, look whether the library has it already, so that nothing stands there twice."
        ),
    ),
    "mislabelled": (RECOGNISED, _("The file's name does not match its content: %(detail)s")),
    "converted": (CHANGED, _("Converted from an old format (%(detail)s) by LibreOffice; check numbering and layout.")),
    "more_of_the_same": (RECOGNISED, _("%(detail)s more remarks of the same kind are not listed.")),
}


def refusal_text(code: str, detail: str) -> str:
    """Return why a file was refused, as a sentence in the active language."""
    if code == "not_a_manuscript" and detail in REFUSALS:
        code = detail  # what to do depends on what it is
    return _fill(REFUSALS.get(code, REFUSALS["unreadable"]), detail or code)


def status_text(code: str, detail: str = "") -> str:
    """Return the remark on a file that was read."""
    return _fill(STATUSES.get(code, STATUSES[""]), detail)


def warning_text(warning: Warning) -> str:
    """Return a line of the report as a sentence in the active language."""
    known = WARNINGS.get(warning.code)
    return _fill(known[1], warning.text) if known else f"{warning.code}: {warning.text}"


def place_text(place: str) -> str:
    """Return a place as people say it: of "¶5", as readers of files write it, the fifth paragraph, and of "¶7=¶5" that it
    says what the fifth says; others as they are."""
    numbers = [number for number in place.removeprefix("¶").split("=¶") if number.isdecimal()]
    if place != "¶" + "=¶".join(numbers) or not 1 <= len(numbers) <= 2:
        return place
    told = [gettext("paragraph %(number)s") % {"number": number} for number in numbers]
    return gettext("%(place)s, as %(before)s") % {"place": told[0], "before": told[1]} if told[1:] else told[0]


def group_of(code: str) -> str:
    """Return recognised, guessed, changed or lost for a warning's code."""
    return WARNINGS[code][0] if code in WARNINGS else CHANGED


# Words of the reader that stand for kinds of files.
_KINDS: Text = {
    "pdf": "PDF",
    "program": _("a program"),
    "picture": _("a picture"),
    "archive": _("an archive"),
    "database": _("a database"),
    "sound": _("a sound recording"),
    "office": _("a spreadsheet or presentation"),
    "binary": _("unknown binary data"),
    "legacy": ".doc / .wps",
    "rtf": "RTF",
    "wordml": "Word 2003 XML",
    "xml": "XML",
}


def _fill(template: str | Promise, detail: str) -> str:
    shown = str(_KINDS.get(detail, detail))
    return str(template) % {"detail": shown} if "%(detail)s" in str(template) else str(template)


_TABLES: Text = {
    "old_table": _("Old Excel files (.xls) are not read. Save the table as .xlsx or .csv."),
    "not_a_table": _("This is not an Excel or CSV file."),
    "too_many_rows": _("The table has more than %(detail)s rows. Split it."),
}


def table_refusal(code: str, detail: str) -> str:
    """Return why a table of metadata was refused."""
    return _fill(_TABLES[code], detail) if code in _TABLES else refusal_text(code, detail)
