"""Endpoints of requests and their decisions."""

from apps.approvals.api.requests import RequestViewSet

__all__ = ["RequestViewSet"]
