"""Endpoints of requests and their decisions, of rules and absences."""

from apps.approvals.api.requests import RequestViewSet
from apps.approvals.api.rules import AbsenceViewSet, RuleViewSet

__all__ = ["AbsenceViewSet", "RequestViewSet", "RuleViewSet"]
