"""Changing apps by the dozen. Each is one transaction with its audit row, and calls nothing outside."""

from apps.fleet.services.foreseeing import Foreseen, foresee
from apps.fleet.services.moving import cancel, pause, resume
from apps.fleet.services.starting import Terms, begin
from apps.fleet.services.stepping import step, step_all

__all__ = ["Foreseen", "Terms", "begin", "cancel", "foresee", "pause", "resume", "step", "step_all"]
