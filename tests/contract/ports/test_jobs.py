"""The contract of the port `Jobs`."""

import json
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused, Unavailable
from kernel.names import OutsideNames
from orchestration.ports import AllocState, JobLine
from orchestration.render.job import group_volumes
from orchestration.specs import Volume, VolumeKind
from tests.contract.ports.world import World, a_job

UNKNOWN_ALLOC = "00000000-0000-4000-8000-000000000000"


def running(world: World, slug: str) -> AllocState:
    """Wait for a healthy allocation."""

    def look() -> AllocState | None:
        live = world.drivers.jobs.status(slug).allocations
        return next((each for each in live if each.healthy and each.client_status == "running"), None)

    return world.until(look, f"{slug} is healthy")


def ended(world: World, slug: str) -> bool:
    """Whether nothing of a job runs any more."""
    status = world.drivers.jobs.status(slug)
    return all(each.client_status not in {"pending", "running"} for each in status.allocations)


def test_a_job_that_never_was_is_none(world: World, slug: str) -> None:
    status = world.drivers.jobs.status(slug)
    assert (status.job, status.allocations, status.deployment, status.blocked) == (None, (), None, None)


def test_register_returns_the_index_that_stands(world: World, slug: str) -> None:
    index = world.drivers.jobs.register(a_job(slug), expected_index=0)
    job = world.drivers.jobs.status(slug).job
    assert job is not None
    assert (job.id, job.modify_index, job.stopped) == (slug, index, False)
    assert job.meta["paillasse.app"] == slug


