"""A new API token."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Scope

_DAYS = (("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("one year")))


class TokenForm(forms.Form):
    """Named, scoped, with an end. The service judges."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What it is for, so that you know which one to revoke.")
    )
    days = forms.ChoiceField(label=_("Valid for"), choices=_DAYS, initial="30")
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as it needs."),
    )

    def __init__(self, *args: Any, offered: Iterable[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in offered]  # type: ignore[attr-defined]

    @property
    def given(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        ends = timezone.now() + timedelta(days=int(data["days"]))
        return {"name": data["name"], "scopes": data["scopes"], "expires_at": ends}
