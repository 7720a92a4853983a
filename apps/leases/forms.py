"""What this room's pages read. Services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.base.messages import sentence
from kernel.errors import PaillasseError, RefusedMany


class Told(forms.Form):
    """A form that says a service's refusal beside its field, else above itself."""

    def refuse(self, error: PaillasseError) -> None:
        """Put each refusal where it belongs."""
        for each in error.refusals if isinstance(error, RefusedMany) else (error,):
            name = each.field or ""
            self.add_error(name if name in self.fields else None, sentence(each))


class RenewForm(Told):
    """A later last day."""

    ends_on = forms.DateField(
        label=_("Needed until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day."),
    )


class TermsForm(Told):
    """How long the apps of one project may live; what is left empty is as in the lab."""

    default_days = forms.IntegerField(label=_("Days, where nobody says an end"), required=False, min_value=1)
    max_days = forms.IntegerField(
        label=_("Days at the most"),
        required=False,
        min_value=1,
        help_text=_("From the day on which somebody chooses; for more an administrator is asked."),
    )
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    @property
    def terms(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("default_days", "max_days", "reason")}
