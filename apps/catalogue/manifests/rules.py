"""What the schema of the manifest cannot say: that its parts fit each other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from apps.catalogue.manifests.model import Docker, Exec, FileRule, Manifest, Value
from apps.catalogue.manifests.texts import Texts

Found = Iterator[tuple[str, Texts]]  #: field, reason


def contradictions(manifest: Manifest) -> Found:
    """Every contradiction, with its field as a JSON path."""
    yield from _sizes(manifest)
    yield from _parameters(manifest)
    yield from _references(manifest)
    yield from _secrets(manifest)
    yield from _database(manifest)
    yield from _volumes(manifest)
    yield from _files(manifest)
    yield from _address(manifest)
    yield from _deprecates(manifest)


def _say(fr: str, en: str) -> Texts:
    return {"fr": fr, "en": en}


def _sizes(manifest: Manifest) -> Found:
    sizing = manifest.sizing
    if sizing.default not in sizing.sizes:
        yield "$.resources.default", _say("Cette taille n’existe pas.", "There is no such size.")
    for dimension, bounds in sizing.bounds.items():
        if bounds.min > bounds.max:
            yield f"$.resources.bounds.{dimension}", _say("min dépasse max.", "min is above max.")
        for name, size in sizing.sizes.items():
            amount = asdict(size)[dimension]
            if not bounds.min <= amount <= bounds.max:
                yield (
                    f"$.resources.sizes.{name}.{dimension}",
                    _say(
                        f"{amount} est hors des bornes {bounds.min} à {bounds.max}.",
                        f"{amount} is outside the bounds {bounds.min} to {bounds.max}.",
                    ),
                )


def _parameters(manifest: Manifest) -> Found:
    named = {each.name for each in manifest.parameters}
    for group in ("required", "anyOf"):
        names = manifest.one_of if group == "anyOf" else manifest.schema.get("required", ())
        for name in names:
            if name not in named:
                yield (
                    f"$.parameters.{group}",
                    _say(f"Paramètre inconnu : {name}.", f"Unknown parameter: {name}."),
                )
    for each in manifest.parameters:
        path = f"$.parameters.properties.{each.name}"
        yield from ((f"{path}{place}", reason) for place, reason in _schema(each.schema))
        for choice in each.choices:
            if choice not in each.schema.get("enum", ()):
                yield f"{path}.x-portal.choices.{choice}", _say("Absent de enum.", "Not in enum.")
        if each.default_from and "default" in each.schema:
            yield (
                f"{path}.default",
                _say("default ou default_from, pas les deux.", "default or default_from, not both."),
            )
        if "pattern" in each.schema and not each.hint:
            yield (
                f"{path}.x-portal.hint",
                _say(
                    "Un motif demande une phrase qui l’explique.",
                    "A pattern needs a sentence that explains it.",
                ),
            )


def _schema(schema: Mapping[str, Any]) -> Found:
    try:
        Draft202012Validator.check_schema(schema)
        re.compile(schema.get("pattern", ""))
    except (SchemaError, re.error) as error:
        yield "", _say(f"Schéma incorrect : {error.args[0]}.", f"Unsound schema: {error.args[0]}.")
        return
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength")):
        if least in schema and most in schema and schema[least] > schema[most]:
            yield f".{least}", _say(f"{least} dépasse {most}.", f"{least} is above {most}.")
    if "default" in schema and not Draft202012Validator(schema).is_valid(schema["default"]):
        yield ".default", _say("La valeur par défaut serait refusée.", "The default would be refused.")


def _references(manifest: Manifest) -> Found:
    for place, value in _values(manifest):
        if value.reference is None:
            continue
        kind, name = value.reference.split(".", 1)
        parameter = manifest.parameter(name)
        known = {
            "parameter": parameter is not None and parameter.upload is None,
            "upload": parameter is not None and parameter.upload is not None,
            "secret": name in {each.name for each in manifest.secrets},
            "app": True,
            "database": manifest.database is not None,
        }[kind]
        if not known:
            yield place, _say(f"{value.reference} n’existe pas.", f"There is no {value.reference}.")


def _values(manifest: Manifest) -> Iterator[tuple[str, Value]]:
    yield from ((f"$.env.{name}", value) for name, value in manifest.env.items())
    for index, runtime in enumerate(manifest.runtimes):
        yield from ((f"$.runtimes[{index}].env.{name}", value) for name, value in runtime.env.items())
        yield from ((f"$.runtimes[{index}].args[{at}]", value) for at, value in enumerate(runtime.args))


def _secrets(manifest: Manifest) -> Found:
    """Each secret reaches the task in exactly one way, in every runtime."""
    yield from _twice("$.secrets", [each.name for each in manifest.secrets])
    for index, secret in enumerate(manifest.secrets):
        for runtime in manifest.runtimes:
            env = {**manifest.env, **runtime.env}
            ways = sum(value.reference == f"secret.{secret.name}" for value in env.values()) + bool(
                secret.file
            )
            if ways != 1:
                yield (
                    f"$.secrets[{index}]",
                    _say(
                        f"Ce secret atteint la tâche de {ways} façons ; il en faut une (env ou file).",
                        f"This secret reaches the task in {ways} ways; it takes one (env or file).",
                    ),
                )


def _database(manifest: Manifest) -> Found:
    """A login reaches the task whole, in every runtime."""
    for runtime in manifest.runtimes if manifest.database else ():
        told = {value.reference for value in {**manifest.env, **runtime.env}.values()}
        for each in ("database.username", "database.password"):
            if each not in told:
                yield "$.database", _say(f"Aucune variable ne prend {each}.", f"No variable takes {each}.")


def _volumes(manifest: Manifest) -> Found:
    volumes, most = manifest.volumes, manifest.sizing.bounds["storage_mib"]
    yield from _twice("$.volumes", [each.name for each in volumes])
    rest = [each for each in volumes if each.size_mib is None]
    fixed = sum(each.size_mib or 0 for each in volumes)
    if len(rest) > 1:
        yield "$.volumes", _say("Un seul volume peut être sans taille.", "Only one volume may have no size.")
    if rest and most.min <= fixed:
        yield (
            "$.resources.bounds.storage_mib.min",
            _say(
                "Il ne resterait rien au volume sans taille.",
                "Nothing would be left for the volume without a size.",
            ),
        )
    if not rest and (most.min, most.max) != (fixed, fixed):
        yield (
            "$.resources.bounds.storage_mib",
            _say(
                f"Les volumes font {fixed} Mio : min et max aussi.",
                f"The volumes are {fixed} MiB: so are min and max.",
            ),
        )
    if any(each.kind == "host" for each in volumes) and manifest.sizing.bounds["count"].max > 1:
        yield (
            "$.resources.bounds.count.max",
            _say(
                "Un volume host est sur une machine : une seule copie.",
                "A host volume is on one machine: a single copy.",
            ),
        )


def _files(manifest: Manifest) -> Found:
    yield from _twice("$.files", [each.name for each in manifest.files])
    carried = {each.upload for each in manifest.files}
    for each in manifest.parameters:
        if each.upload and each.name not in carried:
            yield (
                "$.files",
                _say(f"L’envoi {each.name} n’arrive nulle part.", f"The upload {each.name} goes nowhere."),
            )
    for index, rule in enumerate(manifest.files):
        yield from ((f"$.files[{index}]", reason) for reason in _file(manifest, rule))


def _file(manifest: Manifest, rule: FileRule) -> Iterator[Texts]:
    for name, upload in (
        (rule.upload, True),
        (rule.unless, True),
        (rule.page_title, False),
        (rule.page_text, False),
    ):
        parameter = manifest.parameter(name) if name else None
        if name and (parameter is None or (parameter.upload is not None) != upload):
            yield _say(f"{name} ne convient pas ici.", f"{name} does not fit here.")
    if rule.unpack and rule.upload is None:
        yield _say("Seul un envoi se décompresse.", "Only an upload is unpacked.")


def _address(manifest: Manifest) -> Found:
    docker = any(isinstance(each, Docker) for each in manifest.runtimes)
    if manifest.route.kind != "none" and docker and manifest.port is None:
        yield "$.port", _say("Une route demande un port.", "A route needs a port.")
    if manifest.route.kind != "none" and manifest.check is None:
        yield "$.check", _say("Une route demande un contrôle.", "A route needs a check.")
    kinds = [type(each) for each in manifest.runtimes]
    if len(set(kinds)) != len(kinds):
        yield "$.runtimes", _say("Une seule façon par pilote.", "One way for each driver.")
    for index, runtime in enumerate(manifest.runtimes):
        if isinstance(runtime, Docker) and any(value.file for value in runtime.args):
            yield (
                f"$.runtimes[{index}].args",
                _say("file ne vaut que pour exec.", "file is for exec alone."),
            )
        if isinstance(runtime, Exec) and any(each.destination.startswith("/") for each in manifest.volumes):
            yield (
                "$.volumes",
                _say("Avec exec, un volume a un chemin relatif.", "With exec, a volume's path is relative."),
            )


def _twice(place: str, names: list[str]) -> Found:
    for name in {each for each in names if names.count(each) > 1}:
        yield place, _say(f"{name} est déclaré deux fois.", f"{name} is declared twice.")


def _deprecates(manifest: Manifest) -> Found:
    for index, each in enumerate(manifest.deprecates):
        try:
            date.fromisoformat(each.after)
        except ValueError:
            yield f"$.deprecates[{index}].after", _say("Ce jour n’existe pas.", "There is no such day.")
