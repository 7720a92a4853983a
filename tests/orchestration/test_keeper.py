"""The job that works on a volume, and the policy that lets nothing else through."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from kernel.names import OutsideNames, slug_of_keeper, slug_of_volume
from orchestration.policy import judge, judge_keeper
from orchestration.render import render_keeper
from orchestration.render.keeper import PROGRAM
from orchestration.render.literal import speaks
from orchestration.specs import KeeperSpec, Placement, Volume
from tests.orchestration.examples import APP_ID, FILES, SLUG, WEB, rules_for

WORK = UUID("7b0c6d1e-0000-4000-8000-0000000000ee")
IMAGE = "docker.io/library/python:3.12-alpine"
URL = f"{FILES}/files/snapshots/{'ab' * 32}"
MEASURE = KeeperSpec(
    names=OutsideNames(SLUG),
    app_id=APP_ID,
    project_id="7b0c6d1e-0000-4000-8000-0000000000aa",
    work_id=WORK,
    work="measure",
    volume=Volume("data", 20, "/data"),
    placement=Placement(driver="docker"),
    image=IMAGE,
)
TAKE = replace(MEASURE, work="snapshot", url=URL)
BACK = replace(TAKE, work="restore", sha256="cd" * 32, parts=3, volume=Volume("data", 20, "/data", "csi"))
EXEC = replace(TAKE, placement=Placement(driver="exec"))
RAW = replace(BACK, placement=Placement(driver="raw_exec"), ca="-----BEGIN CERTIFICATE-----\n")
RULES = rules_for(WEB, keeper_image=IMAGE)


@pytest.mark.parametrize("spec", [MEASURE, TAKE, BACK, EXEC, RAW], ids=lambda each: f"{each.work}")
def test_what_is_rendered_may_be_sent(spec: KeeperSpec) -> None:
    assert judge_keeper(render_keeper(spec), RULES) == ()


def test_it_is_no_apps_job_and_its_name_tells_whose_it_is() -> None:
    job = render_keeper(TAKE)
    assert slug_of_keeper(job["ID"]) == SLUG
    assert judge(job, RULES), "the policy of apps does not take it"
    assert "paillasse.app" not in job["Meta"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        (OutsideNames(SLUG).volume("data"), SLUG),
        (OutsideNames(SLUG).volume("data-of--old"), SLUG),
        (SLUG, ""),
        (f"{SLUG}-", ""),
        (f"{SLUG}-Data", ""),
        ("lab-scratch", ""),
        ("a--bcdefg-data--hijkl2-more", "a--bcdefg"),
        ("x" * 60 + "--abcdef-data", ""),
    ],
)
def test_the_name_of_a_volume_tells_whose_it_is(name: str, slug: str) -> None:
    assert slug_of_volume(name) == slug


def test_nothing_in_the_program_speaks_to_nomad() -> None:
    assert not speaks(PROGRAM)
    assert "{{" not in PROGRAM


def test_only_a_restore_may_write() -> None:
    mounts = {
        spec.work: render_keeper(spec)["TaskGroups"][0]["Tasks"][0]["VolumeMounts"][0]["ReadOnly"]
        for spec in (MEASURE, TAKE, BACK)
    }
    assert mounts == {"measure": True, "snapshot": True, "restore": False}


def task(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["TaskGroups"][0]["Tasks"][0]
    return found


def group(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["TaskGroups"][0]
    return found


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "another program": lambda job: task(job)["Config"]["args"].__setitem__(3, "import os"),
    "another command": lambda job: task(job)["Config"].update(command="/bin/sh"),
    "another image": lambda job: task(job)["Config"].update(image="docker.io/evil:1"),
    "privilege": lambda job: task(job)["Config"].update(privileged=True),
    "a host path": lambda job: task(job)["Config"].update(volumes=["/:/host"]),
    "no hardening": lambda job: task(job)["Config"].pop("security_opt"),
    "another driver": lambda job: task(job).update(Driver="java"),
    "a user": lambda job: task(job).update(User="root"),
    "secrets": lambda job: task(job).update(Vault={"Role": "x"}),
    "a template": lambda job: task(job).update(Templates=[{"EmbeddedTmpl": "x"}]),
    "environment": lambda job: task(job)["Env"].update(LD_PRELOAD="x"),
    "a second task": lambda job: group(job)["Tasks"].append(copy.deepcopy(task(job))),
    "a second group": lambda job: job["TaskGroups"].append(copy.deepcopy(group(job))),
    "another's volume": lambda job: group(job)["Volumes"]["data"].update(Source="other-wiki--7f3k2q-data"),
    "two volumes": lambda job: group(job)["Volumes"].update(more=dict(group(job)["Volumes"]["data"])),
    "a written measure": lambda job: task(job)["VolumeMounts"][0].update(ReadOnly=False),
    "a service": lambda job: group(job).update(Services=[{"Name": "x"}]),
    "for ever": lambda job: job.update(Type="service"),
    "an app's mark": lambda job: job["Meta"].update({"paillasse.app": APP_ID}),
    "another address": lambda job: task(job)["Config"]["args"].__setitem__(-1, "http://evil.example/x"),
    "an app's name": lambda job: job.update(ID=SLUG, Name=SLUG),
    "another namespace": lambda job: job.update(Namespace="other"),
    "much memory": lambda job: task(job)["Resources"].update(MemoryMB=64_000),
    "tries": lambda job: group(job)["RestartPolicy"].update(Attempts=100),
    "nothing": lambda job: job.clear(),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_differs_is_refused(what: str) -> None:
    job = render_keeper(TAKE)
    HOSTILE[what](job)
    assert judge_keeper(job, RULES), what


def test_a_lab_without_an_image_sends_no_container() -> None:
    assert judge_keeper(render_keeper(TAKE), rules_for(WEB))
