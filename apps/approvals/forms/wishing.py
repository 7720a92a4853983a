"""Asking for quota, a project or rights, and what is said of a request. Services judge; these only read."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.approvals.forms.asking import REASON_MAX
from apps.base.messages import NAMES, dimension_label, sentence
from apps.projects.enums import RANK, Role
from apps.quotas.selectors import Figure
from kernel.errors import PaillasseError, RefusedMany


class WishForm(forms.Form):
    """The justification that each has, and where each refusal belongs."""

    reason = forms.CharField(
        label=_("Justification"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What it is for, and why it needs this much: whoever decides reads it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def refuse(self, error: PaillasseError) -> None:
        """Put each refusal beside its field, else above the form."""
        for each in error.refusals if isinstance(error, RefusedMany) else (error,):
            name = (each.field or "").rpartition(".")[2]
            self.add_error(name if name in self.fields else None, sentence(each))

    @property
    def asked(self) -> dict[str, Any]:
        """What services take, beside the reason."""
        return {k: v for k, v in self.cleaned_data.items() if k not in {"reason", "version"}}


class LimitsForm(WishForm):
    """Several dimensions at once: what is left as it stands is not asked for."""

    def __init__(self, *args: Any, figures: Iterable[Figure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = {each.dimension: each.limit for each in figures}
        for name in self.limits:
            self.fields[name] = forms.CharField(
                label=dimension_label(name),
                required=False,
                initial=self.limits[name],
                max_length=30,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        self.order_fields([*self.limits, *(name for name in self.fields if name not in self.limits)])

    @property
    def wanted(self) -> dict[str, object]:
        """The limits that differ from what stands: numbers, and what is none as it was typed."""
        typed = {name: str(self[name].value() or "").strip() for name in self.limits}
        read = {name: number(text) for name, text in typed.items() if text}
        return {name: value for name, value in read.items() if value != self.limits[name]}

    @property
    def asked(self) -> dict[str, Any]:
        """The limits, and whatever else the form holds."""
        rest = {name: value for name, value in super().asked.items() if name not in self.limits}
        return {**rest, "limits": self.wanted}


class QuotaForm(LimitsForm):
    """Other limits: for good, or for a time."""

    until = forms.DateField(
        label=_("Only until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day. Left empty, it is for good. Afterwards nothing is stopped."),
    )


class ProjectForm(LimitsForm):
    """A new project; its limits begin at what the lab gives by default."""

    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=24,
        help_text=_("Lower-case letters, digits and hyphens. It is part of technical names and stays."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "slug", "description"])


class RightsForm(WishForm):
    """A higher role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, has: str, **kwargs: Any) -> None:
        """`has` is the role that the requester has now: only a higher one can be asked for."""
        super().__init__(*args, **kwargs)
        higher = [role for role in Role if RANK.index(role) < RANK.index(Role(has))] if has else []
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in higher]
        if has:
            field.help_text = _("Your role is %(role)s now.") % {"role": Role(has).label}
        self.order_fields(["role"])


class LeaseForm(WishForm):
    """A later last day than anybody may choose alone."""

    until = forms.DateField(
        label=_("Needed until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day. Whoever decides may grant it, or an earlier one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["until"])


class WordsForm(forms.Form):
    """A word in the thread, with a file or without."""

    text = forms.CharField(
        label=_("Message"), required=False, max_length=REASON_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=_("File"), required=False, max_length=200)
    internal = forms.BooleanField(label=_("For administrators and auditors only"), required=False)


class DecisionForm(forms.Form):
    """What somebody decides: a reason, a last day, and less than was asked."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The requester reads it. A rejection, and less than was asked, need one."),
    )
    until = forms.DateField(
        label=_("Only until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day of what goes beyond the quota. Nothing is stopped afterwards."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, amounts: Mapping[str, int], of_lease: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_lease:
            self.fields["until"].label, self.fields["until"].help_text = _("Last day"), ""
        self.amounts = {name: value for name, value in amounts.items() if name in NAMES or name == "count"}
        for name, value in self.amounts.items():
            self.fields[f"granted-{name}"] = forms.CharField(
                label=dimension_label(name) if name in NAMES else capfirst(str(_("copies"))),
                required=False,
                initial=value,
                max_length=30,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    @property
    def parts(self) -> list[forms.BoundField]:
        """The amounts, for the fold."""
        return [self[f"granted-{name}"] for name in self.amounts]

    @property
    def granted(self) -> dict[str, object]:
        """The amounts as typed; an empty one is not granted."""
        typed = {name: str(self[f"granted-{name}"].value() or "").strip() for name in self.amounts}
        return {name: number(text) for name, text in typed.items() if text}

    def refuse(self, error: PaillasseError) -> None:
        """Put each refusal beside its field, else beside the reason."""
        for each in error.refusals if isinstance(error, RefusedMany) else (error,):
            name = (each.field or "").replace("granted.", "granted-")
            self.add_error(name if name in self.fields else "reason", sentence(each))


def number(text: str) -> object:
    """A whole number where the text is one; else the text, which services refuse."""
    sign = text.removeprefix("-")
    return int(text) if sign.isascii() and sign.isdigit() else text
