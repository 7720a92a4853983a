"""Handing a file in, and confirming what it would do."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.labfile.rows import MOST_BYTES


class FileForm(forms.Form):
    """A file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or YAML, at most 512 KiB. You see what it would change before anything is changed."),
        widget=forms.FileInput(attrs={"accept": ".csv,.yaml,.yml"}),
    )
    prune = forms.BooleanField(
        label=_("Remove members and groups that the file does not name"),
        required=False,
        help_text=_("In the projects of which it names some. What groups give to members stays."),
    )


class ConfirmForm(forms.Form):
    """The same file again, with what was seen of it."""

    name = forms.CharField(max_length=200)
    content = forms.CharField(max_length=MOST_BYTES, strip=False)
    seen = forms.CharField(max_length=64)
    prune = forms.BooleanField(required=False)
