"""Reading the audit."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from apps.audit.models import Event


def every() -> "QuerySet[Event]":
    """All events, the newest first: for those who read all."""
    return Event.objects.order_by("-at", "-id")


def of_projects(project_ids: Collection[UUID]) -> "QuerySet[Event]":
    """Events of these projects, the newest first."""
    return every().filter(project_id__in=project_ids)


def of_target(kind: str, target_id: object) -> "QuerySet[Event]":
    """Events about one thing, the newest first."""
    return every().filter(target_kind=kind, target_id=str(target_id))
