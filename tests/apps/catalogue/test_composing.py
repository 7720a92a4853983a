"""From a manifest and answers to the pieces of a release."""

from dataclasses import replace
from typing import Any

import pytest

from apps.catalogue.composing import (
    GivenFile,
    LabDatabase,
    Pieces,
    Surroundings,
    choose_runtime,
    compose,
    made_files,
    require_database,
    resources_of,
)
from apps.catalogue.manifests.build import build
from apps.catalogue.manifests.model import Manifest
from kernel.errors import Refused, RefusedMany
from orchestration.specs import Database, ExecRuntime, Resources
from tests.factories.folders import sound

AROUND = Surroundings("wiki", "wiki.apps.lab", "https://wiki.apps.lab", "/opt/runtimes")
DOCKER = {"driver": "docker", "image": "paillasse/page:1"}
EXEC = {
    "driver": "exec",
    "runtime": "page",
    "command": "bin/python",
    "args": ["-I", {"file": "share/serve.py"}],
}


def made(**changes: Any) -> Manifest:
    return build(sound(**changes))


def pieces(manifest: Manifest, driver: str = "docker", **more: Any) -> Pieces:
    given: dict[str, Any] = {"parameters": {"title": "Hi"}, "resources": resources_of(manifest), "files": ()}
    return compose(manifest, driver=driver, **{"around": AROUND, **given, **more})


RUNTIMES = [
    ("docker alone", [DOCKER], ("docker",), "docker"),
    ("the template's order wins over the lab's", [EXEC, DOCKER], ("docker", "exec"), "exec"),
    ("the next way where the first is not allowed", [EXEC, DOCKER], ("docker",), "docker"),
    ("the lab's order among drivers of one way", [EXEC], ("raw_exec", "exec"), "raw_exec"),
]


@pytest.mark.parametrize(
    ("ways", "allowed", "driver"), [c[1:] for c in RUNTIMES], ids=[c[0] for c in RUNTIMES]
)
def test_choice_of_the_driver(ways: list[Any], allowed: tuple[str, ...], driver: str) -> None:
    assert choose_runtime(made(runtimes=ways), allowed) == driver


@pytest.mark.parametrize("allowed", [(), ("raw_exec",), ("java", "qemu")])
def test_a_template_that_cannot_run_here_is_refused(allowed: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as told:
        choose_runtime(made(), allowed)
    assert told.value.code == "runtime.unavailable"
    with pytest.raises(Refused):
        pieces(made(), "exec")


LOGIN = {
    "PGUSER": {"from": "database.username"},
    "PGPASSWORD": {"from": "database.password"},
    "PGHOST": {"from": "database.host"},
    "PGPORT": {"from": "database.port"},
    "PGDATABASE": {"from": "database.name"},
}
OFFERED = LabDatabase(("reader", "writer"), "db.lab", "5433", "samples")


@pytest.mark.parametrize(
    ("database", "role"),
    [("postgresql", "reader"), ({"kind": "postgresql", "role": "writer"}, "writer")],
    ids=["the lab's first role", "a role by name"],
)
def test_a_login_of_the_database(database: Any, role: str) -> None:
    manifest = made(database=database, env=LOGIN, secrets=[])
    require_database(manifest, OFFERED)
    found = pieces(manifest, around=replace(AROUND, database=OFFERED))
    assert found.env == {"PGHOST": "db.lab", "PGPORT": "5433", "PGDATABASE": "samples"}
    assert found.database == Database(role, ("PGUSER",), ("PGPASSWORD",)), "OpenBao says the rest"


@pytest.mark.parametrize(
    ("database", "offered", "code"),
    [
        ("postgresql", LabDatabase(), "database.none"),
        ({"kind": "postgresql", "role": "owner"}, OFFERED, "database.role"),
    ],
)
def test_a_login_that_the_lab_does_not_offer(database: Any, offered: LabDatabase, code: str) -> None:
    with pytest.raises(Refused) as told:
        require_database(made(database=database, env=LOGIN, secrets=[]), offered)
    assert told.value.code == code
    require_database(made(), offered)


SIZES: list[tuple[str, Any, Resources]] = [
    ("the default", None, Resources(100, 64)),
    ("a named size", {"size": "L"}, Resources(400, 256)),
    ("a figure over a size", {"size": "L", "memory_mib": 512}, Resources(400, 512)),
    ("the least", {"cpu_mhz": 20, "memory_mib": 32}, Resources(20, 32)),
    ("the most copies", {"count": 4}, Resources(100, 64, 4)),
    ("nothing said of a dimension", {"cpu_mhz": None}, Resources(100, 64)),
]


@pytest.mark.parametrize(("chosen", "wanted"), [c[1:] for c in SIZES], ids=[c[0] for c in SIZES])
def test_sizes(chosen: Any, wanted: Resources) -> None:
    assert resources_of(made(), chosen) == wanted


BEYOND: list[tuple[str, Any, str, str]] = [
    ("a size that is none", {"size": "XL"}, "size", "resources.size"),
    ("a size of another type", {"size": ["S"]}, "size", "resources.size"),
    ("too little", {"memory_mib": 31}, "memory_mib", "resources.minimum"),
    ("too much", {"cpu_mhz": 8001}, "cpu_mhz", "resources.maximum"),
    ("no copy", {"count": 0}, "count", "resources.minimum"),
    ("less than none", {"cpu_mhz": -5}, "cpu_mhz", "resources.minimum"),
    ("a GPU that the template does not offer", {"gpus": 1}, "gpus", "resources.maximum"),
    ("storage that the template has not", {"storage_mib": 1}, "storage_mib", "resources.maximum"),
    ("a number beyond all numbers", {"memory_mib": 10**5000}, "memory_mib", "resources.maximum"),
    ("a part", {"cpu_mhz": 100.5}, "cpu_mhz", "resources.type"),
    ("text", {"cpu_mhz": "100"}, "cpu_mhz", "resources.type"),
    ("true", {"count": True}, "count", "resources.type"),
    ("a dimension that is none", {"bandwidth": 1}, "bandwidth", "resources.unknown"),
]


@pytest.mark.parametrize(("chosen", "name", "code"), [c[1:] for c in BEYOND], ids=[c[0] for c in BEYOND])
def test_beyond_the_templates_bounds_is_refused(chosen: Any, name: str, code: str) -> None:
    with pytest.raises(RefusedMany) as told:
        resources_of(made(), chosen)
    assert [(each.field, each.code) for each in told.value.refusals] == [(f"resources.{name}", code)]


def test_values_reach_the_environment_whole() -> None:
    env = {
        "TITLE": {"from": "parameter.title"},
        "FIXED": {"value": "1"},
        "URL": {"from": "app.url"},
        "HOST": {"from": "app.host"},
        "NAME": {"from": "app.name"},
        "FILE": {"from": "upload.data"},
        "PASSWORD": {"from": "secret.password"},
    }
    file = GivenFile("data", "my data (2).csv", "https://portal/files/k/d/x.csv", "a" * 64)
    found = pieces(made(env=env), files=[file])
    assert found.env == {
        "TITLE": "Hi",
        "FIXED": "1",
        "URL": "https://wiki.apps.lab",
        "HOST": "wiki.apps.lab",
        "NAME": "wiki",
        "FILE": "my_data_2_.csv",
    }
    assert [(each.name, each.env, each.file) for each in found.secrets] == [("password", "PASSWORD", None)]
    assert found.files[0].destination == "data/table.csv"
    assert found.files[0].sha256 == "a" * 64


def test_what_was_not_answered_is_not_in_the_environment() -> None:
    assert "TITLE" not in pieces(made(), parameters={}).env


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (0, "0"), (1.5, "1.5")])
def test_other_types_are_written_as_programs_read_them(value: Any, text: str) -> None:
    assert pieces(made(), parameters={"title": value}).env["TITLE"] == text


