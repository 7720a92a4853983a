"""How a lease reads, and what may be asked of it."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.leases.enums import Move
from apps.leases.models import ProjectTerms, Renewal
from apps.workloads.enums import LeaseState


class NextSerializer(serializers.Serializer[Any]):
    """What the clock does next if nobody does anything: grace, sleep, archive or purge, and on which day."""

    move = serializers.ChoiceField(choices=[(each.value, each.value) for each in Move])
    on = serializers.DateField()


class RenewalSerializer(serializers.ModelSerializer[Renewal]):
    """One renewal: who, how, from which last day to which."""

    class Meta:
        model = Renewal
        fields: Any = ["by", "way", "before", "after", "at"]


class WholeLeaseSerializer(serializers.Serializer[Any]):
    """A lease with all that can be done about it."""

    state = serializers.ChoiceField(choices=LeaseState.choices)
    ends_on = serializers.DateField(allow_null=True)
    always_on = serializers.BooleanField()
    next = NextSerializer(allow_null=True)
    renewable = serializers.BooleanField()
    renews_to = serializers.DateField(help_text="The last day that a renewal without `ends_on` gives.")
    last = serializers.DateField(help_text="The latest day that can be chosen; ask for a later one.")
    renewals = RenewalSerializer(many=True)


class RenewBody(StrictSerializer):
    """Until when; without it as the template's, the project's or the lab's terms say."""

    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class LeaseBody(StrictSerializer):
    """Whether it stands without an end: a right of the project's quota."""

    always_on = serializers.BooleanField()


class LeaseTermsSerializer(serializers.ModelSerializer[ProjectTerms]):
    """Days of a project's leases; null: as in the lab."""

    class Meta:
        model = ProjectTerms
        fields: Any = ["default_days", "max_days"]


class LeaseTermsBody(StrictSerializer):
    """Other terms for one project; null: as in the lab."""

    default_days = serializers.IntegerField(allow_null=True, min_value=1)
    max_days = serializers.IntegerField(allow_null=True, min_value=1)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
