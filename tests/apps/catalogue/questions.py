"""A manifest that asks one question of each kind."""

from typing import Any

from apps.catalogue.manifests.build import build
from apps.catalogue.manifests.model import Manifest
from tests.factories.folders import sound


def _asked(schema: dict[str, Any], **hints: Any) -> dict[str, Any]:
    return {**schema, "x-portal": {"label": {"fr": "Question", "en": "Question"}, **hints}}


HINT = {"fr": "Des lettres minuscules.", "en": "Lower-case letters."}
PROPERTIES = {
    "line": _asked({"type": "string", "minLength": 2, "maxLength": 10}),
    "word": _asked({"type": "string", "maxLength": 8, "pattern": "^[a-z]+$"}, hint=HINT),
    "text": _asked({"type": "string", "maxLength": 50}, widget="textarea"),
    "choice": _asked({"type": "string", "enum": ["red", "blue"]}),
    "whole": _asked({"type": "integer", "minimum": 0, "maximum": 10}),
    "half": _asked({"type": "number", "minimum": 0, "maximum": 5, "multipleOf": 0.5}),
    "flag": _asked({"type": "boolean", "default": False}),
    "said": _asked({"type": "string", "maxLength": 30}),
    "who": _asked({"type": "string", "maxLength": 12}, default_from="member.name"),
    "file": _asked(
        {"type": "string"},
        widget="upload",
        upload={"kinds": [".csv", ".tar.gz"], "max_mib": 1, "contains": []},
    ),
}


def asking(
    *required: str, one_of: tuple[str, ...] = (), properties: dict[str, Any] | None = None
) -> Manifest:
    """The manifest; `said` reaches the task's environment, the other answers do not."""
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties or PROPERTIES,
    }
    if one_of:
        schema["anyOf"] = [{"required": [name]} for name in one_of]
    env = {"SAID": {"from": "parameter.said"}, "PASSWORD": {"from": "secret.password"}}
    return build(sound(parameters=schema, env=env, files=[]))
