"""Adding a member, giving a role."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.projects.enums import Role


class MemberForm(forms.Form):
    """Somebody by e-mail, with a role."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Of the lab's account. Who has never signed in is added, and is in from the first sign-in."
        ),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.DEVELOPER)
