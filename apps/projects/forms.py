"""Saying what a project is, adding a member, changing one."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.base.messages import text
from apps.projects import selectors
from apps.projects.enums import Role
from apps.projects.models import Project

_TECHNICAL = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class DayInput(forms.DateInput):
    """A day as browsers pick it: ISO in both directions, whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class ProjectForm(forms.Form):
    """What a project is called and what it is for. The service judges."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("What it is for"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NewProjectForm(ProjectForm):
    """The same with the short name, which is given once."""

    slug = forms.CharField(
        label=_("Short name"),
        max_length=24,
        help_text=_("Part of technical names for ever: a-z, 0-9 and single hyphens, at most 24."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    field_order = ["name", "slug", "description"]


class MemberForm(forms.Form):
    """Somebody by e-mail, with a role and perhaps a last day."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Of the lab's account. Who has never signed in is added, and is in from the first sign-in."
        ),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.DEVELOPER)
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("Empty: the membership has no end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].widget.attrs["min"] = timezone.localdate().isoformat()
        self.fields["email"].widget.attrs |= {"list": "people", "autocomplete": "off"}


class GroupForm(forms.Form):
    """A group gives a role in a project."""

    path = forms.CharField(
        label=_("Group"),
        max_length=300,
        help_text=_("Its exact full path in the account service, for example /lab/team."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    slug = forms.SlugField(
        label=_("Short name of the project"),
        max_length=24,
        widget=forms.TextInput(attrs=_TECHNICAL),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.DEVELOPER)

    def clean_slug(self) -> str:
        """The project that is meant: an administrator sees them all."""
        slug: str = self.cleaned_data["slug"]
        found = selectors.by_slug(slug)
        if found is None:
            raise forms.ValidationError(text("group.project"), code="missing")
        self.project: Project = found
        return slug


class HeirForm(forms.Form):
    """Who takes over one project of somebody who has left."""

    project = forms.UUIDField(widget=forms.HiddenInput)
    email = forms.EmailField(label=_("E-mail address"))


class ChangeForm(forms.Form):
    """A member's role and last day, in their row of the table."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, required=False)
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DayInput)
