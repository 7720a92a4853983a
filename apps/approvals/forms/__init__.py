"""What this room's pages read."""

from apps.approvals.forms.asking import (
    REASON_MAX,
    AppForm,
    ChangeForm,
    NamedForm,
    ResourcesForm,
    VerdictForm,
)

__all__ = ["REASON_MAX", "AppForm", "ChangeForm", "NamedForm", "ResourcesForm", "VerdictForm"]
