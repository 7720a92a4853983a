"""How upgrades of many apps read, and what their calls take."""

from typing import Any

from rest_framework import serializers

from apps.base.messages import sentence
from apps.base.rest import StrictSerializer
from apps.fleet.models import Item, Upgrade
from apps.fleet.services import Foreseen
from apps.fleet.templatetags.fleet import why
from kernel.errors import PaillasseError


class ItemSerializer(serializers.ModelSerializer[Item]):
    """One app of an upgrade."""

    app = serializers.UUIDField(source="app_id")
    name = serializers.CharField(source="app.label")
    operation = serializers.UUIDField(source="operation_id", allow_null=True)
    why = serializers.SerializerMethodField(help_text="The code's sentence, in the caller's language.")

    class Meta:
        model = Item
        fields: Any = [
            "app", "name", "place", "state", "before", "operation", "code", "why", "message",
            "started_at", "ended_at",
        ]  # fmt: skip

    def get_why(self, item: Item) -> str:
        """Why it failed or was left out; empty where it did not."""
        return why(item)


class UpgradeSerializer(serializers.ModelSerializer[Upgrade]):
    """An upgrade of many apps, with how many are how far."""

    url = serializers.HyperlinkedIdentityField(view_name="api:fleet-upgrades-detail")
    template = serializers.CharField(source="template.slug")
    version = serializers.CharField(source="version.version")
    author = serializers.CharField(source="author_label")
    apps = serializers.SerializerMethodField(help_text="State -> how many apps are in it.")

    class Meta:
        model = Upgrade
        fields: Any = [
            "id", "url", "template", "version", "state", "canary", "wait_after_canary", "parallel",
            "failures_max", "reason", "author", "created_at", "ended_at", "apps",
        ]  # fmt: skip

    def get_apps(self, upgrade: Upgrade) -> dict[str, int]:
        """By state."""
        names = ("pending", "running", "done", "failed", "skipped")
        return {name: int(getattr(upgrade, f"{name}_count", 0)) for name in names}


class UpgradeDetail(UpgradeSerializer):
    """The same with each app."""

    items = ItemSerializer(many=True)

    class Meta(UpgradeSerializer.Meta):
        fields: Any = [*UpgradeSerializer.Meta.fields, "items"]


class NewUpgrade(StrictSerializer):
    """Which apps to which version, and how it goes on."""

    template = serializers.CharField(max_length=40)
    version = serializers.CharField(max_length=40)
    apps = serializers.ListField(child=serializers.UUIDField(), help_text="In the order in which they go.")
    canary = serializers.IntegerField(default=1, help_text="So many first; the others once these are done.")
    wait_after_canary = serializers.BooleanField(default=False)
    parallel = serializers.IntegerField(default=2, help_text="At most so many under way at once.")
    failures_max = serializers.IntegerField(default=1, help_text="It stops at so many failures.")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class RefusalSerializer(serializers.Serializer[PaillasseError]):
    """One thing that stands against it."""

    code = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    detail = serializers.SerializerMethodField()

    def get_detail(self, error: PaillasseError) -> str:
        """Its sentence."""
        return sentence(error)


class UpgradeForeseen(serializers.Serializer[Foreseen]):
    """What an upgrade would do to one app."""

    app = serializers.UUIDField(source="app.id")
    name = serializers.CharField(source="app.label")
    before = serializers.CharField()
    able = serializers.BooleanField()
    changes = serializers.ListField(child=serializers.CharField())
    dropped = serializers.ListField(child=serializers.CharField())
    refusals = RefusalSerializer(many=True)


class UpgradesForeseen(serializers.Serializer[Any]):
    """Of each app that was named."""

    apps = UpgradeForeseen(many=True)


class RunsSerializer(serializers.Serializer[Any]):
    """One version, and how many apps have it."""

    version = serializers.CharField(source="version.version")
    apps = serializers.IntegerField()
    projects = serializers.IntegerField()
    current = serializers.BooleanField()
    deprecated_on = serializers.DateField(allow_null=True)


class HoldingSerializer(serializers.Serializer[Any]):
    """One template with who runs what."""

    template = serializers.CharField(source="template.slug")
    apps = serializers.IntegerField()
    behind = serializers.IntegerField(help_text="Apps that have another version than the current one.")
    versions = RunsSerializer(many=True)
