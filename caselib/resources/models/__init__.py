"""Models of the resources app."""

from .base import ResourcePage, ResourceQuerySet
from .case import NOTE_PARTS, CaseStudy, TeachingNote
from .codes import CodeSeries
from .courses import Course, CourseUpdate, LessonPlan, LinkedResource, Textbook
from .folders import Folder, Library
from .parts import (
    Attachment,
    Coverage,
    RelatedResource,
    ResourceAuthor,
    ResourceAward,
    RestrictedGroup,
    ShownFile,
)
from .places import RouteStop, TeachingPoint, TeachingRoute
from .publication import PublicationGrant, TextOpening, VettedFile
from .taggings import FreeTagging, PositionTagging, SectorTagging, TopicTagging
from .teachers import Teacher
from .videos import Video

KINDS: dict[str, type[ResourcePage]] = {
    model.kind.value: model
    for model in (
        CaseStudy,
        TeachingNote,
        LessonPlan,
        Course,
        Textbook,
        Video,
        TeachingPoint,
        TeachingRoute,
        Teacher,
    )
}

__all__ = [
    "KINDS",
    "NOTE_PARTS",
    "Attachment",
    "CaseStudy",
    "CodeSeries",
    "Course",
    "CourseUpdate",
    "Coverage",
    "Folder",
    "FreeTagging",
    "LessonPlan",
    "Library",
    "LinkedResource",
    "PositionTagging",
    "PublicationGrant",
    "RelatedResource",
    "ResourceAuthor",
    "ResourceAward",
    "ResourcePage",
    "ResourceQuerySet",
    "RestrictedGroup",
    "RouteStop",
    "SectorTagging",
    "ShownFile",
    "Teacher",
    "TeachingNote",
    "TeachingPoint",
    "TeachingRoute",
    "TextOpening",
    "Textbook",
    "TopicTagging",
    "VettedFile",
    "Video",
]
