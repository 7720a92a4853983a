"""Choosing an upgrade of many apps. Services judge; this only reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.base.messages import sentence
from apps.catalogue.models import TemplateVersion
from apps.fleet.services.starting import PARALLEL_MAX, REASON_MAX, Terms
from apps.workloads.models import App
from kernel.errors import PaillasseError


class UpgradeForm(forms.Form):
    """Which apps, and how it goes on."""

    canary = forms.IntegerField(
        label=_("First, as a trial"),
        min_value=0,
        initial=1,
        help_text=_("So many apps go first. The others follow once all of these answer again."),
    )
    wait_after_canary = forms.BooleanField(
        label=_("Then wait for me"),
        required=False,
        help_text=_("Pause after the trial until somebody goes on."),
    )
    parallel = forms.IntegerField(label=_("At most at once"), min_value=1, max_value=PARALLEL_MAX, initial=2)
    failures_max = forms.IntegerField(label=_("Stop after so many failures"), min_value=1, initial=1)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The apps' owners read it beside the new version."),
    )

    def __init__(self, *args: Any, apps: Sequence[App], version: TemplateVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self._order = [app.id for app in apps]
        self.fields["apps"] = forms.MultipleChoiceField(
            label=_("Apps"),
            choices=[(str(app.id), app.label) for app in apps],
            error_messages={"required": _("Choose at least one app.")},
        )

    @property
    def terms(self) -> Terms:
        """How it goes on."""
        data = self.cleaned_data
        return Terms(data["canary"], data["wait_after_canary"], data["parallel"], data["failures_max"])

    @property
    def chosen(self) -> list[UUID]:
        """The apps that are marked, in the order in which they are shown."""
        marked = set(self.cleaned_data["apps"])
        return [app_id for app_id in self._order if str(app_id) in marked]

    @property
    def problems(self) -> list[dict[str, str]]:
        """What must be changed, with where it is, for the summary above the form."""
        return [
            {
                "anchor": "" if name in {"__all__", "apps"} else str(self[name].id_for_label),
                "label": "" if name == "__all__" else str(self.fields[name].label),
                "text": str(text),
            }
            for name, errors in self.errors.items()
            for text in errors
        ]

    @property
    def marked(self) -> frozenset[str]:
        """Ids of the apps that are marked."""
        return frozenset(self.data.getlist("apps") if hasattr(self.data, "getlist") else ())

    def tell(self, error: PaillasseError) -> None:
        """Put a refusal beside its field, else above the form."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, sentence(error))
