"""The account form of the admin: the system administrator keeps accounts, the security administrator gives roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserForm

from caselib.core import audit

from . import services
from .enums import Role
from .models import Unit, User
from .rules import keeps_own_credentials, may_hold

COLUMNS = ("username", "name", "email", "phone", "is_active")
WAGTAILS = ("Moderators", "Editors")  # left by its migrations, nobody's role here


class AccountForm(UserForm):  # type: ignore[misc]
    """One form for creating and editing an account; ``acting`` decides which half of it may be changed."""

    name = forms.CharField(label=_("Full name"), max_length=60)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(active=True), required=False)
    first_name = None
    last_name = None
    is_superuser = None

    class Meta:
        model = User
        fields = ["username", "name", "email", "unit", "phone", "is_active", "groups"]
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, acting: User, editing_self: bool = False, **kwargs: Any) -> None:
        self.acting = acting
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        if not self.is_new:
            for name in ("password1", "password2"):
                self.fields[name].required = False
            self.fields["password1"].help_text = _("Leave blank if not changing.")
        self.order_fields(
            ["username", "name", "unit", "email", "phone", "password1", "password2", "is_active", "groups"]
        )
        self.fields["groups"].label = _("Roles")
        self.fields["groups"].label_from_instance = _role_label
        own = self.instance.groups.values("pk") if self.instance.pk else []
        self.fields["groups"].queryset = Group.objects.filter(~Q(name__in=WAGTAILS) | Q(pk__in=own))
        if not acting.is_superuser:
            self._limit_to(acting)
        if acting.pk == self.instance.pk:
            self.fields["groups"].disabled = True
            self.fields["groups"].help_text = _("Roles are given by another security administrator, never by oneself.")
        elif not self.is_new and keeps_own_credentials(
            self.instance.roles, everything=self.instance.is_superuser and not acting.is_superuser
        ):
            for name in ("username", "email", "password1", "password2"):
                self.fields[name].disabled = True
            self.fields["username"].help_text = _(
                "The security and the audit administrator, and whoever may do everything, keep their own name and "
                "password; they may be switched off here."
            )
        if editing_self:
            self.fields.pop("is_active", None)

    def _limit_to(self, acting: User) -> None:
        """Disable what ``acting`` may not change; a disabled field ignores what the browser sends."""
        if not acting.has_role(Role.SECURITY_ADMIN):
            self.fields["groups"].disabled = True
            self.fields["groups"].help_text = _("Roles are given by the security administrator.")
        if not acting.has_role(Role.SYSTEM_ADMIN):
            for name, field in self.fields.items():
                if name != "groups":
                    field.disabled = True

    def clean_groups(self) -> Any:
        groups = self.cleaned_data["groups"]
        refusal = may_hold([group.name for group in groups])
        if refusal:
            raise ValidationError(refusal.message, code=refusal.code)
        return groups

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        """Save the account; roles, unit and the fact itself are written to the audit chain.

        Switched on or off, all its sessions end. Only what the form changes is written: the instance was read before
        the row was locked.
        """
        before = User.objects.select_for_update(no_key=True).filter(pk=self.instance.pk).first()
        chosen = self.cleaned_data.pop("groups")
        unit = self.cleaned_data.get("unit")
        user: User = super().save(commit=False)
        user.unit = before.unit if before else None
        user.save(update_fields=self._columns() if before else None)
        if unit and unit != user.unit:
            services.move_to_unit(user, unit, by=self.acting)
        roles = {group.name for group in chosen} & set(Role.values)
        if roles != set(user.roles):
            services.set_roles(user, roles, by=self.acting)
        services.set_groups(user, [group for group in chosen if group.name not in Role.values], by=self.acting)
        if before and before.is_active != user.is_active:
            services.end_sessions(user)
        changed = [name for name in self.changed_data if not name.startswith("password")]
        verb = "accounts.created" if self.is_new else "accounts.changed"
        audit.record(verb, user, by=self.acting, fields=changed, password="password1" in self.changed_data)
        return user

    def _columns(self) -> list[str]:
        """Return the columns that this form writes: a new password ends the sessions by itself, since they hold its hash."""
        names = [name for name in self.changed_data if name in COLUMNS]
        return [*names, "password"] if self.cleaned_data.get("password1") else names


def _role_label(group: Group) -> str:
    return str(dict(Role.choices).get(group.name, group.name))


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A unit with its place in the tree."""

    parent = forms.ModelChoiceField(
        label=_("Higher unit"), queryset=Unit.objects.all(), required=False, empty_label=_("None (top of the tree)")
    )

    class Meta:
        model = Unit
        fields = ["name", "short_name", "code", "level", "kind", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "short_name", "code", "parent", "level", "kind", "active"])
        if self.instance.pk:
            field: Any = self.fields["parent"]
            field.queryset = Unit.objects.exclude(path__startswith=self.instance.path)
            field.initial = self.instance.get_parent()

    @transaction.atomic
    def save(self, commit: bool = True) -> Unit:
        """Insert the unit under its parent, or save it and move it there."""
        parent = self.cleaned_data["parent"]
        unit: Unit = super().save(commit=False)
        if unit.pk is None:
            return parent.add_child(instance=unit) if parent else Unit.add_root(instance=unit)
        unit.save()
        if (unit.get_parent() or None) != parent:
            anchor, position = (parent, "sorted-child") if parent else (Unit.get_first_root_node(), "sorted-sibling")
            if anchor is not None and anchor != unit:
                unit.move(anchor, pos=position)
        return Unit.objects.get(pk=unit.pk)

    def save_m2m(self) -> None:
        """A unit has no many-to-many fields of its own."""
