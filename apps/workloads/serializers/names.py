"""What an app is called, a copy of it, and an offer of it."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.approvals import selectors as approvals
from apps.base.rest import StrictSerializer
from apps.workloads.models import Handover


class NewLabel(StrictSerializer):
    """Another display name."""

    # A field of the body, which DRF keeps apart from its own attribute of this name.
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]


class NewAddress(StrictSerializer):
    """Another first label of the address."""

    name = serializers.CharField(max_length=24)


class DuplicateApp(StrictSerializer):
    """Where the copy goes and what it is called."""

    project = serializers.UUIDField()
    name = serializers.CharField(max_length=24)
    # As above.
    label = serializers.CharField(required=False, max_length=100, default="")  # type: ignore[assignment]
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class OfferApp(StrictSerializer):
    """To whom an app is offered."""

    project = serializers.CharField(max_length=24, help_text="The other project's short name.")
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class AcceptOffer(StrictSerializer):
    """Why the project wants it: whoever decides reads it, where somebody has to."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class HandoverSerializer(serializers.ModelSerializer[Handover]):
    """An offer, open until it was answered or has expired."""

    url = serializers.HyperlinkedIdentityField(view_name="api:handovers-detail")
    app_label = serializers.CharField(source="app.label", read_only=True)
    from_project = serializers.CharField(source="from_project.slug", read_only=True)
    to_project = serializers.CharField(source="to_slug", read_only=True)
    offered_by = serializers.CharField(source="offered_by.label", default="", read_only=True)
    request = serializers.SerializerMethodField(
        help_text="The request that waits for an administrator's decision, once the offer was accepted."
    )

    class Meta:
        model = Handover
        fields: Any = [
            "id",
            "url",
            "app",
            "app_label",
            "from_project",
            "to_project",
            "offered_by",
            "note",
            "created_at",
            "expires_at",
            "closed_at",
            "closed_by",
            "outcome",
            "request",
        ]

    def get_request(self, offer: Handover) -> UUID | None:
        """Name the open request of the receiving project."""
        waits = approvals.waits_for(offer)
        return waits.id if waits else None
