"""How this room's objects read, and what its calls take."""

from apps.approvals.serializers.requests import DecisionSerializer, RequestSerializer, Verdict

__all__ = ["DecisionSerializer", "RequestSerializer", "Verdict"]
