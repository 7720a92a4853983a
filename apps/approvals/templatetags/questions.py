"""Uploads that are already here, beside their question."""

from typing import Any

from django import template
from django.forms import BoundField

from apps.base.models import Upload

register = template.Library()


@register.filter
def kept_upload(answers: Any, field: BoundField) -> Upload | None:
    """The upload that answers a question already; none where there is none."""
    found: Upload | None = answers.kept.get(field.name)
    return found


@register.filter
def dropped_upload(answers: Any, field: BoundField) -> Upload | None:
    """The upload that is taken away from a question; none where none is."""
    found: Upload | None = answers.dropped.get(field.name)
    return found
