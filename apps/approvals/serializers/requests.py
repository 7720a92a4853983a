"""How requests, their threads and decisions read, and what is sent about them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.accounts.models import Person
from apps.approvals import selectors
from apps.approvals.enums import RequestKind
from apps.approvals.models import Decision, Duty, Message, Request
from apps.approvals.transitions import allowed
from apps.base.rest import StrictSerializer

_TEXT = 4000
#: what can be asked here; apps and their changes are asked for at `apps`
ASKED_HERE = tuple(
    kind.value for kind in (RequestKind.QUOTA, RequestKind.PROJECT, RequestKind.RIGHTS, RequestKind.LEASE)
)


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """A verdict, what it granted and until when, with the figures at that moment."""

    class Meta:
        model = Decision
        fields: Any = [
            "id",
            "version",
            "verdict",
            "decider",
            "rule",
            "rule_version",
            "ruled_by",
            "reason",
            "granted",
            "until",
            "figures",
            "at",
        ]


class RequestSerializer(serializers.ModelSerializer[Request]):
    """What was asked, by whom, and where it stands."""

    url = serializers.HyperlinkedIdentityField(view_name="api:requests-detail")
    display = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    assignee = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True)

    class Meta:
        model = Request
        fields: Any = [
            "id",
            "url",
            "display",
            "kind",
            "state",
            "state_since",
            "progress",
            "project",
            "requester",
            "assignee",
            "app",
            "handover",
            "operation",
            "payload",
            "amounts",
            "until",
            "reason",
            "version",
            "created_at",
            "updated_at",
            "permissions",
            "decisions",
        ]

    def get_progress(self, request: Request) -> str:
        """Its state, or how far what was approved has come: applying, applied, apply_failed."""
        return selectors.progress(request)

    def get_assignee(self, request: Request) -> UUID | None:
        """Whom it was given to, to decide; none where it is every administrator's."""
        duty: Duty | None = getattr(request, "duty", None)
        return duty.assignee_id if duty else None

    def get_display(self, request: Request) -> str:
        """Name it by its app, else by what it is about."""
        return request.app.label if request.app else request.label or request.get_kind_display()

    def get_permissions(self, request: Request) -> list[str]:
        """Name what the caller may do with it now."""
        person = self.context["request"].user
        if not isinstance(person, Person):
            return []
        role = self.context["roles"].get(request.project_id, "")
        return sorted(allowed(request.state, selectors.parts_with(person, request, role)))


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One line of a thread."""

    class Meta:
        model = Message
        fields: Any = [
            "id",
            "move",
            "author",
            "author_label",
            "text",
            "internal",
            "attachment",
            "changes",
            "version",
            "at",
        ]


class NewRequest(StrictSerializer):
    """A request for quota, a project, rights or a longer lease.

    Quota: `project`, `limits`, `until`. Project: `name`, `slug`, `limits`. Rights: `project`, `role`. Longer
    lease: `app`, `until`.
    """

    kind = serializers.ChoiceField(choices=ASKED_HERE)
    project = serializers.UUIDField(required=False)
    app = serializers.UUIDField(required=False)
    limits = serializers.DictField(required=False)
    until = serializers.DateField(required=False, allow_null=True)
    name = serializers.CharField(required=False, max_length=100)
    slug = serializers.CharField(required=False, max_length=24)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    role = serializers.CharField(required=False, max_length=10)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=_TEXT)
    draft = serializers.BooleanField(required=False, default=False)


class ChangedRequest(StrictSerializer):
    """What is to be other about a request; a field that its kind does not have is refused."""

    limits = serializers.DictField(required=False)
    until = serializers.DateField(required=False, allow_null=True)
    name = serializers.CharField(required=False, max_length=100)
    slug = serializers.CharField(required=False, max_length=24)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    role = serializers.CharField(required=False, max_length=10)
    ends_on = serializers.DateField(required=False, allow_null=True)
    parameters = serializers.DictField(required=False)
    resources = serializers.DictField(required=False)
    uploads = serializers.DictField(child=serializers.UUIDField(allow_null=True), required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=_TEXT)
    version = serializers.IntegerField(required=False, min_value=1)


class Verdict(StrictSerializer):
    """A decision's words. A rejection, and less than was asked, need their reason."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=_TEXT)
    version = serializers.IntegerField(required=False, min_value=1)


class Approval(Verdict):
    """All that is asked, or with `granted` less of it; with `until` up to and with that day.

    Of a longer lease an earlier `until` than asked is less of it, and needs its reason.
    """

    granted = serializers.DictField(required=False)
    until = serializers.DateField(required=False, allow_null=True)


class Words(StrictSerializer):
    """Something said in the thread; a file is named by its upload."""

    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=_TEXT)
    internal = serializers.BooleanField(required=False, default=False)
    upload = serializers.UUIDField(required=False)


class Reply(StrictSerializer):
    """An answer to what was asked."""

    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=_TEXT)
    version = serializers.IntegerField(required=False, min_value=1)
