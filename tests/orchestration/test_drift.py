"""Drift: a job that Nomad filled in is no drift; what somebody changed is."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.drift import drift

ANSWERS = Path(__file__).parent / "nomad_answers"
NAMES = ("docker-files", "raw-exec")


def answer(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A job as it was sent, and as a Nomad 2.0.5 then gave it back."""
    read = json.loads((ANSWERS / f"{name}.json").read_text())
    return read["sent"], read["stands"]


@pytest.mark.parametrize("name", NAMES)
def test_what_nomad_fills_in_is_no_drift(name: str) -> None:
    assert drift(*answer(name)) == ()


def group(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["TaskGroups"][0]
    return found


def task(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = group(job)["Tasks"][0]
    return found


CHANGES: list[tuple[Callable[[dict[str, Any]], Any], str, str]] = [
    (lambda j: group(j).update(Count=9), "TaskGroups[0].Count", "scaled by hand"),
    (lambda j: task(j)["Env"].update(X="y"), "TaskGroups[0].Tasks[0].Env.X", "one variable more"),
    (lambda j: task(j)["Env"].clear(), "TaskGroups[0].Tasks[0].Env", "no variable left"),
    (
        lambda j: task(j)["Config"].update(privileged=True),
        "TaskGroups[0].Tasks[0].Config.privileged",
        "one setting more",
    ),
    (lambda j: task(j).update(Vault={"Role": "admin"}), "TaskGroups[0].Tasks[0].Vault", "another role"),
    (
        lambda j: task(j).update(Templates=[{"EmbeddedTmpl": "x"}]),
        "TaskGroups[0].Tasks[0].Templates",
        "a template that was not sent",
    ),
    (lambda j: task(j).update(User="root"), "TaskGroups[0].Tasks[0].User", "another user"),
    (
        lambda j: group(j)["Services"][0]["Tags"].append("x"),
        "TaskGroups[0].Services[0].Tags",
        "a tag by another hand",
    ),
    (lambda j: group(j)["Services"].clear(), "TaskGroups[0].Services", "no service any more"),
    (lambda j: group(j).update(Volumes={"x": {}}), "TaskGroups[0].Volumes", "a volume by another hand"),
    (lambda j: group(j)["Update"].update(AutoRevert=False), "TaskGroups[0].Update.AutoRevert", "no way back"),
    (
        lambda j: task(j)["Artifacts"][0]["GetterOptions"].update(sshkey="x"),
        "TaskGroups[0].Tasks[0].Artifacts[0].GetterOptions.sshkey",
        "one option more",
    ),
    (lambda j: j["Meta"].update(x="y"), "Meta.x", "one word more"),
    (lambda j: j.update(Datacenters=["other"]), "Datacenters[0]", "elsewhere"),
]


@pytest.mark.parametrize(("change", "path", "reason"), CHANGES, ids=[c[2] for c in CHANGES])
def test_what_somebody_changed_is_drift(
    change: Callable[[dict[str, Any]], Any], path: str, reason: str
) -> None:
    sent, stands = answer("docker-files")
    change(stands)
    assert drift(sent, stands) == (path,), reason


def test_nomads_own_constraints_are_no_drift_and_ours_must_stay() -> None:
    ours = {"LTarget": "${meta.a}", "Operand": "=", "RTarget": "b"}
    theirs = {"LTarget": "${attr.consul.version}", "Operand": "semver", "RTarget": ">= 1.8.0"}
    assert drift({"Constraints": [ours]}, {"Constraints": [theirs, ours]}) == ()
    assert drift({"Constraints": []}, {"Constraints": [theirs]}) == ()
    assert drift({"Constraints": [ours]}, {"Constraints": [theirs]}) == ("Constraints",)
    assert drift({"Constraints": [ours]}, {"Constraints": None}) == ("Constraints",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=10,
)


@given(value=st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_a_thing_does_not_differ_from_itself(value: dict[str, Any]) -> None:
    assert drift(value, copy.deepcopy(value)) == ()
