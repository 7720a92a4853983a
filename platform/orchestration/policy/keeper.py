"""What a job that works on a volume may be: exactly what the portal would render, and nothing beside it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from kernel.errors import Refused
from kernel.names import OutsideNames, slug_of_keeper
from orchestration.drift import drift
from orchestration.policy.rules import PolicyRules, Violation
from orchestration.policy.volumes import volumes
from orchestration.render.keeper import META_KEEPER, META_WORK, PROGRAM, TASK, render_keeper
from orchestration.specs import KeeperSpec, Placement, Volume

_SHA256 = re.compile(r"[0-9a-f]{64}")
_WORKS = ("measure", "snapshot", "restore")


def judge_keeper(job: Mapping[str, Any], rules: PolicyRules) -> tuple[Violation, ...]:
    """Everything that forbids sending this job; empty: it may be sent. Never raises, whatever it is given.

    The job is read back into what it would be made of, and that is rendered anew: so no field that the portal
    does not write can stand in it.
    """
    try:
        return tuple(_judged(job, rules))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, Refused) as error:
        return (Violation("policy.shape", "", type(error).__name__),)


def _judged(job: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    group = job["TaskGroups"][0]
    task = group["Tasks"][0]
    driver, config = task["Driver"], task["Config"]
    words = config["args"][config["args"].index(PROGRAM) + 1 :]
    slug = slug_of_keeper(job["ID"])
    if not slug:
        yield Violation("policy.identity", "ID", str(job["ID"]))
        return
    names = OutsideNames(slug, rules.kv_prefix)
    yield from _allowed(driver, config, words, rules)
    yield from volumes(group, names)
    spec = _read(job, group, task, names, rules)
    wanted = render_keeper(spec) | {"ID": job["ID"], "Name": job["ID"]}
    for path in (*drift(wanted, job), *drift(job, wanted)):
        yield Violation("policy.key", path)


def _allowed(
    driver: str, config: Mapping[str, Any], words: list[str], rules: PolicyRules
) -> Iterator[Violation]:
    if driver not in rules.drivers:
        yield Violation("policy.driver", f"{TASK}.Driver", str(driver))
    if driver == "docker" and (not rules.keeper_image or config.get("image") != rules.keeper_image):
        yield Violation("policy.image", f"{TASK}.Config.image", str(config.get("image")))
    if words[0] not in _WORKS:
        yield Violation("policy.command", f"{TASK}.Config.args", str(words[0]))
    if words[2:] and not words[2].startswith(f"{rules.files_url.rstrip('/')}/files/snapshots/"):
        yield Violation("policy.artifact", f"{TASK}.Config.args", words[2][:80])
    if words[3:] and not (_SHA256.fullmatch(words[3]) and words[4].isdigit()):
        yield Violation("policy.artifact", f"{TASK}.Config.args", words[3][:80])


def _read(
    job: Mapping[str, Any],
    group: Mapping[str, Any],
    task: Mapping[str, Any],
    names: OutsideNames,
    rules: PolicyRules,
) -> KeeperSpec:
    """What the job would be made of."""
    (name, volume), *_more = group["Volumes"].items()
    args = task["Config"]["args"]
    words = args[args.index(PROGRAM) + 1 :]
    place = rules.placement
    return KeeperSpec(
        names=names,
        app_id=job["Meta"][META_KEEPER],
        project_id=job["Meta"]["paillasse.project"],
        work_id=UUID(int=0),
        work=job["Meta"][META_WORK],
        volume=Volume(name, 0, "", volume["Type"]),
        placement=Placement(
            place.namespace,
            place.region,
            place.datacenters,
            place.node_pool,
            task["Driver"],
            place.runtimes_dir,
        ),
        image=rules.keeper_image,
        url=words[2] if len(words) > 2 else "",  # noqa: PLR2004 - the word after the folder
        sha256=words[3] if len(words) > 3 else "",  # noqa: PLR2004
        parts=int(words[4]) if len(words) > 4 else 0,  # noqa: PLR2004
        ca=task["Env"].get("KEEPER_CA", ""),
    )
