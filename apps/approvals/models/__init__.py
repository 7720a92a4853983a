"""Requests, what was said and decided about them, by which rule, and who has to decide."""

from apps.approvals.models.duty import Absence, Duty
from apps.approvals.models.requests import Decision, Message, Request
from apps.approvals.models.rules import Judgement, Rule, RuleVersion

__all__ = ["Absence", "Decision", "Duty", "Judgement", "Message", "Request", "Rule", "RuleVersion"]
