"""How events read: for programs, and for files."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from apps.audit.models import Event
from kernel.cells import disarm

FIELDS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "token_id",
    "verb",
    "target_kind",
    "target_id",
    "target_label",
    "project_id",
    "reason",
    "before",
    "after",
    "request_id",
    "ip",
)


class AuditEventSerializer(serializers.ModelSerializer[Event]):
    """One event, with its place in the chain: null for some seconds, until it is sealed.

    From where and by which request others acted is for admins and auditors.
    """

    position = serializers.IntegerField(source="seal.position", default=None)
    digest = serializers.CharField(source="seal.digest", default=None)

    class Meta:
        model = Event
        fields = [*FIELDS, "position", "digest"]

    def to_representation(self, event: Event) -> dict[str, Any]:
        """As Reader.told()."""
        reader: Reader = self.context["reader"]
        return reader.told(event)


@extend_schema_serializer(many=False)
class AuditPageSerializer(serializers.Serializer[Any]):
    """Some of them, and where to go on."""

    next = serializers.URLField(allow_null=True)
    results = AuditEventSerializer(many=True)


class Reader:
    """Who reads: admins and auditors all of an event, others not from where somebody else acted."""

    def __init__(self, person_id: UUID, *, reads_all: bool) -> None:
        self._person_id, self._reads_all = person_id, reads_all

    def sees_origin(self, event: Event) -> bool:
        """Whether the address, the request and the token are for this reader."""
        return self._reads_all or event.actor_id == self._person_id

    def told(self, event: Event) -> dict[str, Any]:
        """The event as JSON."""
        told = {name: getattr(event, name) for name in FIELDS}
        told["at"] = event.at.isoformat()
        for name in ("actor_id", "token_id", "project_id"):
            told[name] = str(told[name]) if told[name] else None
        if not self.sees_origin(event):
            told |= {"ip": None, "request_id": "", "token_id": None}
        seal = getattr(event, "seal", None)
        told["position"] = seal.position if seal else None
        told["digest"] = seal.digest if seal else None
        return told


def as_csv(rows: Iterable[dict[str, Any]], *, first: bool) -> str:
    """Rows of a CSV file (RFC 4180), formulas disarmed; with its header before the `first`."""
    text = io.StringIO()
    writer = csv.writer(text)
    if first:
        writer.writerow([*FIELDS, "position", "digest"])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return disarm(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))


def as_lines(rows: Iterable[dict[str, Any]]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
