"""How rules and absences read, and what their calls take."""

from typing import Any

from rest_framework import serializers

from apps.approvals.models import Absence, Rule
from apps.approvals.rules import KINDS
from apps.approvals.selectors.trying import DryRun, Tried
from apps.base.rest import StrictSerializer

_WORD = 300  # characters of a group's path


class Amounts(serializers.DictField):
    """Figures by dimension. The service judges them."""

    child = serializers.JSONField()


class TermsSerializer(StrictSerializer):
    """Whom a rule serves, with what, up to what, for how long. What is empty narrows nothing."""

    groups = serializers.ListField(
        child=serializers.CharField(max_length=_WORD),
        required=False,
        help_text="Full paths: the requester is in one of them.",
    )
    projects = serializers.ListField(child=serializers.UUIDField(), required=False)
    project_kind = serializers.CharField(
        required=False, allow_blank=True, max_length=10, help_text="personal, shared; empty: both."
    )
    templates = serializers.ListField(child=serializers.CharField(max_length=100), required=False)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=10),
        required=False,
        help_text=f"Of requests: {', '.join(KINDS)}; none: all of them.",
    )
    most_asked = Amounts(
        required=False, help_text="The most of one request; what is not named is not bounded."
    )
    most_limit = Amounts(
        required=False, help_text="Up to what it lifts a limit; what is not named is never lifted."
    )
    days = serializers.IntegerField(
        required=False, allow_null=True, help_text="For how long; none: as long as it is needed."
    )
    lease_days = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="The most days, from the asking on, of a longer life of an app; none: it gives none.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Read it; ids become text again, as a rule keeps them."""
        read = super().to_internal_value(data)
        if "projects" in read:
            read["projects"] = [str(each) for each in read["projects"]]
        return read


class RuleSerializer(serializers.ModelSerializer[Rule]):
    """A rule at its place. Its version is its ETag's."""

    url = serializers.HyperlinkedIdentityField(view_name="api:rules-detail")
    terms = TermsSerializer()

    class Meta:
        model = Rule
        fields: Any = [
            "id",
            "url",
            "name",
            "place",
            "enabled",
            "terms",
            "version",
            "author",
            "created_at",
            "updated_at",
        ]


class NewRule(StrictSerializer):
    """A rule to write. It is out of force unless told otherwise."""

    name = serializers.CharField(max_length=60)
    terms = TermsSerializer()
    enabled = serializers.BooleanField(required=False, default=False)


class RuleChange(StrictSerializer):
    """What to change; `terms`, where named, are all of them. `place`: from 1."""

    name = serializers.CharField(max_length=60, required=False)
    terms = TermsSerializer(required=False)
    enabled = serializers.BooleanField(required=False)
    place = serializers.IntegerField(min_value=1, max_value=10_000, required=False)


class TriedSerializer(serializers.Serializer[Tried]):
    """A past request that the rule would have decided."""

    request = serializers.UUIDField(source="request.id")
    kind = serializers.CharField(source="request.kind")
    project = serializers.UUIDField(source="request.project_id", allow_null=True)
    rejected = serializers.BooleanField(help_text="Somebody had said no.")
    verdict = serializers.CharField(source="decision.verdict", default=None, allow_null=True)
    lifts = serializers.DictField(source="judged.lifts", child=serializers.IntegerField())
    days = serializers.IntegerField(help_text="Of a longer life of an app: how many days were asked.")


class DryRunSerializer(serializers.Serializer[DryRun]):
    """What the rule would have done with the last requests. Nothing was written."""

    looked_at = serializers.IntegerField()
    decided = serializers.IntegerField(help_text="How many of them it would have decided.")
    rejected = serializers.IntegerField(help_text="How many of those somebody had rejected.")
    earlier = serializers.IntegerField(help_text="How many a rule before it decides.")
    asked = serializers.DictField(child=serializers.IntegerField(), help_text="In all, by dimension.")
    lifted = serializers.DictField(child=serializers.IntegerField(), help_text="Of limits, in all.")
    why_not = serializers.DictField(child=serializers.IntegerField())
    would = TriedSerializer(many=True)


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """An admin is away, both days included."""

    class Meta:
        model = Absence
        fields: Any = ["id", "person", "deputy", "from_on", "to_on", "created_at"]


class NewAbsence(StrictSerializer):
    """Who is away, who stands in, from which day to which."""

    person = serializers.UUIDField()
    deputy = serializers.UUIDField()
    from_on = serializers.DateField()
    to_on = serializers.DateField()


class Assignment(StrictSerializer):
    """To whom a request is given; null: back to all."""

    assignee = serializers.UUIDField(allow_null=True)


class UsualSerializer(serializers.Serializer[Any]):
    """How long a decision usually takes: the median of the last days, in seconds."""

    median_s = serializers.IntegerField(allow_null=True)
    decisions = serializers.IntegerField()
    days = serializers.IntegerField()