def test_registering_a_new_job_twice_is_a_conflict(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    with pytest.raises(OutsideConflict):
        world.drivers.jobs.register(a_job(slug, count=2), expected_index=0)


def test_an_old_index_loses_and_changes_nothing(world: World, slug: str) -> None:
    first = world.drivers.jobs.register(a_job(slug), expected_index=0)
    second = world.drivers.jobs.register(a_job(slug, count=2), expected_index=first)
    assert second > first
    with pytest.raises(OutsideConflict):
        world.drivers.jobs.register(a_job(slug, count=3), expected_index=first)
    job = world.drivers.jobs.status(slug).job
    assert job is not None
    assert job.modify_index == second
    assert job.raw["TaskGroups"][0]["Count"] == 2


def test_the_same_job_again_makes_no_new_version(world: World, slug: str) -> None:
    index = world.drivers.jobs.register(a_job(slug), expected_index=0)
    before = world.drivers.jobs.status(slug).job
    assert world.drivers.jobs.register(a_job(slug), expected_index=index) == index
    after = world.drivers.jobs.status(slug).job
    assert before is not None
    assert after is not None
    assert after.version == before.version


def test_it_runs_and_its_deployment_succeeds(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    alloc = running(world, slug)
    assert list(alloc.tasks) == ["app"]
    assert any(event.type == "Started" for event in alloc.tasks["app"])
    assert (alloc.failed, alloc.oom_killed) == (False, False)

    def verdict() -> bool:
        deployment = world.drivers.jobs.status(slug).deployment
        return deployment is not None and deployment.status == "successful"

    world.until(verdict, "the deployment is successful")


def test_a_plan_says_what_would_change(world: World, slug: str) -> None:
    jobs = world.drivers.jobs
    assert jobs.plan(a_job(slug)).diff_type == "Added"
    index = jobs.register(a_job(slug), expected_index=0)
    running(world, slug)
    same, more = jobs.plan(a_job(slug)), jobs.plan(a_job(slug, count=2))
    assert (same.diff_type, same.modify_index) == ("None", index)
    assert more.diff_type == "Edited"
    assert more.failures == {}


def test_a_job_without_groups_is_refused(world: World, slug: str) -> None:
    job: dict[str, Any] = {**a_job(slug), "TaskGroups": []}
    with pytest.raises(OutsideRefused):
        world.drivers.jobs.register(job, expected_index=0)
    assert world.drivers.jobs.status(slug).job is None


def test_stop_ends_it_and_may_be_repeated(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    running(world, slug)
    world.drivers.jobs.stop(slug)
    world.until(lambda: ended(world, slug), "nothing runs")
    job = world.drivers.jobs.status(slug).job
    assert job is not None
    assert job.stopped
    world.drivers.jobs.stop(slug)


def test_stopping_what_never_was_is_nothing(world: World, slug: str) -> None:
    world.drivers.jobs.stop(slug)
    world.drivers.jobs.stop(slug, purge=True)
    assert world.drivers.jobs.status(slug).job is None


def test_a_stopped_job_starts_again_by_the_index_it_has(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    world.drivers.jobs.stop(slug)
    stopped = world.drivers.jobs.status(slug).job
    assert stopped is not None
    world.drivers.jobs.register(a_job(slug), expected_index=stopped.modify_index)
    running(world, slug)


def test_purge_makes_it_none_and_new_again(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    running(world, slug)
    world.drivers.jobs.stop(slug, purge=True)
    assert world.drivers.jobs.status(slug).job is None
    world.until(lambda: not world.drivers.jobs.status(slug).allocations, "nothing runs")
    world.drivers.jobs.register(a_job(slug), expected_index=0)


def test_logs_of_what_does_not_stand_are_empty(world: World) -> None:
    jobs = world.drivers.jobs
    assert jobs.log_tail(UNKNOWN_ALLOC, "app", "stdout") == ""
    assert "".join(jobs.log_follow(UNKNOWN_ALLOC, "app", "stderr")) == ""
    assert "".join(jobs.log_read(UNKNOWN_ALLOC, "app", "stderr")) == ""


def test_what_an_allocation_uses(world: World, slug: str) -> None:
    jobs = world.drivers.jobs
    assert jobs.usage(UNKNOWN_ALLOC) is None
    jobs.register(a_job(slug), expected_index=0)
    alloc = running(world, slug)
    (listed,) = [each for each in jobs.allocations() if each.job_id == slug]
    assert listed.id == alloc.id
    assert listed.cpu_mhz > 0
    assert listed.memory_mib > 0
    used = world.until(lambda: jobs.usage(alloc.id), "its machine tells figures")
    assert used.cpu_mhz >= 0
    assert used.memory_mib >= 0


def test_logs_are_read_from_their_end(world: World, slug: str) -> None:
    jobs = world.drivers.jobs
    jobs.register(a_job(slug), expected_index=0)
    alloc = running(world, slug)
    world.serves(alloc.id)
    text = world.until(lambda: jobs.log_tail(alloc.id, "app", "stderr"), "a line was written")
    assert '"GET / HTTP/1.1" 200' in text
    assert len(jobs.log_tail(alloc.id, "app", "stderr", limit_bytes=7).encode()) == 7
    assert len("".join(jobs.log_read(alloc.id, "app", "stderr", limit_bytes=7)).encode()) == 7
    assert "GET" in next(chunk for chunk in jobs.log_follow(alloc.id, "app", "stderr") if chunk)


def test_a_task_that_ends_badly_says_its_exit_code(world: World, slug: str) -> None:
    world.drivers.jobs.register(world.breaks(a_job(slug), "exit"), expected_index=0)

    def failure() -> AllocState | None:
        return next((each for each in world.drivers.jobs.status(slug).allocations if each.failed), None)

    alloc = world.until(failure, "the allocation failed")
    events = alloc.tasks["app"]
    assert 3 in [event.exit_code for event in events if event.type == "Terminated"]
    assert any(event.fails_task for event in events)
    assert alloc.healthy is not True


def test_what_fits_nowhere_says_what_lacks(world: World, slug: str) -> None:
    world.drivers.jobs.register(world.breaks(a_job(slug), "placement"), expected_index=0)
    blocked = world.until(lambda: world.drivers.jobs.status(slug).blocked, "placement failed")
    assert "memory" in blocked.dimensions
    assert blocked.nodes_exhausted >= 1
    assert world.drivers.jobs.status(slug).allocations == ()


def test_a_volume_is_made_once_and_deleted_once(world: World, slug: str) -> None:
    jobs, name = world.drivers.jobs, f"{slug}-data"
    assert not jobs.volume_exists(name)
    jobs.create_volume(name, size_mib=16)
    jobs.create_volume(name, size_mib=16)
    assert jobs.volume_exists(name)
    (home,) = jobs.volume_homes(name)
    assert (home.status, home.away, home.gone) == ("ready", False, False)
    assert home.node in [node.name for node in jobs.nodes()]
    jobs.delete_volume(name)
    assert jobs.volume_homes(name) == ()
    world.until(lambda: not jobs.volume_exists(name), "the volume is gone")
    jobs.delete_volume(name)


def test_a_csi_volume_is_made_once_and_deleted_once(world: World, slug: str) -> None:
    """On solo a directory stands in for the plugin; a real one is tried where CSI_PLUGIN_ID names it."""
    jobs, name = world.drivers.jobs, f"{slug}-shared"
    assert not jobs.volume_exists(name, kind="csi")
    jobs.delete_volume(name, kind="csi")
    try:
        jobs.create_volume(name, size_mib=16, kind="csi")
    except Misconfigured as refused:
        assert "CSI plugin" in refused.detail  # noqa: PT017 - a Nomad without a plugin is this test's other end
        return
    jobs.create_volume(name, size_mib=16, kind="csi")
    assert jobs.volume_exists(name, kind="csi")
    assert not jobs.volume_exists(name), "a CSI volume is no host volume"
    jobs.delete_volume(name)
    assert jobs.volume_exists(name, kind="csi"), "nor deleted as one"
    jobs.delete_volume(name, kind="csi")
    assert not jobs.volume_exists(name, kind="csi")


@pytest.mark.parametrize("kind", ["host", "csi"])
def test_the_list_of_volumes_holds_those_of_our_form(world: World, slug: str, kind: VolumeKind) -> None:
    jobs, name, other = world.drivers.jobs, OutsideNames(slug).volume("data"), f"other-{uuid4().hex[:8]}"
    try:
        for each in (name, other):
            jobs.create_volume(each, size_mib=16, kind=kind)
    except Misconfigured:
        assert kind == "csi", "a cluster may have no CSI plugin, and then says so"
        return
    listed = jobs.list_volumes()
    (found,) = [each for each in listed if each.name == name]
    assert (found.kind, bool(found.node_id)) == (kind, kind == "host"), "a host volume stands on one machine"
    assert other not in [each.name for each in listed]
    for each in (name, other):
        jobs.delete_volume(each, kind=kind)
    assert name not in [each.name for each in jobs.list_volumes()]


@pytest.mark.parametrize("kind", ["host", "csi"])
def test_a_volume_in_use_is_deleted_once_it_is_free(world: World, slug: str, kind: VolumeKind) -> None:
    """Meanwhile the part says "not now", never "no": the worker asks again."""
    jobs, volume = world.drivers.jobs, Volume("data", 16, "data", kind)
    name = OutsideNames(slug).volume("data")
    try:
        jobs.create_volume(name, size_mib=16, kind=kind)
    except Misconfigured:
        assert kind == "csi", "a cluster may have no CSI plugin, and then says so"
        return
    job = a_job(slug)
    job["TaskGroups"][0]["Volumes"] = group_volumes(OutsideNames(slug), (volume,))
    jobs.register(job, expected_index=0)
    running(world, slug)
    with pytest.raises(Unavailable):
        jobs.delete_volume(name, kind=kind)
    jobs.stop(slug)
    world.until(lambda: ended(world, slug), "the job ended")

    def deleted() -> bool:
        with suppress(Unavailable):
            jobs.delete_volume(name, kind=kind)
        return not jobs.volume_exists(name, kind=kind)

    world.until(deleted, "the volume is gone")


@pytest.mark.parametrize("kind", ["host", "csi"])
def test_a_keeper_measures_a_volume_and_ends(world: World, slug: str, kind: VolumeKind) -> None:
    jobs, work = world.drivers.jobs, uuid4()
    volume = Volume("data", 16, "data", kind)
    name = OutsideNames(slug).volume("data")
    try:
        jobs.create_volume(name, size_mib=16, kind=kind)
    except Misconfigured:
        assert kind == "csi", "a cluster may have no CSI plugin, and then says so"
        return
    job_id = OutsideNames(slug).keeper(work)
    jobs.register(world.keeper(slug, work, volume), expected_index=0)

    def ended() -> AllocState | None:
        found = jobs.status(job_id).allocations
        return next((each for each in found if each.client_status in {"complete", "failed"}), None)

    alloc = world.until(ended, "the keeper ended")
    assert alloc.client_status == "complete", (alloc, jobs.log_tail(alloc.id, "keep", "stderr"))
    assert json.loads(jobs.log_tail(alloc.id, "keep", "stdout"))["files"] == 0
    assert job_id not in [job.id for job in jobs.list_ours()], "it is no app's job"
    jobs.stop(job_id, purge=True)
    assert jobs.status(job_id).job is None
    world.until(lambda: not jobs.status(job_id).allocations, "nothing of it stays")
    jobs.delete_volume(name, kind=kind)


def test_only_marked_jobs_are_ours(world: World, slug: str) -> None:
    world.drivers.jobs.register(a_job(slug), expected_index=0)
    assert slug in [job.id for job in world.drivers.jobs.list_ours()]
    job = world.drivers.jobs.status(slug).job
    assert job is not None
    world.drivers.jobs.register({**a_job(slug), "Meta": {"owner": "other"}}, expected_index=job.modify_index)
    assert slug not in [job.id for job in world.drivers.jobs.list_ours()]


def test_the_list_of_all_tells_of_each_what_a_look_at_it_tells(world: World, slug: str) -> None:
    jobs = world.drivers.jobs
    jobs.register(a_job(slug), expected_index=0)
    running(world, slug)

    def settled() -> JobLine | None:
        line = next(each for each in jobs.statuses() if each.id == slug)
        return None if line.moving else line

    line, job = world.until(settled, "the deployment ended"), jobs.status(slug).job
    assert job is not None
    assert (line.version, line.submitted_ns, line.stopped) == (job.version, job.submitted_ns, False)
    assert [(each.job_version, each.client_status, each.healthy) for each in line.allocations] == [
        (job.version, "running", True)
    ]
    jobs.stop(slug)
    assert next(each for each in jobs.statuses() if each.id == slug).stopped
    jobs.stop(slug, purge=True)
    assert slug not in [each.id for each in jobs.statuses()]


def test_a_job_made_anew_is_not_the_one_of_before(world: World, slug: str) -> None:
    jobs = world.drivers.jobs
    jobs.register(a_job(slug), expected_index=0)
    before = next(each for each in jobs.statuses() if each.id == slug)
    jobs.stop(slug, purge=True)
    jobs.register(a_job(slug), expected_index=0)
    after = next(each for each in jobs.statuses() if each.id == slug)
    assert before.submitted_ns != after.submitted_ns


def test_a_node_is_ready_and_says_its_size(world: World) -> None:
    ready = [node for node in world.drivers.jobs.nodes() if node.status == "ready" and node.eligible]
    assert ready
    assert all(node.cpu_mhz > 0 and node.memory_mib > 0 and node.drivers for node in ready)
