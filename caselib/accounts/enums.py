"""Roles, unit levels and unit kinds."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What an account may be used for. Each role is a group of the same name; a person may hold several."""

    AUTHOR = "author", _("Author")
    TEACHER = "teacher", _("Teacher")
    FIRST_REVIEWER = "first_reviewer", _("First reviewer")
    SECOND_REVIEWER = "second_reviewer", _("Second reviewer")
    FINAL_REVIEWER = "final_reviewer", _("Final reviewer")
    EDITOR = "editor", _("Editor")
    COMPETITION_OFFICE = "competition_office", _("Competition office")
    JUDGE = "judge", _("Judge")
    TRAINEE = "trainee", _("Trainee")
    UNIT_CONTACT = "unit_contact", _("Unit contact")
    DISPATCHER = "dispatcher", _("Dispatcher")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
REVIEWERS = frozenset({Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER})
STAFF = REVIEWERS | {Role.AUTHOR, Role.TEACHER, Role.EDITOR, Role.COMPETITION_OFFICE, Role.DISPATCHER}
#: Who works in the administration.
ADMIN_ROLES = STAFF | ADMINISTRATORS


class Audience(models.TextChoices):
    """For whom a resource, a part of it or an attachment is meant. Each includes those before it."""

    LEARNER = "learner", _("Learners")
    TEACHER = "teacher", pgettext_lazy("accounts", "Teachers")
    REVIEWER = "reviewer", _("Reviewers")


class UnitLevel(models.TextChoices):
    CENTRAL = "central", _("Central")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    TOWNSHIP = "township", _("Township")


class UnitKind(models.TextChoices):
    SCHOOL = "school", _("Party school or cadre college")
    DISCIPLINE = "discipline", _("Discipline commission")
    GOVERNMENT = "government", _("Party or government office")
    ENTERPRISE = "enterprise", _("Enterprise")
    INSTITUTION = "institution", _("Public institution")
    GRASSROOTS = "grassroots", _("Grass-roots organisation")
