"""Choices of the resource types. Values are stable codes, labels are the field's own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caselib.accounts.enums import Audience

__all__ = ["Audience"]


class Circulation(models.TextChoices):
    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    RESTRICTED = "restricted", _("Restricted to groups")


class Kind(models.TextChoices):
    """The type of a resource: the value is the name of the model in lower case."""

    CASE = "casestudy", _("Case study")
    NOTE = "teachingnote", _("Teaching note")
    LESSON = "lessonplan", _("Lesson plan")
    COURSE = "course", _("Course")
    TEXTBOOK = "textbook", _("Textbook")
    VIDEO = "video", _("Film")
    POINT = "teachingpoint", _("Teaching point")
    ROUTE = "teachingroute", _("Teaching route")
    TEACHER = "teacher", pgettext_lazy("resources", "Teacher")


class SourceKind(models.TextChoices):
    ORIGINAL = "original", _("Original")
    ADAPTED = "adapted", _("Adapted")
    REPRINT = "reprint", _("Reprint")


class EducationalLevel(models.TextChoices):
    """The rank of the learners (级别)."""

    BUREAU = "bureau", _("Bureau level")
    DIVISION = "division", _("Division level")
    SECTION = "section", _("Section level")
    OTHER = "other", _("Other ranks")


class AreaLevel(models.TextChoices):
    """The level of the place or body something comes from."""

    CENTRAL = "central", _("Central")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village or community")


class QualityTier(models.TextChoices):
    PROVINCE = "province", _("Provincial excellence")
    CITY = "city", _("Municipal excellence")
    SCHOOL = "school", _("School level")


class Method(models.TextChoices):
    LECTURE = "lecture", _("Lecture")
    SEMINAR = "seminar", _("Seminar")
    CASE = "case", _("Case teaching")
    SIMULATION = "simulation", _("Simulation")
    EXPERIENCE = "experience", _("Experiential teaching")
    INTERVIEW = "interview", _("Interview teaching")
    ROLE_PLAY = "role_play", _("Scenario role play")
    TABLETOP = "tabletop", _("Tabletop exercise")
    REVIEW = "after_action", _("After-action review")
    STRUCTURED = "structured", _("Structured discussion")
    ACTION = "action", _("Action learning")
    FLIPPED = "flipped", _("Flipped classroom")
    SANDBOX = "sandbox", _("Sand-table exercise")
    ON_SITE = "on_site", _("On-site teaching")
    THEMATIC = "thematic", _("Thematic teaching")
    NOMINAL = "nominal", _("Nominal group")
    WORLD_CAFE = "world_cafe", _("World café")


class SectionKind(models.TextChoices):
    BACKGROUND = "background", _("Background")
    PRACTICE = "practice", _("Practice")
    OUTCOME = "outcome", pgettext_lazy("resources", "Outcome")
    REFLECTION = "reflection", pgettext_lazy("resources", "Reflection")
    DISCUSSION = "discussion", _("Discussion")
    OTHER = "other", _("Other section")


class Qualifier(models.TextChoices):
    """How exactly an outcome figure is known."""

    EXACT = "", _("exactly")
    MORE = "more_than", _("more than")
    ABOUT = "about", _("about")
    NEARLY = "nearly", _("nearly")
    MASKED = "masked", _("masked in the source (unknown)")


class CourseFamily(models.TextChoices):
    THEORY = "theory", _("Theory course")
    SPIRIT = "spirit", _("Party-spirit course")
    PRACTICE = "practice", _("Practice course")
    ABILITY = "ability", _("Ability course")


class CourseLayer(models.TextChoices):
    GENERAL = "general", _("General")
    BRANCH = "branch", _("Branch")
    SPECIAL = "special", _("Special")


class MenuObligation(models.TextChoices):
    MUST_TEACH = "must_teach", _("Must be taught")
    MUST_DELIVER = "must_deliver", _("Must be delivered")
    REQUIRED = "required", _("Required")
    ELECTIVE = "elective", _("Elective")


class TextbookKind(models.TextChoices):
    PROFESSIONAL = "professional", _("Professional textbook")
    REGIONAL = "regional", _("Regional textbook")
    LOCAL = "local", _("Local-lore textbook")
    SPECIAL = "special", _("Special textbook")


class VideoCategory(models.TextChoices):
    WARNING = "warning", _("Warning film")
    HISTORY = "history", _("Integrity history film")
    STYLE = "style", _("Conduct film")
    FAMILY = "family", _("Family tradition film")
    MODEL = "model", _("Role model film")
    CULTURE = "culture", _("Integrity culture film")
    MICRO = "micro", _("Short film")
    ONLINE = "online", _("Online course")


class PointKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Exemplary enterprise")
    SCIENCE = "science", _("Science and innovation base")
    COMMUNITY = "community", _("Future community")
    INTEGRITY = "integrity", _("Integrity education base")
    RED = "red", _("Red education base")
    TRAINING = "training", _("Training base")
    FIELD = "field", _("Field side")
    HOUSEHOLD = "household", _("Household")
    SITE = "site", _("Building site")


class PointStanding(models.TextChoices):
    PREFERRED = "preferred", _("Preferred")
    CANDIDATE = "candidate", _("Candidate")
    RECTIFY = "rectify", _("To be rectified")
    REMOVED = "removed", _("Removed")


class TeacherSource(models.TextChoices):
    OFFICE = "office", _("Office staff")
    LEADER = "leader", _("Leading official")
    SCHOLAR = "scholar", _("Expert or scholar")
    MODEL = "model", _("Role model")
    TECHNICIAN = "technician", _("Skilled technician")
    ENTREPRENEUR = "entrepreneur", _("Entrepreneur")
    GRASSROOTS = "grassroots", _("Grass-roots official")
    GUIDE = "guide", _("Guide")
    FULL_TIME = "full_time", _("Full-time teacher")


class AwardTier(models.TextChoices):
    FIRST = "first", _("First prize")
    SECOND = "second", _("Second prize")
    THIRD = "third", _("Third prize")
    MERIT = "merit", _("Award of merit")


class Relation(models.TextChoices):
    RELATED = "related", _("Related")
    DERIVED = "derived", _("Derived from")
    PART = "part", _("Part of")
