"""The forms of an app's settings: names, a copy, another project. Services judge what is in them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.projects.models import Project

_PLAIN = {"autocomplete": "off"}
_SLUG = {**_PLAIN, "autocapitalize": "none", "spellcheck": "false"}


class LabelForm(forms.Form):
    """Another display name."""

    label = forms.CharField(label=_("Display name"), max_length=100, widget=forms.TextInput(_PLAIN))


class AddressForm(forms.Form):
    """Another first label of the address."""

    name = forms.CharField(
        label=_("Name in the address"),
        help_text=_("Lower-case letters, digits and hyphens."),
        max_length=24,
        widget=forms.TextInput(_SLUG),
    )


class DuplicateForm(forms.Form):
    """Where the copy goes and what it is called."""

    project = forms.ChoiceField(label=_("Project"), widget=forms.Select())
    name = forms.CharField(
        label=_("Name in the address"),
        help_text=_("Lower-case letters, digits and hyphens."),
        max_length=24,
        widget=forms.TextInput(_SLUG),
    )
    reason = forms.CharField(
        label=_("Justification"),
        help_text=_("Needed only where an administrator has to decide."),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["project"]
        field.choices = [(str(each.id), each.name) for each in projects]


class AcceptForm(forms.Form):
    """Why the project wants an app that somebody has to decide about."""

    reason = forms.CharField(
        label=_("Justification"),
        required=False,
        max_length=4000,
        # The button stands in a form of its own, beside the one that declines.
        widget=forms.Textarea(attrs={"rows": 3, "form": "accept"}),
        help_text=_("Whoever decides reads it."),
    )


class OfferForm(forms.Form):
    """To whom the app is offered."""

    project = forms.CharField(
        label=_("Short name of the other project"),
        help_text=_("As it stands on that project's page. Its owners see your offer."),
        max_length=24,
        widget=forms.TextInput(_SLUG),
    )
    note = forms.CharField(
        label=_("Message"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
