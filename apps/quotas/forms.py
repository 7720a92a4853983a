"""Setting limits and ceilings: one field a dimension, so that a new dimension needs no new form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.base.messages import dimension_label
from apps.quotas.services import MOST
from kernel.units import DIMENSIONS


class LimitsForm(forms.Form):
    """What a project may have. Dimensions that are left as they are do not change."""

    reason = forms.CharField(
        label=_("Why"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    field_order: list[str] = [*DIMENSIONS, "until", "reason", "version"]
    needed = True

    def __init__(self, stands: Mapping[str, int | None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stands = stands
        for name in stands:
            self.fields[name] = forms.IntegerField(
                label=dimension_label(name),
                min_value=0,
                max_value=MOST,
                required=self.needed,
                initial=stands[name],
            )
        self.order_fields(self.field_order)

    @property
    def limits(self) -> dict[str, int | None]:
        """Those that are not what they were."""
        told = {name: self.cleaned_data[name] for name in self.stands}
        return {name: limit for name, limit in told.items() if limit != self.stands[name]}


class ProjectLimitsForm(LimitsForm):
    """For good, or up to and with a day."""

    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("For a grant for a time; without one the limits hold for good."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CeilingsForm(LimitsForm):
    """A ceiling that is left empty is none."""

    needed = False
