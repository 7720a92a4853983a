"""The rendered job: pinned for each runtime, and unmoved by hostile text."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Refused
from orchestration.policy import judge
from orchestration.render import render_job
from orchestration.render.literal import literal, speaks
from orchestration.specs import AppSpec, Check, DockerRuntime, ExecRuntime, File, Secret, Volume
from tests.orchestration.examples import DIGEST, EXPLORER, FILES, NOTEBOOK, RUNTIMES, SECRET, WEB, rules_for

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_job_is_the_golden_one(name: str) -> None:
    """A change here replaces or changes every running app: it is made on purpose, or not at all."""
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert json.loads(json.dumps(render_job(RUNTIMES[name]))) == expected


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_policy_lets_every_runtime_pass(name: str) -> None:
    assert judge(render_job(RUNTIMES[name]), rules_for(RUNTIMES[name])) == ()


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from leaves(inside, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from leaves(inside, f"{path}/{index}")
    else:
        yield path, value


def changed(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    before, after = dict(leaves(one)), dict(leaves(other))
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "${NOMAD_META_x}",
            "$${a}",
            "%{ for x in y }",
            "{{ with secret `a` }}",
            '"; rm -rf /',
            "a\nTRAEFIK=1",
            "`) || Host(`other",
            "\x00",
            "--privileged",
            "${",
        ]
    ),
)


@given(text=HOSTILE)
def test_text_in_the_environment_changes_that_leaf_only(text: str) -> None:
    spec = replace(WEB, env={"WIKI_TITLE": text})
    if speaks(text):
        with pytest.raises(Refused, match=r"text\.interpolation"):
            render_job(spec)
        return
    job = render_job(spec)
    assert changed(render_job(WEB), job) <= {"/TaskGroups/0/Tasks/0/Env/WIKI_TITLE"}
    assert job["TaskGroups"][0]["Tasks"][0]["Env"]["WIKI_TITLE"] == text
    assert judge(job, rules_for(spec)) == ()


@given(text=HOSTILE)
def test_text_in_an_argument_changes_that_leaf_only(text: str) -> None:
    spec = replace(WEB, runtime=replace(WEB.runtime, args=("--listen", text)))
    if speaks(text):
        with pytest.raises(Refused, match=r"text\.interpolation"):
            render_job(spec)
        return
    assert changed(render_job(WEB), render_job(spec)) <= {"/TaskGroups/0/Tasks/0/Config/args/1"}


@given(text=HOSTILE)
def test_a_members_text_is_taken_whole_or_refused(text: str) -> None:
    if any(mark in text for mark in ("${", "%{", "\x00")):
        with pytest.raises(Refused) as caught:
            literal(text, "title")
        assert caught.value.field == "title"
    else:
        assert literal(text, "title") == text


REFUSED: list[tuple[str, AppSpec, str, str]] = [
    (
        "text.interpolation",
        replace(WEB, env={"A": "${attr.unique.hostname}"}),
        "env.A",
        "node attributes leak",
    ),
    ("text.interpolation", replace(WEB, env={"A": "x$${NOMAD_PORT_http}{b}"}), "env.A", "two marks make one"),
    ("env.name", replace(WEB, env={"A B": ""}), "env.A B", "no shell would take it"),
    ("env.name", replace(WEB, env={"VAULT_TOKEN": "x"}), "env.VAULT_TOKEN", "Nomad's own names stay Nomad's"),
    ("env.name", replace(WEB, env={"NOMAD_JOB_ID": "x"}), "env.NOMAD_JOB_ID", "a task must not be lied to"),
    ("env.twice", replace(SECRET, env={"WIKI_PASSWORD": "x"}), "env.WIKI_PASSWORD", "a text hides a secret"),
    (
        "secret.name",
        replace(WEB, secrets=(Secret("a-b", "generated", env="A"),)),
        "secrets.a-b",
        "not a field",
    ),
    (
        "secret.name",
        replace(WEB, secrets=(Secret('x" }}', "generated", env="A"),)),
        'secrets.x" }}',
        "escapes",
    ),
    ("path.outside", replace(WEB, secrets=(Secret("a", "generated", file="../x"),)), "secrets", "climbs"),
    ("path.outside", replace(WEB, files=(File("http://x", DIGEST, "/etc/passwd"),)), "files.0", "absolute"),
    ("path.outside", replace(WEB, files=(File("http://x", DIGEST, "a/../../b"),)), "files.0", "climbs"),
    ("path.outside", replace(WEB, volumes=(Volume("work", 1, "../x"),)), "volumes.work", "climbs"),
    ("volume.name", replace(WEB, volumes=(Volume("a/b", 1, "x"),)), "volumes.a/b", "another app's volume"),
    ("path.outside", replace(NOTEBOOK, runtime=ExecRuntime("../etc", "sh")), "runtime.runtime", "climbs"),
    ("path.outside", replace(NOTEBOOK, runtime=ExecRuntime("x", "/bin/sh")), "runtime.command", "absolute"),
    (
        "runtime.driver",
        replace(NOTEBOOK, runtime=DockerRuntime("lab/a:1")),
        "runtime",
        "image without an engine",
    ),
    ("check.path", replace(WEB, check=Check(path="health")), "check.path", "Consul needs a path"),
    ("host.invalid", replace(WEB, route=replace(WEB.route, host="a`)||Host(`b.c")), "host", "tag injection"),
    ("host.invalid", replace(WEB, route=replace(WEB.route, host="Wiki.example.org")), "host", "upper case"),
    ("text.interpolation", replace(WEB, runtime=DockerRuntime("lab/${x}:1")), "runtime.image", "not whole"),
]


@pytest.mark.parametrize(
    ("code", "spec", "field", "reason"), REFUSED, ids=[f"{c[0]}:{c[3]}" for c in REFUSED]
)
def test_refused_naming_the_field(code: str, spec: AppSpec, field: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        render_job(spec)
    assert (caught.value.code, caught.value.field) == (code, field), reason


def test_meta_holds_no_release_number() -> None:
    """Any change of meta replaces allocations; a release that changes nothing must not."""
    one, other = render_job(WEB), render_job(replace(WEB, release=4))
    assert changed(one, other) == {"/TaskGroups/0/Services/0/Meta/paillasse-release"}


def test_restart_token_replaces_allocations() -> None:
    assert changed(render_job(WEB), render_job(replace(WEB, restart_token="r1"))) == {
        "/Meta/paillasse.restart"
    }


def test_a_file_is_left_whole_unless_it_is_to_be_unpacked() -> None:
    whole, packed = render_job(EXPLORER)["TaskGroups"][0]["Tasks"][0]["Artifacts"]
    assert (whole["GetterMode"], whole["GetterOptions"]["archive"]) == ("file", "false")
    assert (packed["GetterMode"], packed["GetterOptions"]["archive"]) == ("any", "zip")
    assert whole["GetterSource"].startswith(FILES)
