"""The one judgement of answers, whoever sends them: codes are stable, fields are `parameters.<name>`."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from apps.catalogue.manifests.model import Manifest, Parameter
from apps.catalogue.manifests.texts import pick
from apps.catalogue.parameters.context import MemberContext, defaults
from kernel.errors import Refused, RefusedMany

MIB = 1024 * 1024
PATTERN_MAX = 1000  #: characters of an answer that has a pattern, where its template says nothing
_EXACT = 2**53  # beyond, JSON numbers differ from one program to another
_CODES = {
    "type": "parameter.type",
    "enum": "parameter.choice",
    "pattern": "parameter.pattern",
    "minimum": "parameter.minimum",
    "maximum": "parameter.maximum",
    "multipleOf": "parameter.step",
    "minLength": "parameter.too_short",
    "maxLength": "parameter.too_long",
}


class UploadFacts(Protocol):
    """What is judged of an uploaded file here; its content is judged where it is stored."""

    @property
    def name(self) -> str | None:
        """Its file name, as the member's browser gave it."""

    @property
    def size(self) -> int | None:
        """Bytes."""


def check(
    manifest: Manifest,
    values: Mapping[str, Any],
    context: MemberContext,
    language: str = "en",
    *,
    uploads: Mapping[str, UploadFacts] | None = None,
) -> dict[str, Any]:
    """The answers, cleaned and completed by the defaults. Raises RefusedMany with everything that is wrong.

    An absent answer takes its default; an empty one ("" or null) is no answer. Uploads are given beside the
    values, by the parameter's name. `language` is for the template's own sentences inside an error.
    """
    given = uploads or {}
    refusals = [*_strangers(manifest, values, given)]
    cleaned: dict[str, Any] = {}
    whole = {**defaults(manifest, context), **values}
    for parameter in manifest.parameters:
        if parameter.upload:
            refusals += _upload(parameter, given.get(parameter.name), language)
            continue
        value = _tidy(parameter, whole.get(parameter.name))
        wrong = _judge(manifest, parameter, value, language)
        if wrong:
            refusals.append(wrong)
        elif value is not None:
            cleaned[parameter.name] = value
    if manifest.one_of and not any(name in cleaned or name in given for name in manifest.one_of):
        refusals.append(_one_of(manifest, language))
    if refusals:
        raise RefusedMany(refusals)
    return cleaned


def _one_of(manifest: Manifest, language: str) -> Refused:
    names = (pick(each.label, language) for each in manifest.parameters if each.name in manifest.one_of)
    return Refused("parameter.one_of", field=f"parameters.{manifest.one_of[0]}", names=", ".join(names))


def _strangers(
    manifest: Manifest, values: Mapping[str, Any], uploads: Mapping[str, Any]
) -> Iterator[Refused]:
    answers = {each.name for each in manifest.parameters if not each.upload}
    files = {each.name for each in manifest.parameters if each.upload}
    for name in [*values, *uploads]:
        if name not in answers | files:
            yield Refused("parameter.unknown", field=f"parameters.{_shown(name)}", name=_shown(name))
    for name in [name for name in values if name in files] + [name for name in uploads if name in answers]:
        yield Refused("parameter.upload", field=f"parameters.{name}", name=name)


def _shown(name: object) -> str:
    """A stranger's name, safe to say back."""
    return "".join(each for each in str(name) if each.isprintable())[:40]


def _tidy(parameter: Parameter, value: Any) -> Any:
    """The value as it is kept: plain line ends, no blanks around a single line, 3 for 3.0, None for empty."""
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        value = value if parameter.multiline else value.strip()
        return value or None
    if parameter.type == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _judge(manifest: Manifest, parameter: Parameter, value: Any, language: str) -> Refused | None:
    if value is None:
        return _refused("parameter.required", parameter, language) if parameter.required else None
    most = _most(parameter)
    if isinstance(value, str) and most is not None and len(value) > most:
        hint = pick(parameter.hint, language)
        return _refused("parameter.too_long", parameter, language, value=most, hint=hint)
    code = _unsafe(manifest, parameter, value)
    if code:
        return _refused(code, parameter, language)
    errors = list(Draft202012Validator(dict(parameter.schema)).iter_errors(value))
    return _told(min(errors, key=_weight), parameter, language) if errors else None


def _most(parameter: Parameter) -> int | None:
    """How long its text may be; looked at first, for a pattern may cost the square of what it is tried on."""
    schema = parameter.schema
    most: int | None = schema.get("maxLength", PATTERN_MAX if "pattern" in schema else None)
    return most


def _unsafe(manifest: Manifest, parameter: Parameter, value: Any) -> str | None:
    """What no schema would refuse, and no program after us should meet."""
    if isinstance(value, float) and not math.isfinite(value):
        return "parameter.not_finite"
    if isinstance(value, int | float) and abs(value) > _EXACT:
        return "parameter.huge"
    if not isinstance(value, str):
        return None
    allowed = "\n\t" if parameter.multiline else ""
    if any(
        not (each.isprintable() or each in allowed or (each.isspace() and each > "\x7f")) for each in value
    ):
        return "parameter.characters"
    if ("${" in value or "{{" in value) and manifest.uses(f"parameter.{parameter.name}"):
        return "parameter.interpolation"
    return None


def _weight(error: ValidationError) -> int:
    """The error that says most comes first: a wrong type makes the others idle."""
    return list(_CODES).index(str(error.validator)) if error.validator in _CODES else len(_CODES)


def _told(error: ValidationError, parameter: Parameter, language: str) -> Refused:
    code = _CODES.get(str(error.validator), "parameter.refused")
    demand = error.validator_value
    value = ", ".join(map(str, demand)) if isinstance(demand, list) else demand
    return _refused(code, parameter, language, value=value, hint=pick(parameter.hint, language))


def _upload(parameter: Parameter, facts: UploadFacts | None, language: str) -> list[Refused]:
    rule = parameter.upload
    if rule is None or facts is None:
        return [_refused("parameter.required", parameter, language)] if parameter.required else []
    if not (facts.name or "").lower().endswith(rule.kinds):
        return [_refused("upload.kind", parameter, language, kinds=", ".join(rule.kinds))]
    if not facts.size:
        return [_refused("upload.empty", parameter, language)]
    if facts.size > rule.max_mib * MIB:
        return [_refused("upload.too_big", parameter, language, limit=rule.max_mib * MIB)]
    return []


def _refused(code: str, parameter: Parameter, language: str, **params: object) -> Refused:
    return Refused(
        code, field=f"parameters.{parameter.name}", label=pick(parameter.label, language), **params
    )
