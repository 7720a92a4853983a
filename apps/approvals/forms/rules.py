"""What an admin writes into a rule. Services judge; this only reads."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.enums import RequestKind
from apps.approvals.models import Rule
from apps.approvals.rules import DAYS_MAX, KINDS, Terms
from apps.base.messages import NAMES, sentence
from apps.catalogue.models import Template
from apps.leases.services import LONGEST_DAYS
from apps.projects.enums import ProjectKind
from apps.projects.models import Project
from kernel.errors import PaillasseError, RefusedMany
from kernel.units import DIMENSIONS

_BOUNDS = ("most_asked", "most_limit")
_PLAIN = ("kinds", "templates", "projects", "project_kind", "days", "lease_days")


class RuleForm(forms.Form):
    """A rule: whom it serves, with what, up to what, for how long. What is left empty narrows nothing."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Decisions and the audit name the rule by it.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of request"), required=False, widget=forms.CheckboxSelectMultiple
    )
    templates = forms.MultipleChoiceField(
        label=_("Templates"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A template that always wants a decision is served only where it is ticked here."),
    )
    groups = forms.CharField(
        label=_("Groups"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Full paths as in Keycloak, one a line. None: every member of the lab."),
    )
    project_kind = forms.ChoiceField(
        label=_("Kind of project"), required=False, choices=[("", _("Any")), *ProjectKind.choices]
    )
    projects = forms.MultipleChoiceField(
        label=_("Projects"), required=False, help_text=_("None: every project.")
    )
    days = forms.IntegerField(
        label=_("Days for which a limit stays lifted"),
        required=False,
        min_value=1,
        max_value=DAYS_MAX,
        help_text=_("None: as long as the app needs it, or for good where a quota was asked for."),
    )
    lease_days = forms.IntegerField(
        label=_("Days from the day of asking to the last day"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
    )
    enabled = forms.BooleanField(
        label=_("In force"), required=False, help_text=_("From then on it decides what is asked.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Rule | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _shown(row) if row else None
        super().__init__(*args, **kwargs)
        templates = Template.objects.order_by("slug").values_list("slug", flat=True)
        projects = Project.objects.order_by("name", "id").values_list("id", "name")
        self._offer("templates", [(slug, slug) for slug in templates])
        self._offer("projects", [(str(each), name) for each, name in projects])
        self._offer("kinds", [(kind, RequestKind(kind).label) for kind in KINDS])
        for name in _BOUNDS:
            for dimension, unit in DIMENSIONS.items():
                self.fields[f"{name}_{dimension}"] = _amount(dimension, unit)

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def most_asked(self) -> list[forms.BoundField]:
        """The bounds of one request, by dimension."""
        return [self[f"most_asked_{dimension}"] for dimension in DIMENSIONS]

    @property
    def most_limit(self) -> list[forms.BoundField]:
        """The bounds of the project's limits."""
        return [self[f"most_limit_{dimension}"] for dimension in DIMENSIONS]

    @property
    def terms(self) -> dict[str, Any]:
        """What services take."""
        data = self.cleaned_data
        named = {name: data[name] for name in _PLAIN}
        return {
            **named,
            "groups": data["groups"].splitlines(),
            **{name: self._amounts(name) for name in _BOUNDS},
        }

    def _amounts(self, name: str) -> dict[str, int]:
        given = {dimension: self.cleaned_data[f"{name}_{dimension}"] for dimension in DIMENSIONS}
        return {dimension: amount for dimension, amount in given.items() if amount is not None}

    def tell(self, error: PaillasseError) -> None:
        """Put what a service refuses beside its field."""
        for each in error.refusals if isinstance(error, RefusedMany) else (error,):
            name = (each.field or "").replace(".", "_")
            self.add_error(name if name in self.fields else None, sentence(each))


def _amount(dimension: str, unit: str) -> forms.IntegerField:
    label, shown = capfirst(str(NAMES[dimension])), {"MHz": gettext("MHz"), "MiB": gettext("MiB")}.get(unit)
    field = forms.IntegerField(label=f"{label} ({shown})" if shown else label, required=False, min_value=0)
    field.widget.attrs["min"] = 0
    return field


def _shown(row: Rule) -> dict[str, Any]:
    """What the form shows of a rule that stands."""
    terms = Terms.of(row.terms)
    return {
        "name": row.name,
        "enabled": row.enabled,
        "version": row.version,
        "kinds": sorted(terms.kinds),
        "templates": sorted(terms.templates),
        "projects": sorted(terms.projects),
        "project_kind": terms.project_kind,
        "groups": "\n".join(sorted(terms.groups)),
        "days": terms.days,
        "lease_days": terms.lease_days,
        **{f"most_asked_{name}": amount for name, amount in terms.most_asked.items()},
        **{f"most_limit_{name}": amount for name, amount in terms.most_limit.items()},
    }
