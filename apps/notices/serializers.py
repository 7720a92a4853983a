"""How notices read."""

from typing import Any

from rest_framework import serializers

from apps.base.rest import StrictSerializer
from apps.notices.enums import ByMail
from apps.notices.kinds import KINDS
from apps.notices.messages import told
from apps.notices.models import Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """A notice: `kind` and `params` for programs, `subject` and `lead` for people."""

    group = serializers.SerializerMethodField(help_text="Kinds that are turned on and off together.")
    subject = serializers.SerializerMethodField()
    lead = serializers.SerializerMethodField()
    params = serializers.DictField()
    url = serializers.SerializerMethodField(help_text="The page that it leads to.")

    class Meta:
        model = Notice
        fields: Any = ["id", "kind", "group", "params", "subject", "lead", "url", "created_at", "read_at"]

    def get_group(self, notice: Notice) -> str:
        """Empty for a kind of another release."""
        kind = KINDS.get(notice.kind)
        return str(kind.group.value) if kind else ""

    def get_subject(self, notice: Notice) -> str:
        """What, in the caller's language."""
        return told(notice.kind, notice.params).subject

    def get_lead(self, notice: Notice) -> str:
        """What to do, in the caller's language."""
        return told(notice.kind, notice.params).lead

    def get_url(self, notice: Notice) -> str:
        """Absolute."""
        return str(self.context["request"].build_absolute_uri(notice.path))


class ReadSerializer(serializers.Serializer[Any]):
    """What marking as read came to."""

    read = serializers.IntegerField(help_text="How many were unread.")


class PreferencesSerializer(serializers.Serializer[Any]):
    """How notices come by mail."""

    by_mail = serializers.DictField(
        child=serializers.ChoiceField(choices=ByMail.choices), help_text="Group -> how."
    )
    hour = serializers.IntegerField(help_text="When the daily mail leaves, in the lab's time zone: 0 to 23.")
    always = serializers.ListField(
        child=serializers.CharField(), help_text="Groups that cannot be turned off: somebody waits for you."
    )


class NewPreferences(StrictSerializer):
    """What is chosen; the service judges groups, ways and the hour."""

    by_mail = serializers.DictField(child=serializers.CharField(max_length=20), required=False)
    hour = serializers.IntegerField(required=False)
