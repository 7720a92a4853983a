"""How notices come by mail."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.notices.enums import ByMail, Group
from apps.notices.kinds import may_stop

_HOURS = tuple((str(hour), f"{hour:02d}:00") for hour in range(24))


class PreferencesForm(forms.Form):
    """One choice a group, and the hour of the daily mail. The service judges."""

    hour = forms.ChoiceField(
        label=_("The daily mail leaves at"), choices=_HOURS, help_text=_("In the time zone of the lab.")
    )

    def __init__(self, *args: Any, chosen: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group, how in chosen.items():
            stops = may_stop(group)
            self.fields[group] = forms.ChoiceField(
                label=Group(group).label,
                choices=[each for each in ByMail.choices if stops or each[0] != ByMail.OFF],
                initial=how,
                help_text="" if stops else _("Somebody waits for you: these mails cannot be turned off."),
            )
        self.order_fields([*chosen, "hour"])

    @property
    def given(self) -> dict[str, Any]:
        """What the service takes."""
        data = dict(self.cleaned_data)
        hour = int(data.pop("hour"))
        return {"by_mail": data, "hour": hour}
