"""Taking a job in: checked, compared with what stands, written as a new version or as it was."""

from typing import Any

from solo import deployments
from solo.canonical import canonical
from solo.compare import same_spec
from solo.errors import ApiError, multierror
from solo.fields import Fields
from solo.state import job_key, new_eval, put_job
from solo.store import Change, Row, Store
from solo.validate import problems, warnings


def requested(body: dict[str, Any], namespace: str, region: str, job_id: str | None = None) -> Fields:
    """The canonical job of a request; a namespace in the query goes before the job's own.

    Raises ApiError when there is none that could be read.
    """
    raw = body.get("Job")
    if raw is None:
        raise ApiError(400, "Job must be specified")
    if not isinstance(raw, dict) or raw.get("ID") is None:
        raise ApiError(400, "Job ID hasn't been provided")
    if job_id is not None and raw["ID"] != job_id:
        raise ApiError(400, "Job ID does not match name")
    named = raw.get("Region") or ""
    if named not in ("", "global", region):
        raise ApiError(500, "No path to region")
    where = namespace or raw.get("Namespace") or "default"
    return canonical({**raw, "Namespace": where}, region)


def check(store: Store, job: Fields, *, whole: bool = True) -> None:
    """Raises ApiError 500 with Nomad's text when the job is refused."""
    found = problems(job) if whole else []
    if not found:
        space = store.get("namespaces", job["Namespace"])
        if space is None:
            found = [f'job "{job["ID"]}" is in nonexistent namespace "{job["Namespace"]}"']
        else:
            found = _not_allowed(job, space)
    if not found and job["NodePool"] not in ("default", "all"):
        found = [f'job "{job["ID"]}" is in nonexistent node pool "{job["NodePool"]}"']
    if found:
        raise ApiError(500, multierror(found))
    current = store.get("jobs", job_key(job["Namespace"], job["ID"]))
    if current is not None and current["Type"] != job["Type"]:
        raise ApiError(500, f'cannot update job from type "{current["Type"]}" to "{job["Type"]}"')


def _not_allowed(job: Fields, space: Row) -> list[str]:
    """What the namespace's capabilities forbid (recordings 021 and 211)."""
    rules = space["Capabilities"] or {}
    drivers = {task["Driver"] for group in job["TaskGroups"] for task in group["Tasks"]}
    modes = {network["Mode"] for group in job["TaskGroups"] for network in group["Networks"] or []}
    found = []
    for kind, used in (("TaskDrivers", drivers), ("NetworkModes", modes)):
        enabled, disabled = rules.get(f"Enabled{kind}"), rules.get(f"Disabled{kind}") or []
        bad = sorted(x for x in used if x in disabled or (enabled and x not in enabled))
        word = "task driver" if kind == "TaskDrivers" else "group network mode"
        if len(bad) == 1:
            found.append(f'used {word} "{bad[0]}" is not allowed in namespace "{space["Name"]}"')
        elif bad:
            listed = " ".join(f'"{x}"' for x in bad)
            found.append(f'used {word}s [{listed}] are not allowed in namespace "{space["Name"]}"')
    return found


def enforce(current: Row | None, body: dict[str, Any]) -> None:
    """Compare and set by JobModifyIndex (recording 028). Raises ApiError 500."""
    if not body.get("EnforceIndex"):
        return
    wanted = body.get("JobModifyIndex") or 0
    if current is None:
        problem = "job does not exist" if wanted else ""
    elif not wanted:
        problem = "job already exists"
    elif wanted != current["JobModifyIndex"]:
        problem = f"job exists with conflicting job modify index: {current['JobModifyIndex']}"
    else:
        problem = ""
    if problem:
        raise ApiError(500, f"Enforcing job modify index {wanted}: {problem}")


def keep_counts(current: Row | None, job: Fields) -> Fields:
    """The job with the numbers of copies that stand now."""
    counts = {g["Name"]: g["Count"] for g in (current or {}).get("TaskGroups", [])}
    groups = [{**g, "Count": counts.get(g["Name"], g["Count"])} for g in job["TaskGroups"]]
    return {**job, "TaskGroups": groups}


def register(change: Change, job: Fields, current: Row | None) -> tuple[Row, int]:
    """Write the job and its evaluation. Returns the evaluation and the JobModifyIndex to answer.

    An unchanged job makes no new version; the answer then holds its ModifyIndex (recording 029).
    """
    if current is not None and same_spec(current, job):
        put_job(change, current)
        evaluation = new_eval(change, current, "job-register", JobModifyIndex=change.index)
        return evaluation, int(current["ModifyIndex"])
    written = deployments.new_version(change, job, current)
    return new_eval(change, written, "job-register", JobModifyIndex=change.index), change.index


def outcome(evaluation: Row | None, index: int, modify_index: int, warning: str = "") -> dict[str, Any]:
    """The answer to a registration."""
    return {
        "EvalCreateIndex": evaluation["CreateIndex"] if evaluation else 0,
        "EvalID": evaluation["ID"] if evaluation else "",
        "Index": index,
        "JobModifyIndex": modify_index,
        "KnownLeader": False,
        "LastContact": 0,
        "NextToken": "",
        "Warnings": warning,
    }


__all__ = ["check", "enforce", "keep_counts", "outcome", "register", "requested", "warnings"]
