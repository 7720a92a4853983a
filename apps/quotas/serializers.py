"""How quotas read, and what a change of one takes."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.quotas.models import LimitChange, Usage
from apps.quotas.services.checking import MOST
from apps.workloads.enums import Strategy
from kernel.units import DIMENSIONS

NAMES = list(DIMENSIONS)


def _whole(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MOST, **more)


class FigureSerializer(serializers.Serializer[Any]):
    """One dimension of a project's quota, in the unit of its name (MHz, MiB)."""

    dimension = serializers.CharField()
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    limit = serializers.IntegerField(help_text="In force now.")
    free = serializers.IntegerField()
    base_limit = serializers.IntegerField(help_text="Granted for good.")
    granted_until = serializers.DateField(
        allow_null=True, help_text="The last day on which `limit` is above `base_limit`."
    )
    over = serializers.BooleanField(
        help_text="Use alone holds the limit above its base: it follows releases down, and nothing more fits."
    )


class ForeseenSerializer(serializers.Serializer[Any]):
    """One dimension as it would stand afterwards; `asked` is what comes on top."""

    scope = serializers.ChoiceField(choices=["project", "person", "lab"])
    dimension = serializers.ChoiceField(choices=NAMES)
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    asked = serializers.IntegerField()
    after = serializers.IntegerField()
    limit = serializers.IntegerField()
    fits = serializers.BooleanField()


class AmountsSerializer(StrictSerializer):
    """Amounts by dimension; those not named are nought, or stay."""

    def get_fields(self) -> dict[str, Any]:
        """One field a dimension: a new one is a line in kernel.units."""
        return {name: _whole(required=False) for name in NAMES}


class WhatIf(StrictSerializer):
    """Name `amounts`, or `resources` as a request for an app has them; or an `app` whose own are meant."""

    app = serializers.UUIDField(required=False, help_text="An app of the project that would change.")
    template = serializers.SlugField(required=False, help_text="Whose sizes and bounds `resources` go by.")
    version = serializers.CharField(required=False, max_length=40)
    resources = serializers.DictField(required=False)
    amounts = AmountsSerializer(required=False)
    strategy = serializers.ChoiceField(
        choices=Strategy.choices, default="rolling", help_text="A canary stands beside the others."
    )
    desired = serializers.ChoiceField(
        choices=["present", "stopped", "asleep"], default="present", help_text="Asleep, storage alone counts."
    )


class WhatIfSerializer(serializers.Serializer[Any]):
    """What would come of it. Nothing is decided or reserved."""

    fits = serializers.BooleanField()
    outcome = serializers.ChoiceField(
        choices=["approved", "waits", "refused"],
        help_text="As far as the quota goes: at once, with a reason by a decision, or not at all.",
    )
    surge = serializers.IntegerField(help_text="Copies that run beside the wanted ones during an update.")
    amounts = AmountsSerializer()
    quota = ForeseenSerializer(many=True)
    ceilings = ForeseenSerializer(many=True)


class NewLimits(StrictSerializer):
    """An admin sets limits: for good, or as a grant up to and with a day."""

    limits = AmountsSerializer()
    reason = serializers.CharField(max_length=2000)
    until = serializers.DateField(required=False, allow_null=True, default=None)


class UsageSerializer(serializers.ModelSerializer[Usage]):
    """One dimension on one day; of older weeks the Monday alone stands, with the week's peak."""

    class Meta:
        model = Usage
        fields: Any = ["day", "dimension", "used", "reserved", "peak", "limit"]


class LimitChangeSerializer(serializers.ModelSerializer[LimitChange]):
    """Who set a limit, why, until when."""

    dimension = serializers.CharField(source="counter.dimension")
    by = serializers.CharField(source="actor_label")

    class Meta:
        model = LimitChange
        fields: Any = ["id", "at", "dimension", "before", "after", "until", "by", "reason"]


class StandingSerializer(serializers.Serializer[Any]):
    """One project and its quota."""

    project = serializers.UUIDField(source="project.id")
    display = serializers.CharField(source="project.name")
    slug = serializers.CharField(source="project.slug")
    over = serializers.BooleanField()
    quota = FigureSerializer(many=True, source="figures")


class CeilingSerializer(serializers.Serializer[Any]):
    """One dimension of what all projects may have together. limit null: any."""

    dimension = serializers.CharField()
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)
    free = serializers.IntegerField(allow_null=True)


class CeilingsField(StrictSerializer):
    """Ceilings by dimension; null takes one away, those not named stay."""

    def get_fields(self) -> dict[str, Any]:
        """One field a dimension."""
        return {name: _whole(required=False, allow_null=True) for name in NAMES}


class NewCeilings(StrictSerializer):
    """An admin sets what all projects may have together."""

    limits = CeilingsField()
    reason = serializers.CharField(max_length=2000)
