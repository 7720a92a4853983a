"""Who asks, as far as defaults need it."""

from dataclasses import dataclass
from typing import Any

from apps.catalogue.manifests.model import Manifest, Parameter


@dataclass(frozen=True)
class MemberContext:
    """What a template may take its defaults from: nothing else of a person is known here."""

    member_name: str = ""
    member_email: str = ""
    project_name: str = ""

    def get(self, source: str) -> str:
        """The value of `member.name`, `member.email` or `project.name`."""
        return str(getattr(self, source.replace(".", "_")))


def defaults(manifest: Manifest, context: MemberContext) -> dict[str, Any]:
    """What is taken where a person says nothing: no entry for a parameter without a default."""
    found = {each.name: default(each, context) for each in manifest.parameters}
    return {name: value for name, value in found.items() if value is not None}


def default(parameter: Parameter, context: MemberContext) -> Any:
    """The default of one parameter, cut to the length that its schema allows; None where there is none."""
    if parameter.default_from:
        return context.get(parameter.default_from)[: parameter.schema.get("maxLength")] or None
    return parameter.schema.get("default")
