"""Names and ages of secrets; values only on demand."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer


class SecretSerializer(serializers.Serializer[Any]):
    """A secret's name and age; never its value."""

    name = serializers.CharField()
    # A field of the answer, which DRF keeps apart from its own attribute of this name.
    label = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    source = serializers.CharField()  # type: ignore[assignment]
    provided = serializers.BooleanField()
    updated_at = serializers.CharField()
    set_by = serializers.CharField(help_text="Who wrote it last; empty where the portal drew it at first.")
    on_change = serializers.ChoiceField(
        choices=["restart", "signal", "none"], help_text="What a running app is done when it changes."
    )
    signal = serializers.CharField(help_text="The signal that it is sent, where it is told by one.")


class RevealedSerializer(serializers.Serializer[Any]):
    """The values, for those allowed."""

    values = serializers.DictField(child=serializers.CharField())


class SecretValues(StrictSerializer):
    """Values that a member provides: written to OpenBao, never read back here."""

    secrets = serializers.DictField(
        child=serializers.CharField(max_length=8192, trim_whitespace=False), allow_empty=False
    )


class SecretChoice(StrictSerializer):
    """Which secrets get a new value; none named: all that are generated."""

    names = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
