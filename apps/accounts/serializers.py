"""How people and their tokens read."""

from typing import Any

from rest_framework import serializers

from apps.accounts.models import ApiToken, Person


class MeSerializer(serializers.ModelSerializer[Person]):
    """The caller."""

    url = serializers.SerializerMethodField()
    display = serializers.CharField(source="label")

    class Meta:
        model = Person
        fields = ["id", "url", "display", "name", "email", "language", "lab_role", "created_at"]

    def get_url(self, person: Person) -> str:  # noqa: ARG002 - the address is the same for everybody
        """Where this was read."""
        return str(self.context["request"].build_absolute_uri("/api/v1/me/"))


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token without its secret."""

    class Meta:
        model = ApiToken
        fields: Any = [
            "id",
            "name",
            "key",
            "scopes",
            "projects",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
