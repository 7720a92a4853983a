"""What this room's pages read."""

from apps.approvals.forms.asking import REASON_MAX, AppForm, ResourcesForm, VerdictForm

__all__ = ["REASON_MAX", "AppForm", "ResourcesForm", "VerdictForm"]
