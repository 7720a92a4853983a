"""The API's own description: tokens, problems and headers, which no serializer tells of."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from kernel.units import DIMENSIONS
from portal.problems import CONTENT_TYPE

_HEADER: Literal["header"] = "header"
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    _HEADER,
    description="1 to 255 visible characters: a repeat within a day gets the first answer, and does nothing.",
)
_MATCH = OpenApiParameter(
    "If-Match", str, _HEADER, description="The ETag that you read: 412 where the app has moved on."
)
_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, _HEADER, description="The ETag that you have: 304 where nothing is new."
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself by metaclass
    """`Authorization: Bearer lab_<key>.<secret>`."""

    target_class = "apps.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002 - its signature
        """RFC 6750."""
        about = "A personal token, made on the page /tokens/. Each call names the scope that it needs."
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "lab_<key>.<secret>",
            "description": about,
        }


class FieldProblem(serializers.Serializer[Any]):
    """One field that is refused."""

    pointer = serializers.CharField(help_text="JSON pointer into the body, or the parameter's name.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ShortfallSerializer(serializers.Serializer[Any]):
    """One dimension of the quota in which a request does not fit."""

    dimension = serializers.ChoiceField(choices=list(DIMENSIONS))
    used = serializers.IntegerField()
    reserved = serializers.IntegerField()
    asked = serializers.IntegerField()
    limit = serializers.IntegerField()
    unit = serializers.CharField(allow_blank=True)
    scope = serializers.ChoiceField(
        choices=["project", "person", "lab"], help_text="Whose limit it is: the project's, or a ceiling's."
    )


class HolderSerializer(serializers.Serializer[Any]):
    """An app that holds some of a quota."""

    app = serializers.UUIDField()
    display = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()


class ExcessSerializer(serializers.Serializer[Any]):
    """One dimension whose limit would be below what is in use: what would have to go."""

    dimension = serializers.ChoiceField(choices=list(DIMENSIONS))
    unit = serializers.CharField(allow_blank=True)
    in_use = serializers.IntegerField()
    limit = serializers.IntegerField()
    over = serializers.IntegerField()
    holders = HolderSerializer(many=True)


class NameHolderSerializer(serializers.Serializer[Any]):
    """The deleted app that holds a name, for whoever may see it: undo its deletion there, or purge it."""

    app = serializers.UUIDField()
    display = serializers.CharField()
    url = serializers.URLField()


class MoreSerializer(serializers.Serializer[Any]):
    """How to ask for more than the quota."""

    pointer = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457). `code` is stable; `detail` is in the language of Accept-Language."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldProblem(many=True)  # type: ignore[assignment]  # a field of the answer
    shortfalls = ShortfallSerializer(many=True, required=False)
    more = MoreSerializer(required=False)
    excesses = ExcessSerializer(many=True, required=False)
    held_by = NameHolderSerializer(required=False)


class Schema(AutoSchema):
    """drf-spectacular's, with our problems, headers and scopes."""

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", None) or ""

    def get_override_parameters(self) -> list[Any]:
        """Headers that the view takes."""
        handler = getattr(self.view, self._action, None)
        found = list(super().get_override_parameters())
        if getattr(handler, "idempotent", False):
            found.append(_KEY)
        if "{" in self.path:
            found += self._conditions()
        return found

    def _conditions(self) -> list[OpenApiParameter]:
        if self._action == "retrieve":
            return [_NONE_MATCH]
        return [_MATCH] if self._action in getattr(self.view, "held", ()) else []

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's signature
        """With the scope that a token needs."""
        scope = getattr(self.view, "scopes", {}).get(self._action)
        told = super().get_description() or ""
        return f"{told}\n\nScope: `{scope}`" if scope else told

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        if not self.path.startswith("/api/v1/"):
            return found
        for code in self._problems():
            answer = self._get_response_for_code(Problem(), code, [CONTENT_TYPE])  # type: ignore[no-untyped-call]
            found.setdefault(code, {**answer, "description": "A problem: see its code and detail."})
        return found

    def _problems(self) -> list[str]:
        """Statuses that a caller should be ready for."""
        codes = ["400", "401", "403", "406", "429", "503"]
        codes += ["404"] if "{" in self.path or self.method == "POST" else []
        if self.method not in SAFE_METHODS:
            codes += ["409", "413", "415", "422"]
        codes += ["412"] if _MATCH in self.get_override_parameters() else []
        return sorted(codes)
