"""A broken template says which file, which field and why, in both languages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.catalogue.manifests.problems import BrokenTemplate, Problem
from apps.catalogue.manifests.read import read
from tests.factories.folders import Manifest, at, changed, sound, without, write

LABEL = {"fr": "x", "en": "x"}
NUMBER = {"type": "integer", "minimum": 0, "maximum": 9, "x-portal": {"label": LABEL}}


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(BrokenTemplate) as told:
        read(folder)
    return told.value.problems


CASES: list[tuple[str, Callable[[Manifest], object], str, str]] = [
    ("a key that must be there", without("title"), "$.title", "missing"),
    ("a language that is missing", without("summary.fr"), "$.summary.fr", "missing"),
    ("an empty text", at("summary.fr", "  "), "$.summary.fr", "form"),
    ("a key that nobody knows", at("colour", "red"), "$.colour", "unknown"),
    ("a version that YAML reads as a number", at("version", 1.0), "$.version", "must be: text"),
    ("a version that is no semver", at("version", "1.0"), "$.version", "form"),
    ("a version with leading zeros", at("version", "1.02.0"), "$.version", "form"),
    ("a slug that is not the folder", at("slug", "other"), "$.slug", "folder"),
    ("a slug with two hyphens in a row", at("slug", "a--b"), "$.slug", "form"),
    ("a kind that is none", at("kind", "game"), "$.kind", "Possible values"),
    ("not a number", at("resources.sizes.S.cpu_mhz", float("nan")), "$.resources.sizes.S.cpu_mhz", "finite"),
    ("an image without a tag", at("runtimes.0.image", "lab/web"), "$.runtimes[0].image", "form"),
    ("an image that moves", at("runtimes.0.image", "lab/web:latest"), "$.runtimes[0].image", "form"),
    ("a driver that nobody may use", at("runtimes.0.driver", "raw_exec"), "$.runtimes[0].driver", "Possible"),
    ("a driver's own privilege", at("runtimes.0.privileged", True), "$.runtimes[0].privileged", "unknown"),
    ("a named user, root among them", at("runtimes.0.user", "root"), "$.runtimes[0].user", "form"),
    (
        "two ways for one driver",
        at("runtimes", [{"driver": "docker", "image": "a/b:1"}] * 2),
        "$.runtimes",
        "each driver",
    ),
    (
        "exec that leaves its folder",
        at("runtimes", [{"driver": "exec", "runtime": "x", "command": "../bin/sh"}]),
        "$.runtimes[0].command",
        "form",
    ),
    ("text with holes", at("env.TITLE", {"value": "a ${attr.x}"}), "$.env.TITLE.value", "whole"),
    ("a template in a text", at("env.TITLE", {"value": '{{ key "x" }}'}), "$.env.TITLE.value", "whole"),
    ("Nomad's own variable", at("env.NOMAD_X", {"value": "1"}), "$.env.NOMAD_X", "name"),
    (
        "a parameter that is not asked",
        at("env.TITLE", {"from": "parameter.x"}),
        "$.env.TITLE",
        "no parameter.x",
    ),
    ("an upload as text", at("env.TITLE", {"from": "parameter.data"}), "$.env.TITLE", "no parameter.data"),
    ("a secret that nobody declared", at("env.X", {"from": "secret.x"}), "$.env.X", "no secret.x"),
    ("a reference to elsewhere", at("env.X", {"from": "node.name"}), "$.env.X.from", "form"),
    ("a secret that goes nowhere", without("env.PASSWORD"), "$.secrets[0]", "0 ways"),
    ("a secret that goes two ways", at("env.AGAIN", {"from": "secret.password"}), "$.secrets[0]", "2 ways"),
    (
        "a database that nobody declared",
        at("env.X", {"from": "database.username"}),
        "$.env.X",
        "no database.",
    ),
    ("a database of another kind", at("database", "mysql"), "$.database", "Possible values: postgresql"),
    ("a login that goes nowhere", at("database", "postgresql"), "$.database", "No variable takes database."),
    (
        "a role that is a path",
        at("database", {"kind": "postgresql", "role": "../config"}),
        "$.database.role",
        "form",
    ),
    ("a secret with a dash in its name", at("secrets.0.name", "pass-word"), "$.secrets[0].name", "form"),
    ("a default size that is none", at("resources.default", "XL"), "$.resources.default", "no such size"),
    (
        "a size beyond its bounds",
        at("resources.sizes.L.cpu_mhz", 9000),
        "$.resources.sizes.L.cpu_mhz",
        "bounds",
    ),
    (
        "bounds upside down",
        at("resources.bounds.count", {"min": 2, "max": 1}),
        "$.resources.bounds.count",
        "above",
    ),
    (
        "storage without a volume",
        at("resources.bounds.storage_mib", {"min": 0, "max": 9}),
        "$.resources.bounds.storage_mib",
        "volumes",
    ),
    (
        "a volume for several copies",
        at("volumes", [{"name": "d", "destination": "d", "size_mib": 9}]),
        "$.resources.bounds.count.max",
        "single copy",
    ),
    (
        "a volume's path that climbs",
        at("volumes", [{"name": "d", "destination": "../d", "size_mib": 9}]),
        "$.volumes[0].destination",
        "form",
    ),
    ("a check that is missing", without("check"), "$.check", "needs a check"),
    ("a port that is missing", without("port"), "$.port", "needs a port"),
    ("a code that means failure", at("route.accept", [500]), "$.route.accept[0]", "At most"),
    ("an upload that goes nowhere", at("files", []), "$.files", "goes nowhere"),
    ("a file that is no upload", at("files.0.from", "parameter.title"), "$.files[0]", "does not fit"),
    ("a file from nothing", without("files.0.from"), "$.files[0]", "Exactly one"),
    ("a file that leaves its folder", at("files.0.destination", "../x"), "$.files[0].destination", "form"),
    (
        "a parameter without a bound",
        without("parameters.properties.title.maxLength"),
        "$.parameters.properties.title.maxLength",
        "missing",
    ),
    (
        "a number without a bound",
        at("parameters.properties.n", {"type": "integer", "minimum": 0, "x-portal": {"label": LABEL}}),
        "$.parameters.properties.n.maximum",
        "missing",
    ),
    (
        "a label in one language",
        without("parameters.properties.title.x-portal.label.en"),
        "$.parameters.properties.title.x-portal.label.en",
        "missing",
    ),
    (
        "a parameter of a strange type",
        at("parameters.properties.n", {"type": "array", "x-portal": {"label": LABEL}}),
        "$.parameters.properties.n.type",
        "Possible",
    ),
    (
        "a keyword that no form knows",
        at("parameters.properties.n", {**NUMBER, "exclusiveMinimum": 3}),
        "$.parameters.properties.n.exclusiveMinimum",
        "unknown",
    ),
    (
        "a default that would be refused",
        at("parameters.properties.n", {**NUMBER, "default": 10}),
        "$.parameters.properties.n.default",
        "refused",
    ),
    (
        "a least above the most",
        at("parameters.properties.n", {**NUMBER, "minimum": 10}),
        "$.parameters.properties.n.minimum",
        "above",
    ),
    (
        "two defaults",
        at(
            "parameters.properties.title",
            {
                "type": "string",
                "maxLength": 9,
                "default": "x",
                "x-portal": {"label": LABEL, "default_from": "member.name"},
            },
        ),
        "$.parameters.properties.title.default",
        "not both",
    ),
    (
        "a pattern that is none",
        at(
            "parameters.properties.title",
            {"type": "string", "maxLength": 9, "pattern": "(", "x-portal": {"label": LABEL, "hint": LABEL}},
        ),
        "$.parameters.properties.title",
        "Unsound",
    ),
    (
        "a pattern without a sentence",
        at(
            "parameters.properties.title",
            {"type": "string", "maxLength": 9, "pattern": "a", "x-portal": {"label": LABEL}},
        ),
        "$.parameters.properties.title.x-portal.hint",
        "sentence",
    ),
    (
        "a required parameter that is none",
        at("parameters.required", ["x"]),
        "$.parameters.required",
        "Unknown parameter",
    ),
    (
        "strangers let in",
        at("parameters.additionalProperties", True),
        "$.parameters.additionalProperties",
        "only possible",
    ),
]


@pytest.mark.parametrize(
    ("change", "field", "word"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_error_names_file_field_and_reason(
    tmp_path: Path, change: Callable[[Manifest], object], field: str, word: str
) -> None:
    found = problems(write(tmp_path, changed(change)))
    assert {each.file for each in found} == {"page/template.yaml"}
    match = [each for each in found if each.field == field]
    assert match, found
    assert word in match[0].reason["en"]
    assert match[0].reason["fr"]
    assert match[0].reason["fr"] != match[0].reason["en"]


TEXTS: list[tuple[str, str, str]] = [
    ("no YAML", "a: [1", "sound YAML"),
    ("a key twice", "slug: a\nslug: b", "written twice"),
    ("an alias, with which few lines grow to gigabytes", "a: &x [1]\nb: *x", "aliases"),
    ("a Python object", "a: !!python/object/apply:os.system [ls]", "sound YAML"),
    ("a list", "- a", "keys with their values"),
    ("nothing", "", "keys with their values"),
    ("a key that is no text", "true: 1", "quotes"),
    ("a very deep nest", "[" * 3000, "sound YAML"),
    ("a number beyond Python's own limit", "a: " + "9" * 6000, "sound YAML"),
    ("a file of half a mebibyte", "#" * 500_000, "larger than"),
]


@pytest.mark.parametrize(("text", "word"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_unreadable_yaml_is_a_problem_and_no_crash(tmp_path: Path, text: str, word: str) -> None:
    found = problems(write(tmp_path, text))
    assert any(word in each.reason["en"] for each in found), found


def test_line_of_a_yaml_error_is_named(tmp_path: Path) -> None:
    (found,) = problems(write(tmp_path, "slug: a\nversion: 'x\n"))
    assert found.field.startswith("line ")


def test_other_encodings_and_missing_files_are_problems(tmp_path: Path) -> None:
    folder = write(tmp_path, sound())
    (folder / "template.yaml").write_bytes("titre: été".encode("latin-1"))
    assert "UTF-8" in problems(folder)[0].reason["en"]
    (folder / "template.yaml").unlink()
    assert "missing" in problems(folder)[0].reason["en"]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    def several(data: dict[str, Any]) -> None:
        del data["title"]
        data["kind"] = "game"

    assert {each.field for each in problems(write(tmp_path, changed(several)))} == {"$.kind", "$.title"}


def test_a_sound_manifest_is_read_with_its_digest(tmp_path: Path) -> None:
    data = sound()
    first = read(write(tmp_path, data))
    again = read(write(tmp_path, dict(reversed(data.items()))))
    assert first.digest == again.digest, "the order of keys means nothing"
    other = read(write(tmp_path, sound(kind="data")))
    assert first.digest != other.digest
