"""What every app has: name, project, size, end. What its template asks is catalogue's generated form."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.base.messages import NAMES, sentence
from apps.base.templatetags.pages import amount
from apps.catalogue import selectors as catalogue
from apps.catalogue.manifests.model import Manifest, Size
from apps.projects.models import Project
from apps.workloads import selectors as apps
from apps.workloads import services as workloads
from apps.workloads.enums import Strategy
from kernel.errors import Refused, RefusedMany
from kernel.names import SLUG_MAX

REASON_MAX = 4000
_FIGURES = ("cpu_mhz", "memory_mib", "storage_mib", "count")


class ResourcesForm(forms.Form):
    """A named size, single figures over it, and a justification. Services judge; this only reads."""

    size = forms.ChoiceField(label=_("Size"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Justification"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is for, and why it needs this much: the administrator who decides reads it."),
    )

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest = manifest
        self.fields["size"].choices = [(name, name) for name, _size in self.sizes]  # type: ignore[attr-defined]
        self.fields["size"].initial = manifest.sizing.default
        self.figures = [name for name in _FIGURES if _is_open(manifest, name)]
        for name in self.figures:
            self.fields[name] = _figure(manifest, name)

    @property
    def sizes(self) -> list[tuple[str, Size]]:
        """The offered sizes, the smallest first."""
        sizes = self.manifest.sizing.sizes.items()
        return sorted(sizes, key=lambda each: (each[1].cpu_mhz, each[1].memory_mib, each[1].storage_mib))

    @property
    def figure_fields(self) -> list[forms.BoundField]:
        """The single figures, for the fold."""
        return [self[name] for name in self.figures]

    @property
    def has_figures(self) -> bool:
        """Whether any of them is given or wrong: then the fold is open."""
        return any(field.value() or field.errors for field in self.figure_fields)

    def clean(self) -> dict[str, Any]:
        """Tell what is out of bounds together with everything else that is wrong."""
        if "size" in self.cleaned_data:
            try:
                catalogue.resources_of(self.manifest, self.resources)
            except RefusedMany as many:
                for each in many.refusals:
                    self.add_error((each.field or "").removeprefix("resources."), sentence(each))
        return self.cleaned_data

    @property
    def resources(self) -> dict[str, Any]:
        """What services take: the size, and the figures that were given over it."""
        given = {name: self.cleaned_data[name] for name in self.figures if self.cleaned_data.get(name)}
        return {"size": self.cleaned_data["size"], **given}


class ChangeForm(ResourcesForm):
    """The next release of an app: its size, and how it takes over."""

    strategy = forms.ChoiceField(
        label=_("How it takes over"), choices=Strategy.choices, required=False, widget=forms.RadioSelect
    )
    auto_promote = forms.BooleanField(
        label=_("Let it in by itself once it is healthy"),
        required=False,
        help_text=_("Otherwise the copy waits until somebody of the project lets it in or gives it up."),
    )

    @property
    def may_canary(self) -> bool:
        """Whether a second copy may stand beside the first at all; the service has the last word."""
        return not self.manifest.volumes

    @property
    def strategy_body(self) -> dict[str, Any]:
        """What services and the API take."""
        chosen = self["strategy"].value() or Strategy.ROLLING
        if chosen != Strategy.CANARY:
            return {}
        return {"strategy": str(chosen), "auto_promote": bool(self["auto_promote"].value())}

    @property
    def rollout(self) -> workloads.Rollout:
        """The same for the quota's figures."""
        return workloads.Rollout.of(self.strategy_body)


class NamedForm(ResourcesForm):
    """An app that is asked for: its name and its end can be other ones yet."""

    own = ""  #: the name that it holds already: to itself it is free
    person: Person | None = None  #: who fills it in

    name = forms.CharField(
        label=_("Name"),
        max_length=SLUG_MAX,
        help_text=_("Lower-case letters, digits and hyphens. It is the beginning of the address."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    ends_on = forms.DateField(
        label=_("Needed until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("If you know it: you are reminded before, and nothing is deleted without a warning."),
    )

    def clean_name(self) -> str:
        """Refuse what is no name or taken, with what is free; the service has the last word."""
        name: str = self.cleaned_data["name"]
        if name == self.own:
            return name
        try:
            found = workloads.name_available(name)
        except Refused as error:
            raise forms.ValidationError(sentence(error)) from error
        if found.refusal and self.person:
            raise forms.ValidationError(apps.refusal(self.person, found.refusal))
        return name


class AppForm(NamedForm):
    """A new app."""

    project = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), empty_label=None, help_text=_("Its quota pays.")
    )

    def __init__(self, *args: Any, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [project.id for project in projects]
        self.fields["project"].queryset = Project.objects.filter(id__in=ids).order_by("name")  # type: ignore[attr-defined]


class VerdictForm(forms.Form):
    """What an admin says."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The requester reads it. A rejection needs one."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _is_open(manifest: Manifest, name: str) -> bool:
    bounds = manifest.sizing.bounds.get(name)
    return bounds is not None and bounds.min < bounds.max


def _figure(manifest: Manifest, name: str) -> forms.IntegerField:
    bounds = manifest.sizing.bounds[name]
    label = gettext("copies") if name == "count" else str(NAMES[name])
    unit = {"cpu_mhz": gettext("MHz"), "memory_mib": gettext("MiB"), "storage_mib": gettext("MiB")}.get(name)
    field = forms.IntegerField(
        label=f"{capfirst(label)} ({unit})" if unit else capfirst(label),
        required=False,
        help_text=_("from %(min)s to %(max)s")
        % {"min": amount(bounds.min, name), "max": amount(bounds.max, name)},
    )
    field.widget.attrs |= {"min": bounds.min, "max": bounds.max}
    return field
