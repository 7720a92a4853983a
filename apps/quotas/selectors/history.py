"""How limits and use went over time."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from apps.quotas.models import LimitChange, Usage


def usage_of(project_id: UUID, *, since: date | None = None) -> "QuerySet[Usage]":
    """A project's use by day, the oldest first; of older weeks the Monday alone stands."""
    found = Usage.objects.filter(project_id=project_id)
    if since is not None:
        found = found.filter(day__gte=since)
    return found.order_by("day", "dimension")


def changes_of(project_id: UUID) -> "QuerySet[LimitChange]":
    """Who set a project's limits, the newest first."""
    found = LimitChange.objects.filter(counter__project_id=project_id)
    return found.select_related("counter").order_by("-at", "id")


def ceiling_changes() -> "QuerySet[LimitChange]":
    """Who set ceilings, the newest first."""
    found = LimitChange.objects.filter(ceiling__isnull=False)
    return found.select_related("ceiling__person").order_by("-at", "id")
