"""Requests and what was decided about them."""

from apps.approvals.models.requests import Decision, Message, Request

__all__ = ["Decision", "Message", "Request"]
