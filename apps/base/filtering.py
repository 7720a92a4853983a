"""Filters and orders of lists: unknown ones are refused, and none tells whether another's object exists."""

from typing import Any

from django.db.models import ForeignKey, QuerySet
from django_filters import UUIDFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from apps.base.messages import text


class Filters(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """An object is named by its id, seen or not: django-filter would refuse ids that stand nowhere."""

    FILTER_DEFAULTS = {**FilterSet.FILTER_DEFAULTS, ForeignKey: {"filter_class": UUIDFilter}}


class Filtering(DjangoFilterBackend):  # type: ignore[misc]  # the same
    """A viewset's `filterset_fields`."""

    filterset_base = Filters


class Ordering(OrderingFilter):
    """A viewset's `ordering_fields`; ties are broken by id, so that pages never overlap."""

    def filter_queryset(self, request: Request, queryset: "QuerySet[Any]", view: Any) -> "QuerySet[Any]":
        """Order as asked, else leave the list's own order; raises ValidationError for another field."""
        asked = [name for name in request.query_params.get("ordering", "").split(",") if name]
        allowed = getattr(view, "ordering_fields", ())
        if any(name.removeprefix("-") not in allowed for name in asked):
            detail = text("api.ordering", {"fields": ", ".join(allowed)})
            raise ValidationError({"ordering": [ErrorDetail(detail, code="invalid")]})
        return queryset.order_by(*asked, "id") if asked else queryset
