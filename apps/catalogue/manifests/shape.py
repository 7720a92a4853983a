"""The manifest's own JSON Schema, and its errors in words."""

import json
import math
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from apps.catalogue.manifests.problems import Problem
from apps.catalogue.manifests.texts import Texts

#: validator keyword -> sentence; `{value}` is what the schema demands, `{found}` what stands there
_SENTENCES: dict[str, Texts] = {
    "type": {"fr": "Il faut ici : {value}.", "en": "Here must be: {value}."},
    "enum": {"fr": "Valeurs possibles : {value}.", "en": "Possible values: {value}."},
    "const": {"fr": "La seule valeur possible est {value}.", "en": "The only possible value is {value}."},
    "pattern": {"fr": "{found} n’a pas la forme {value}.", "en": "{found} does not have the form {value}."},
    "minimum": {"fr": "Au moins {value}.", "en": "At least {value}."},
    "exclusiveMinimum": {"fr": "Plus que {value}.", "en": "More than {value}."},
    "maximum": {"fr": "Au plus {value}.", "en": "At most {value}."},
    "minLength": {"fr": "Au moins {value} caractères.", "en": "At least {value} characters."},
    "maxLength": {"fr": "Au plus {value} caractères.", "en": "At most {value} characters."},
    "minItems": {"fr": "Au moins {value} éléments.", "en": "At least {value} items."},
    "maxItems": {"fr": "Au plus {value} éléments.", "en": "At most {value} items."},
    "minProperties": {"fr": "Au moins {value} clés.", "en": "At least {value} keys."},
    "maxProperties": {"fr": "Au plus {value} clés.", "en": "At most {value} keys."},
    "uniqueItems": {"fr": "Un élément est répété.", "en": "An item is repeated."},
    "required": {"fr": "Cette clé manque.", "en": "This key is missing."},
    "additionalProperties": {"fr": "Cette clé est inconnue.", "en": "This key is unknown."},
    "propertyNames": {"fr": "Ce nom de clé n’est pas permis.", "en": "This key's name is not allowed."},
    "not": {
        "fr": "« ${{ » et « {{{{ » sont interdits : une valeur est entière, jamais un gabarit.",
        "en": "“${{” and “{{{{” are not allowed: a value is whole, never a text template.",
    },
    "oneOf": {
        "fr": "Il faut exactement l’une de ces clés : {value}.",
        "en": "Exactly one of these keys: {value}.",
    },
    "anyOf": {"fr": "Aucune des formes permises ne convient.", "en": "None of the allowed forms fits."},
}
_KINDS: dict[str, Texts] = {
    "string": {"fr": "un texte", "en": "text"},
    "object": {"fr": "des clés et leurs valeurs", "en": "keys with their values"},
    "array": {"fr": "une liste", "en": "a list"},
    "integer": {"fr": "un nombre entier", "en": "a whole number"},
    "number": {"fr": "un nombre", "en": "a number"},
    "boolean": {"fr": "true ou false", "en": "true or false"},
}
_SHOWN = 80  # characters of a value that an error repeats
_UNKNOWN: Texts = {"fr": "Valeur refusée ({keyword}).", "en": "Refused value ({keyword})."}


@cache
def validator() -> Draft202012Validator:
    """The validator of template.yaml, from schema.json beside this module."""
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(data: Any, file: str) -> tuple[Problem, ...]:
    """Everything in which the data departs from the manifest's schema, in the order of its fields."""
    strange = tuple(_not_json(data, "$"))
    if strange:
        return tuple(Problem(file, where, reason) for where, reason in strange)
    found = [problem for error in validator().iter_errors(data) for problem in _told(error, file)]
    return tuple(sorted(set_of(found), key=lambda problem: problem.field))


def set_of(found: Iterable[Problem]) -> list[Problem]:
    """Without the repetitions that nested schemas bring."""
    return list({(each.field, each.reason["en"]): each for each in found}.values())


def _told(error: ValidationError, file: str) -> Iterator[Problem]:
    """One error as problems: the inner, telling one where a form was chosen by `anyOf` or `if`."""
    if error.validator == "anyOf" and error.context:
        inner = best_match(error.context)
        if inner is not None and list(inner.absolute_path) != list(error.absolute_path):
            yield from _told(inner, file)
            return
    keyword = "propertyNames" if "propertyNames" in error.absolute_schema_path else str(error.validator)
    for place, value in _places(error, keyword):
        texts = _SENTENCES.get(keyword, _UNKNOWN)
        filled = {
            language: text.format(
                value=_kind(keyword, value, language), found=_short(error.instance), keyword=keyword
            )
            for language, text in texts.items()
        }
        yield Problem(file, place, filled)


def _places(error: ValidationError, keyword: str) -> Iterator[tuple[str, str]]:
    """Where it is wrong, with what the schema demands there."""
    here = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.absolute_path)
    demand, found = cast(Any, error.validator_value), cast(Any, error.instance)
    if keyword == "propertyNames":
        yield f"{here}.{found}", ""
    elif error.validator == "required":
        yield from ((f"{here}.{key}", "") for key in demand if key not in found)
    elif error.validator == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        yield from ((f"{here}.{key}", "") for key in found if key not in known)
    elif error.validator == "oneOf":
        yield here, ", ".join(each["required"][0] for each in demand)
    elif error.validator == "enum" or isinstance(demand, list):
        yield here, ", ".join(str(each) for each in demand)
    else:
        yield here, _short(demand)


def _not_json(data: Any, where: str) -> Iterator[tuple[str, Texts]]:
    """What YAML can say and JSON cannot: a date, a key that is no text, not a number."""
    if isinstance(data, dict):
        for key, value in data.items():
            if not isinstance(key, str):
                yield (
                    where,
                    {
                        "fr": f"La clé {key!r} n’est pas un texte : mettez-la entre guillemets.",
                        "en": f"The key {key!r} is no text: put it in quotes.",
                    },
                )
            else:
                yield from _not_json(value, f"{where}.{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _not_json(value, f"{where}[{index}]")
    elif isinstance(data, float) and not math.isfinite(data):
        yield where, {"fr": "Ce n’est pas un nombre fini.", "en": "This is not a finite number."}
    elif not isinstance(data, str | int | float | bool | None):
        yield (
            where,
            {
                "fr": f"Une valeur {type(data).__name__} n’est pas du JSON : mettez-la entre guillemets.",
                "en": f"A {type(data).__name__} value is not JSON: put it in quotes.",
            },
        )
    elif isinstance(data, str) and ("\x00" in data or any("\ud800" <= each <= "\udfff" for each in data)):
        yield where, {"fr": "Caractère interdit.", "en": "A character that is not allowed."}


def _kind(keyword: str, value: str, language: str) -> str:
    return _KINDS[value][language] if keyword == "type" and value in _KINDS else value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
