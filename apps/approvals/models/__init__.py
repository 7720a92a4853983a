"""Requests and what was decided about them."""

from apps.approvals.models.requests import Decision, Request

__all__ = ["Decision", "Request"]
