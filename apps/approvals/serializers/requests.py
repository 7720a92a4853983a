"""How requests and decisions read."""

from typing import Any

from rest_framework import serializers

from apps.approvals.models import Decision, Request
from apps.approvals.selectors import progress
from apps.base.rest import StrictSerializer


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """A verdict, with the figures at that moment."""

    class Meta:
        model = Decision
        fields: Any = [
            "id",
            "verdict",
            "decider",
            "rule",
            "rule_version",
            "ruled_by",
            "reason",
            "figures",
            "at",
        ]


class RequestSerializer(serializers.ModelSerializer[Request]):
    """What was asked, by whom, and where it stands."""

    url = serializers.HyperlinkedIdentityField(view_name="api:requests-detail")
    display = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True)

    class Meta:
        model = Request
        fields: Any = [
            "id",
            "url",
            "display",
            "kind",
            "state",
            "progress",
            "project",
            "requester",
            "app",
            "operation",
            "payload",
            "amounts",
            "reason",
            "version",
            "created_at",
            "updated_at",
            "decisions",
        ]

    def get_progress(self, request: Request) -> str:
        """Its state, or how far what was approved has come: applying, applied, apply_failed."""
        return progress(request)

    def get_display(self, request: Request) -> str:
        """Name it by its app."""
        return request.app.label if request.app else request.get_kind_display()


class Verdict(StrictSerializer):
    """A decision's words. A rejection needs its reason."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    version = serializers.IntegerField(required=False, min_value=1)