def test_interpolation_never_gets_through() -> None:
    with pytest.raises(Refused) as told:
        pieces(made(), parameters={"title": "${NOMAD_SECRETS_DIR}"})
    assert told.value.field == "parameters.title"


def test_a_way_has_its_own_environment_and_arguments() -> None:
    way = {**EXEC, "env": {"FIXED": {"value": "exec"}}}
    found = pieces(
        made(runtimes=[way, DOCKER], env={**sound()["env"], "FIXED": {"value": "all"}}), "raw_exec"
    )
    assert found.runtime == ExecRuntime("page", "bin/python", ("-I", "/opt/runtimes/page/share/serve.py"))
    assert found.env["FIXED"] == "exec"
    assert found.port is None


def test_an_argument_that_was_not_answered_is_left_out() -> None:
    way = {**DOCKER, "args": ["--title", {"from": "parameter.title"}]}
    found = pieces(made(runtimes=[way]), parameters={})
    assert found.runtime.args == ("--title",)


def test_the_volume_without_a_size_takes_what_is_left() -> None:
    manifest = made(
        volumes=[
            {"name": "data", "destination": "/data"},
            {"name": "conf", "destination": "/c", "size_mib": 64},
        ],
        resources={
            "default": "S",
            "sizes": {"S": {"cpu_mhz": 1, "memory_mib": 32, "storage_mib": 1024}},
            "bounds": {
                "cpu_mhz": {"min": 1, "max": 9},
                "memory_mib": {"min": 32, "max": 99},
                "storage_mib": {"min": 128, "max": 4096},
            },
        },
    )
    sizes = {each.name: each.size_mib for each in pieces(manifest).volumes}
    assert sizes == {"data": 960, "conf": 64}


def test_the_same_in_is_the_same_out() -> None:
    assert pieces(made()) == pieces(made())


PAGE = [
    {"name": "data", "from": "parameter.data", "destination": "site"},
    {
        "name": "page",
        "page": {"title": "parameter.title", "text": "parameter.text"},
        "unless": "parameter.data",
        "destination": "site/index.html",
    },
]


def test_a_page_is_made_unless_a_file_was_sent() -> None:
    manifest = made(files=PAGE)
    (page,) = made_files(manifest, {"title": "Hello <b>", "text": "one"})
    assert (page.name, page.filename) == ("page", "index.html")
    assert b"Hello &lt;b&gt;" in page.content
    assert len(page.sha256) == 64
    assert made_files(manifest, {"title": "Hello"}, ["data"]) == ()
