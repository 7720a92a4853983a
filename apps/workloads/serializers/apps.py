"""How an app reads (design 5)."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.leases import selectors as leases
from apps.projects.permissions import allowed
from apps.workloads import explain, selectors
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.helping import BUTTONS, WHO
from apps.workloads.helping.pages import help_url
from apps.workloads.models import App, Observation
from apps.workloads.serializers.operations import ConditionSerializer
from apps.workloads.standing import standing
from orchestration.explain import explain as reason_of

ACTIONS = ("view", "deploy", "operate", "reveal")


class ObservedSerializer(serializers.ModelSerializer[Observation]):
    """What was seen of an app, when, and why it is not as wanted."""

    state = serializers.SerializerMethodField()
    display = serializers.SerializerMethodField()
    reason_code = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()
    who = serializers.SerializerMethodField()
    who_display = serializers.SerializerMethodField()
    button = serializers.SerializerMethodField()
    button_display = serializers.SerializerMethodField()
    help = serializers.SerializerMethodField()
    waiting_for = serializers.SerializerMethodField()
    release = serializers.IntegerField(
        source="serves", allow_null=True, read_only=True, help_text="The release that was last seen to serve."
    )
    conditions = ConditionSerializer(many=True, read_only=True)

    class Meta:
        model = Observation
        fields: Any = [
            "state",
            "display",
            "reason_code",
            "message",
            "detail",
            "facts",
            "who",
            "who_display",
            "button",
            "button_display",
            "help",
            "retryable",
            "waiting_for",
            "release",
            "observed_at",
            "answered_at",
            "conditions",
        ]

    def to_representation(self, instance: Observation) -> dict[str, Any]:
        """What was seen, unless it is too old to be told (apps.workloads.standing)."""
        self._now = standing(instance.app, timezone.now(), self.context.get("away", ()))
        return super().to_representation(instance)

    def get_state(self, _seen: Observation) -> str:
        """What was seen; `unknown` where that may not be believed any more."""
        return self._now.state

    def get_display(self, _seen: Observation) -> str:
        """The state's word in the reader's language."""
        return str(explain.look(self._now.state).word)

    def get_reason_code(self, _seen: Observation) -> str | None:
        """A stable code, none where all is as wanted."""
        return self._now.code or None

    def get_message(self, _seen: Observation) -> str | None:
        """The reason in the reader's language."""
        return explain.why(self._now.code, self._now.facts) or None

    def get_detail(self, _seen: Observation) -> str | None:
        """What the cluster said, in English."""
        return self._now.message or None

    def get_facts(self, _seen: Observation) -> dict[str, Any]:
        """The figures of the reason."""
        return dict(self._now.facts)

    def get_who(self, _seen: Observation) -> str | None:
        """Who can do something about it: member, admin, engineer, or nobody where it goes on by itself."""
        return reason_of(self._now.code).who if self._now.code else None

    def get_who_display(self, _seen: Observation) -> str | None:
        """The same in the reader's language."""
        return str(WHO[reason_of(self._now.code).who]) if self._now.code else None

    def get_button(self, _seen: Observation) -> str | None:
        """The button that helps: retry, edit, provide_secret, start, ask_quota, logs, request, delete."""
        return (reason_of(self._now.code).button or None) if self._now.code else None

    def get_button_display(self, seen: Observation) -> str | None:
        """The same in the reader's language."""
        button = self.get_button(seen)
        return str(BUTTONS[button]) if button else None

    def get_help(self, _seen: Observation) -> str | None:
        """The page that explains the reason."""
        return help_url(self._now.code) if self._now.code else None

    def get_waiting_for(self, _seen: Observation) -> str | None:
        """The part that cannot be reached, where one is waited for."""
        return self._now.waits_for or None


class PinSerializer(serializers.Serializer[Any]):
    """The template, and the version that the release pins."""

    slug = serializers.CharField()
    version = serializers.CharField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """From the app."""
        version = instance.release.template_version.version if instance.release else None
        return {"slug": instance.template.slug, "version": version}


class UpcomingSerializer(serializers.Serializer[Any]):
    """A move of the lease, and its day."""

    move = serializers.ChoiceField(choices=["grace", "sleep", "archive", "purge"])
    on = serializers.DateField()


class LeaseSerializer(serializers.Serializer[Any]):
    """How long it may live; `next` is what the clock does, and when, if nobody does anything."""

    state = serializers.ChoiceField(source="lease_state", choices=LeaseState.choices)
    ends_on = serializers.DateField(allow_null=True)
    always_on = serializers.BooleanField()
    next = serializers.SerializerMethodField()

    @extend_schema_field(UpcomingSerializer(allow_null=True))
    def get_next(self, app: App) -> dict[str, Any] | None:
        """Grace, sleep, archive or purge, and on which day."""
        coming = leases.next_of(app)
        return {"move": coming.move.value, "on": coming.on.isoformat()} if coming else None


class AppSerializer(serializers.ModelSerializer[App]):
    """An app: what is wanted, and what was seen of it."""

    url = serializers.HyperlinkedIdentityField(view_name="api:apps-detail")
    display = serializers.CharField(source="label", read_only=True)
    template = PinSerializer(source="*", read_only=True)
    parameters = serializers.DictField(source="release.parameters", default=dict, read_only=True)
    resources = serializers.DictField(
        source="release.resources", default=dict, read_only=True, child=serializers.IntegerField()
    )
    release = serializers.IntegerField(source="release.number", default=None, read_only=True)
    observed_generation = serializers.IntegerField(source="observation.generation", default=0, read_only=True)
    observed = ObservedSerializer(source="observation", read_only=True)
    address = serializers.SerializerMethodField()
    lease = LeaseSerializer(source="*", read_only=True)
    undo_until = serializers.SerializerMethodField(help_text="Until when its deletion can be undone.")
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = App
        fields: Any = [
            "id",
            "url",
            "display",
            "name",
            "label",
            "slug",
            "project",
            "template",
            "parameters",
            "resources",
            "desired",
            "generation",
            "observed_generation",
            "release",
            "observed",
            "address",
            "lease",
            "undo_until",
            "permissions",
            "created_at",
        ]

    def get_address(self, app: App) -> str | None:
        """Give the public address, or none for an app that has none."""
        return selectors.address(app) or None

    def get_undo_until(self, app: App) -> datetime | None:
        """Give the end of its retention; none for an app that was not deleted."""
        return app.archived_until if app.desired == Desired.ARCHIVED else None

    def get_permissions(self, app: App) -> list[str]:
        """Name the actions that the caller may do."""
        role = self.context["roles"].get(app.project_id, "")
        actions = allowed(self.context["request"].user, app.project, role)
        return [action for action in ACTIONS if action in actions]
