"""The filters of the page, of the export and of the API: one form, whose fields are the URL's parameters."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import ACTIONS
from apps.audit.models import Event
from apps.projects.models import Project

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERB = RegexValidator(
    re.compile(r"\A[a-z_]{1,30}(\.[a-z_]{1,30})?\Z"),
    _("An area, as “app”, or one action, as “app.requested”."),
)
NAMES = ("who", "verb", "target", "project", "from", "to", "request", "token")


def _words(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=100, **more)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class FilterForm(forms.Form):
    """What to look for. `projects`: those that the reader sees; others do not exist for them."""

    who = _words(_("Who"))
    verb = _words(_("Action or area"), validators=[_VERB], widget=forms.TextInput(attrs={"list": "actions"}))
    target = _words(_("What"))
    project = forms.CharField(label=_("Project"), required=False, max_length=36)
    request = _words(_("Request number"))
    token = forms.UUIDField(label=_("Token"), required=False)

    def __init__(self, *args: Any, projects: Iterable[Project] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = list(projects)
        self._projects = {key: each for each in self.projects for key in (each.slug, str(each.id))}
        # `from` is a word of Python's, so that the class cannot name it.
        self.fields["from"] = _day(_("From"))
        self.fields["to"] = _day(_("Until"))

    def clean_project(self) -> Project | None:
        """One that the reader sees: what is not there and what is not theirs get the same words."""
        given = self.cleaned_data["project"].strip()
        if given and given not in self._projects:
            raise forms.ValidationError(_("You see no such project."))
        return self._projects.get(given)

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", _("This day is before the first one."))
        return self.cleaned_data

    @property
    def actions(self) -> list[tuple[str, str]]:
        """What can be looked for, by its word in the reader's language: code and word."""
        return sorted(((code, str(word)) for code, word in ACTIONS.items()), key=lambda each: each[1])

    @property
    def given(self) -> dict[str, str]:
        """What was asked for, as it was written: for the audit of an export, and for links."""
        return {name: text for name in NAMES if (text := str(self.data.get(name, "")).strip())}

    def narrow(self, found: "QuerySet[Event]") -> "QuerySet[Event]":
        """Filter; the form has been found valid."""
        told = self.cleaned_data
        for name in NAMES:
            if told[name]:
                found = found.filter(_CONDITIONS[name](told[name]))
        return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _person(text: str) -> Q:
    return Q(actor_id=UUID(text)) if _UUID.fullmatch(text) else Q(actor_label__icontains=text)


def _verb(text: str) -> Q:
    return Q(verb=text) if "." in text else Q(verb__startswith=f"{text}.")


def _target(text: str) -> Q:
    return Q(target_id=text.lower()) if _UUID.fullmatch(text) else Q(target_label__icontains=text)


_CONDITIONS: dict[str, Any] = {
    "who": _person,
    "verb": _verb,
    "target": _target,
    "project": lambda project: Q(project_id=project.id),
    "from": lambda day: Q(at__gte=_midnight(day)),
    "to": lambda day: Q(at__lt=_midnight(day + timedelta(days=1))),
    "request": lambda text: Q(request_id=text),
    "token": lambda token: Q(token_id=token),
}
