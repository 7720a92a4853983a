"""Who is away, and to whom a request is given."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person


class AbsenceForm(forms.Form):
    """An admin is away; a colleague decides meanwhile. The service judges."""

    person = forms.ChoiceField(label=_("Who is away"))
    deputy = forms.ChoiceField(
        label=_("Deputy"), help_text=_("What is the other's to decide comes to the deputy meanwhile.")
    )
    from_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, person: Person, admins: Iterable[Person], **kwargs: Any) -> None:
        kwargs["initial"] = {"person": str(person.id), "from_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        choices = [(str(each.id), each.label) for each in admins]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
        self.fields["deputy"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """To whom; empty: back to all. The service judges whether they may."""

    assignee = forms.UUIDField(required=False)
