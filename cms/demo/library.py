"""Writes the resources of the demo library and has them reviewed and published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.images import ImageFile
from django.db import transaction

from caselib.accounts.models import Unit, User
from caselib.media.models import CaseImage, VideoFile
from caselib.media.services import add_film, set_captions
from caselib.resources.enums import Kind
from caselib.resources.models import CourseUpdate, LinkedResource, ResourcePage, RouteStop, Teacher
from caselib.resources.services import create_draft

from . import films, markup, pictures
from .content import captions, rows, texts
from .people import account, keeper_of

METHODS = {
    "讲授式": "lecture", "研讨式": "seminar", "案例式": "case", "模拟式": "simulation", "体验式": "experience",
    "访谈式": "interview", "情景模拟": "role_play", "桌面推演": "tabletop", "工作复盘": "after_action",
    "结构化研讨": "structured", "行动学习": "action", "翻转课堂": "flipped", "沙盘推演": "sandbox", "现场教学": "on_site",
    "专题教学": "thematic", "团队列名": "nominal", "世界咖啡": "world_cafe",
}  # fmt: skip
LEVELS = {"厅级": "bureau", "处级": "division", "科级": "section", "其他": "other"}
TIERS = {"省级精品": "province", "市级精品": "city", "校级": "school"}
AXES = {"topics": "topics", "sectors": "sectors", "positions": "positions", "free_tags": "tags"}
CREDIT = "据文中数据绘制"

Row = Mapping[str, Any]


def find(code: str) -> ResourcePage:
    """Return the demo resource ``code``; raises ResourcePage.DoesNotExist."""
    found: ResourcePage = ResourcePage.objects.get(code=code)
    return found


def published() -> Iterator[tuple[Kind, Row, Callable[[Row, User], dict[str, Any]]]]:
    """Yield what is to be published, in an order in which each comes after what it refers to."""
    for kind, source, fields in (
        (Kind.TEACHER, rows("teachers"), teacher_fields),
        (Kind.CASE, texts("cases"), case_fields),
        (Kind.COURSE, rows("courses"), course_fields),
        (Kind.NOTE, [_with_terms_of_case(row) for row in rows("teaching_notes")], note_fields),
        (Kind.LESSON, rows("lesson_plans"), lesson_fields),
        (Kind.TEXTBOOK, rows("textbooks"), textbook_fields),
        (Kind.VIDEO, rows("films"), film_fields),
        (Kind.POINT, rows("points"), point_fields),
        (Kind.ROUTE, rows("routes"), route_fields),
    ):
        for row in source:
            yield kind, row, fields


def _with_terms_of_case(row: Row) -> Row:
    """Return the row of a teaching note with the terms, and the day of writing, of its case."""
    case = next(text for text in texts("cases") if text["code"] == row["case"])
    return {key: case[key] for key in ("topics", "sectors", "positions", "written")} | dict(row)


@transaction.atomic
def ensure(
    kind: Kind, row: Row, fields: Callable[[Row, User], dict[str, Any]], *, by: User | None = None
) -> ResourcePage:
    """Return the resource with the code of ``row``, written as a draft if there is none yet."""
    found = ResourcePage.objects.filter(code=row["code"]).first()
    if found is not None:
        return found
    by = by or keeper_of(row["unit"])
    values = common_fields(row) | fields(row, by)
    tags = {axis: row.get(key, []) for axis, key in AXES.items()}
    unit = Unit.objects.get(code=row["unit"])
    authors = [(author["name"], author["unit"]) for author in row.get("authors", [])] or [(_writer(unit), unit.name)]
    return create_draft(kind, title=row["title"], by=by, unit=unit, fields=values, authors=authors, tags=tags)


def _writer(unit: Unit) -> str:
    """Return who signs what ``unit`` writes; the unit itself where nobody is named."""
    return next(
        (row["writer"] for row in rows("units", "unit") if row["code"] == unit.code and "writer" in row), unit.name
    )


def common_fields(row: Row) -> dict[str, Any]:
    """Return the fields that every kind of resource has."""
    given = row.get("levels") or ([LEVELS[row["educational_level"]]] if "educational_level" in row else [])
    return {
        "code": row["code"],
        "abstract": row.get("abstract", ""),
        "circulation": row.get("circulation", "public"),
        "audience": row.get("audience", "learner"),
        "hall_permitted": row.get("hall", row.get("circulation", "public") == "public"),
        "methods": [METHODS.get(name, name) for name in row.get("methods", [])],
        "educational_levels": given,
        "class_hours": row.get("class_hours"),
        "written_on": row.get("written"),
        "quality_tier": TIERS.get(row.get("quality_tier", ""), ""),
        "topical": row.get("topical", False),
    }


def case_fields(row: Row, by: User) -> dict[str, Any]:
    stored = {key: _image(row["code"], spec, by).pk for key, spec in row.get("pictures", {}).items()}
    text = markup.parse(row["text"], figures=row["figures"], pictures=stored)
    unit = Unit.objects.get(code=row["unit"])
    place = row.get("place") or _place(unit)
    return {"body": text.sections, "notes": text.notes, "place": place, "area_level": unit.level}


def _place(unit: Unit) -> str:
    """Return the town, county and city that ``unit`` belongs to, the widest first, without the province."""
    places = [*unit.get_ancestors(), unit]
    names = [place.name for place in places if place.kind == "government" and place.level != "province"]
    whole = ""
    for name in names:
        # A name may begin with where it lies (石梁县桐坑乡); that is said once.
        said = next((size for size in range(len(name), 0, -1) if whole.endswith(name[:size])), 0)
        whole += name[said:]
    return whole


def _image(code: str, spec: Row, by: User) -> CaseImage:
    """Return the picture of the text ``code``, drawn and stored if it is not there yet."""
    title = f"{spec['title']}（{code}）"
    image = CaseImage.objects.filter(title=title, credit=CREDIT).first()
    if image is None:
        file = ImageFile(BytesIO(pictures.draw(spec)), name=f"{code.lower()}.png")
        image = CaseImage.objects.create(title=title, credit=CREDIT, uploaded_by_user=by, file=file)
    return image


def teacher_fields(row: Row, by: User) -> dict[str, Any]:
    return {
        **_copy(row, "source", "post", "teaches", "yearly_quota"),
        "user": account(row["user"]) if "user" in row else None,
        "body": markup.parse(row["body"]).sections,
    }


def course_fields(row: Row, by: User) -> dict[str, Any]:
    syllabus = [{"type": "unit", "value": {**unit, "hours": f"{unit['hours']}"}} for unit in row["syllabus"]]
    return {
        **_copy(row, "family", "layer", "obligation", "objectives"),
        "syllabus": syllabus,
        "lecturer": Teacher.objects.filter(title=row.get("lecturer")).first(),
        "updates": [CourseUpdate(date=update["date"], text=update["text"]) for update in row.get("updates", [])],
    }


def note_fields(row: Row, by: User) -> dict[str, Any]:
    parts = _copy(row, "summary", "objectives", "approach", "analysis", "readings", "feedback")
    return {**parts, "case": find(row["case"]).specific, "audience": "teacher", "circulation": "internal"} | {
        "abstract": row["summary"]
    }


def lesson_fields(row: Row, by: User) -> dict[str, Any]:
    linked = [find(row[key]) for key in ("case", "course") if key in row]
    return {
        **_copy(row, "objectives", "key_points", "difficult_points", "learners", "preparation", "minutes"),
        **_copy(row, "board_plan", "assessment", "reflection"),
        "process": [{"type": "step", "value": dict(step)} for step in row["steps"]],
        "linked": [LinkedResource(target=page) for page in linked],
    }


def textbook_fields(row: Row, by: User) -> dict[str, Any]:
    chapters = [{"type": "unit", "value": {**unit, "hours": f"{unit['hours']}"}} for unit in row["chapters"]]
    return {**_copy(row, "textbook_kind", "edition", "publisher", "isbn"), "chapters": chapters}


def film_fields(row: Row, by: User) -> dict[str, Any]:
    return {
        **_copy(row, "category", "source_level", "agency", "made_in"),
        "chapters": [{"type": "chapter", "value": dict(chapter)} for chapter in row["chapters"]],
        "video_file": _film(row, by),
    }


def _film(row: Row, by: User) -> VideoFile | None:
    """Return the film file with its captions, made now if need be; None where the machine cannot make films."""
    film = VideoFile.objects.filter(title=row["title"]).first()
    if film is not None:
        return film
    with tempfile.TemporaryDirectory() as folder:
        path = films.make(row["title"], row["agency"], row["slides"], Path(folder))
        if path is None:
            return None
        with path.open("rb") as file:
            film = add_film(row["title"], File(file, name=path.name), by=by)
    set_captions(film, captions(row["slug"]), by=by)
    return film


def point_fields(row: Row, by: User) -> dict[str, Any]:
    return {
        **_copy(row, "point_kind", "standing", "address", "contact", "capacity", "longitude", "latitude"),
        **_copy(row, "teaching_plan", "route_text", "script", "materials"),
    }


def route_fields(row: Row, by: User) -> dict[str, Any]:
    stops = [
        RouteStop(
            point=find(stop["point"]).specific,
            starts_at=stop["starts_at"],
            minutes=stop["minutes"],
            remark=stop["remark"],
        )
        for stop in row["stops"]
    ]
    return {"body": markup.parse(row["body"]).sections, "stops": stops}


def _copy(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
