"""How an app reads (design 5)."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import serializers

from apps.leases import selectors as leases
from apps.projects.models import Project
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


def _told(what: str, *, null: bool = False) -> serializers.CharField:
    """A text of the answer, which `to_representation` writes."""
    return serializers.CharField(read_only=True, allow_null=null, help_text=what)


class ObservedSerializer(serializers.ModelSerializer[Observation]):
    """What was seen of an app, when, and why it is not as wanted."""

    state = _told("What was seen; `unknown` where that may not be believed any more.")
    display = _told("The state's word in the reader's language.")
    reason_code = _told("A stable code, none where all is as wanted.", null=True)
    message = _told("The reason in the reader's language.", null=True)
    detail = _told("What the cluster said, in English.", null=True)
    facts = serializers.DictField(read_only=True, help_text="The figures of the reason.")
    who = _told(
        "Who can do something about it: member, admin, engineer, or nobody where it goes on by itself.",
        null=True,
    )
    who_display = _told("The same in the reader's language.", null=True)
    button = _told(
        "The button that helps: retry, edit, provide_secret, start, ask_quota, logs, request, delete.",
        null=True,
    )
    button_display = _told("The same in the reader's language.", null=True)
    help = _told("The page that explains the reason.", null=True)
    waiting_for = _told("The part that cannot be reached, where one is waited for.", null=True)
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
        now = standing(instance.app, timezone.now(), self.context.get("away", ()))
        at = self.fields["observed_at"].to_representation
        return {
            "state": now.state,
            "display": str(explain.look(now.state).word),
            "reason_code": now.code or None,
            "message": explain.why(now.code, now.facts) or None,
            "detail": now.message or None,
            "facts": dict(now.facts),
            **_help(now.code),
            "retryable": instance.retryable,
            "waiting_for": now.waits_for or None,
            "release": instance.serves,
            "observed_at": at(instance.observed_at) if instance.observed_at else None,
            "answered_at": at(instance.answered_at) if instance.answered_at else None,
            "conditions": self.fields["conditions"].to_representation(instance.conditions),
        }


def _help(code: str) -> dict[str, str | None]:
    """Who can do something about a reason, by which button, and the page that explains it."""
    reason = reason_of(code) if code else None
    button = reason.button if reason else ""
    return {
        "who": reason.who if reason else None,
        "who_display": str(WHO[reason.who]) if reason else None,
        "button": button or None,
        "button_display": str(BUTTONS[button]) if button else None,
        "help": help_url(code) if code else None,
    }


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
    next = UpcomingSerializer(
        read_only=True, allow_null=True, help_text="Grace, sleep, archive or purge, and on which day."
    )

    def to_representation(self, instance: App) -> dict[str, Any]:
        """From the app."""
        coming = leases.next_of(instance)
        return {
            "state": str(instance.lease_state),
            "ends_on": instance.ends_on.isoformat() if instance.ends_on else None,
            "always_on": instance.always_on,
            "next": {"move": coming.move.value, "on": coming.on.isoformat()} if coming else None,
        }


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
    address = _told("Give the public address, or none for an app that has none.", null=True)
    lease = LeaseSerializer(source="*", read_only=True)
    undo_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Until when its deletion can be undone."
    )
    permissions = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Name the actions that the caller may do."
    )

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

    def to_representation(self, instance: App) -> dict[str, Any]:
        """All at once: field by field, as DRF does it, a list of apps took most of its time here."""
        release, fields = instance.release, self.fields
        return {
            "id": str(instance.id),
            "url": f"{self._list}{instance.id}/",
            "display": instance.label,
            "name": instance.name,
            "label": instance.label,
            "slug": instance.slug,
            "project": instance.project_id,
            "template": fields["template"].to_representation(instance),
            "parameters": release.parameters if release else {},
            "resources": release.resources if release else {},
            "desired": str(instance.desired),
            "generation": instance.generation,
            "observed_generation": instance.observation.generation,
            "release": release.number if release else None,
            "observed": fields["observed"].to_representation(instance.observation),
            "address": selectors.address(instance) or None,
            "lease": fields["lease"].to_representation(instance),
            "undo_until": instance.archived_until if instance.desired == Desired.ARCHIVED else None,
            "permissions": self._permissions(instance.project),
            "created_at": fields["created_at"].to_representation(instance.created_at),
        }

    @cached_property
    def _list(self) -> str:
        """The address of the list: below it each app has its own."""
        url: str = self.context["request"].build_absolute_uri(reverse("api:apps-list"))
        return url

    @cached_property
    def _may(self) -> dict[UUID, list[str]]:
        return {}

    def _permissions(self, project: Project) -> list[str]:
        """What the caller may do with the project's apps: found once for each project of a list."""
        if project.id not in self._may:
            role = self.context["roles"].get(project.id, "")
            actions = allowed(self.context["request"].user, project, role)
            self._may[project.id] = [action for action in ACTIONS if action in actions]
        return self._may[project.id]
