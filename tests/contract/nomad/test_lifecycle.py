"""A job's life: registered, running, changed, scaled, stopped, purged. State is lived, on either server."""

import pytest

from tests.contract.nomad import examples
from tests.contract.nomad.target import Target
from tests.waiting import wait_for


def test_a_job_runs_and_its_deployment_succeeds(nomad: Target) -> None:
    job = examples.sleeper("run")
    with nomad.running(job) as answer:
        evaluation = nomad.evaluated(answer["EvalID"])
        assert evaluation["TriggeredBy"] == "job-register"
        deployment = nomad.deployment(job["ID"], "successful")
        assert deployment["StatusDescription"] == "Deployment completed successfully"
        assert deployment["TaskGroups"]["main"]["HealthyAllocs"] == 1
        alloc = nomad.wait_alloc(job["ID"], "running")
        assert alloc["ClientDescription"] == "Tasks are running"
        assert [e["Type"] for e in alloc["TaskStates"]["main"]["Events"]] == [
            "Received",
            "Task Setup",
            "Started",
        ]
        read = nomad.get(f"/v1/job/{job['ID']}")
        assert (read["Status"], read["Version"], read["Stable"]) == ("running", 0, True)


def test_registering_by_compare_and_set(nomad: Target) -> None:
    job = examples.sleeper("cas")
    with nomad.running(job):
        index = nomad.get(f"/v1/job/{job['ID']}")["JobModifyIndex"]
        again = nomad.call(
            "POST", "/v1/jobs", {"Job": nomad.placed(job), "EnforceIndex": True, "JobModifyIndex": 0}
        )
        assert (again.status_code, again.text) == (500, "Enforcing job modify index 0: job already exists")
        stale = nomad.call(
            "POST", "/v1/jobs", {"Job": nomad.placed(job), "EnforceIndex": True, "JobModifyIndex": 1}
        )
        wanted = f"Enforcing job modify index 1: job exists with conflicting job modify index: {index}"
        assert (stale.status_code, stale.text) == (500, wanted)
    absent = examples.sleeper("cas-absent")
    answer = nomad.call(
        "POST", "/v1/jobs", {"Job": nomad.placed(absent), "EnforceIndex": True, "JobModifyIndex": 7}
    )
    assert (answer.status_code, answer.text) == (500, "Enforcing job modify index 7: job does not exist")


def test_the_same_again_makes_no_new_version(nomad: Target) -> None:
    job = examples.sleeper("same")
    with nomad.running(job) as first:
        alloc = nomad.wait_alloc(job["ID"], "running")
        nomad.deployment(job["ID"], "successful")
        before = nomad.get(f"/v1/job/{job['ID']}")
        second = nomad.register(job)
        assert second["EvalID"] != first["EvalID"]
        nomad.evaluated(second["EvalID"])
        after = nomad.get(f"/v1/job/{job['ID']}")
        assert (after["Version"], after["JobModifyIndex"]) == (0, before["JobModifyIndex"])
        assert [a["ID"] for a in nomad.allocs(job["ID"])] == [alloc["ID"]]


def test_a_change_of_environment_replaces(nomad: Target) -> None:
    job = examples.sleeper("replace")
    with nomad.running(job):
        old = nomad.wait_alloc(job["ID"], "running")
        nomad.deployment(job["ID"], "successful")
        job["TaskGroups"][0]["Tasks"][0]["Env"] = {"COLOUR": "blue"}
        nomad.register(job)
        nomad.deployment(job["ID"], "successful", version=1)
        ended = next(a for a in nomad.allocs(job["ID"]) if a["ID"] == old["ID"])
        assert ended["DesiredStatus"] == "stop"
        assert ended["DesiredDescription"] == "alloc is being updated due to job update"
        newest = nomad.wait_alloc(job["ID"], "running")
        assert ended["NextAllocation"] == newest["ID"]
        assert newest["JobVersion"] == 1


def test_a_change_of_update_policy_keeps_the_allocation(nomad: Target) -> None:
    job = examples.sleeper("in-place")
    with nomad.running(job):
        old = nomad.wait_alloc(job["ID"], "running")
        nomad.deployment(job["ID"], "successful")
        job["Update"] = {**job["Update"], "AutoRevert": True}
        nomad.register(job)
        nomad.deployment(job["ID"], "successful", version=1)
        kept = nomad.wait_alloc(job["ID"], "running")
        assert (kept["ID"], kept["JobVersion"]) == (old["ID"], 1)


def test_a_rolling_change_goes_one_by_one(nomad: Target) -> None:
    job = examples.sleeper("roll", group={"Count": 2})
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        job["Meta"] = {"owner": "contract", "step": "2"}
        plan = nomad.send("POST", f"/v1/job/{job['ID']}/plan", {"Job": nomad.placed(job), "Diff": True})
        updates = plan["Annotations"]["DesiredTGUpdates"]["main"]
        assert (updates["DestructiveUpdate"], updates["Ignore"]) == (1, 1)
        nomad.register(job)
        nomad.deployment(job["ID"], "successful", version=1)
        live = [a for a in nomad.allocs(job["ID"]) if a["DesiredStatus"] == "run"]
        assert sorted(a["Name"] for a in live) == [f"{job['ID']}.main[0]", f"{job['ID']}.main[1]"]
        assert {a["JobVersion"] for a in live} == {1}


def test_stop_then_start_then_purge(nomad: Target) -> None:
    job = examples.sleeper("stop")
    nomad.register(job)
    nomad.wait_alloc(job["ID"], "running")
    answer = nomad.send("DELETE", f"/v1/job/{job['ID']}")
    assert answer["EvalID"]
    ended = nomad.wait_alloc(job["ID"], "complete")
    kinds = [e["Type"] for e in ended["TaskStates"]["main"]["Events"]]
    assert kinds[-3:] == ["Killing", "Terminated", "Killed"]
    assert ended["DesiredDescription"] == "alloc not needed due to job update"
    wait_for(lambda: nomad.get(f"/v1/job/{job['ID']}")["Status"] == "dead", 10, "a stopped job is dead")
    assert nomad.get(f"/v1/job/{job['ID']}")["Stop"] is True
    nomad.register(job)
    nomad.wait_alloc(job["ID"], "running")
    assert nomad.get(f"/v1/job/{job['ID']}")["Stop"] is False
    nomad.purge(job["ID"])
    gone = nomad.call("GET", f"/v1/job/{job['ID']}")
    assert (gone.status_code, gone.text) == (404, "job not found")


def test_scaling_down_stops_the_highest(nomad: Target) -> None:
    job = examples.sleeper("scale", group={"Count": 3})
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        body = {"Count": 1, "Target": {"Group": "main"}, "Message": "one is enough"}
        nomad.send("POST", f"/v1/job/{job['ID']}/scale", body)

        def left() -> list[str]:
            return [a["Name"] for a in nomad.allocs(job["ID"]) if a["DesiredStatus"] == "run"]

        wait_for(lambda: left() == [f"{job['ID']}.main[0]"], 15, "only the first copy is wanted")
        status = nomad.get(f"/v1/job/{job['ID']}/scale")["TaskGroups"]["main"]
        assert (status["Desired"], status["Events"][0]["PreviousCount"]) == (1, 3)
        missing = nomad.call("POST", f"/v1/job/{job['ID']}/scale", {**body, "Target": {"Group": "nope"}})
        assert missing.status_code == 400


def test_revert_brings_an_old_version_back(nomad: Target) -> None:
    job = examples.sleeper("revert")
    with nomad.running(job):
        nomad.deployment(job["ID"], "successful")
        job["TaskGroups"][0]["Tasks"][0]["Env"] = {"A": "1"}
        nomad.register(job)
        nomad.deployment(job["ID"], "successful", version=1)
        body = {"JobID": job["ID"], "JobVersion": 0}
        nomad.send("POST", f"/v1/job/{job['ID']}/revert", body)
        nomad.deployment(job["ID"], "successful", version=2)
        assert not nomad.get(f"/v1/job/{job['ID']}")["TaskGroups"][0]["Tasks"][0]["Env"]
        same = nomad.call("POST", f"/v1/job/{job['ID']}/revert", {"JobID": job["ID"], "JobVersion": 2})
        assert same.status_code == 500
        assert "revert to current version" in same.text


def test_restarting_a_task_in_place(nomad: Target) -> None:
    job = examples.sleeper("restart")
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "running")
        nomad.send("PUT", f"/v1/client/allocation/{alloc['ID']}/restart", {"TaskName": "main"})

        def restarted() -> bool:
            state = nomad.allocs(job["ID"])[-1]["TaskStates"]["main"]
            return bool(state["Restarts"] == 1 and state["State"] == "running")

        wait_for(restarted, 15, "the task runs again")
        found = nomad.allocs(job["ID"])[-1]
        assert found["ID"] == alloc["ID"]
        kinds = [e["Type"] for e in found["TaskStates"]["main"]["Events"]]
        assert {"Restart Signaled", "Restarting"} <= set(kinds)
        assert kinds[-1] == "Started"


def test_stopping_an_allocation_makes_another(nomad: Target) -> None:
    job = examples.sleeper("alloc-stop")
    with nomad.running(job):
        old = nomad.wait_alloc(job["ID"], "running")
        nomad.deployment(job["ID"], "successful")
        nomad.send("POST", f"/v1/allocation/{old['ID']}/stop")
        wait_for(lambda: nomad.allocs(job["ID"])[-1]["ID"] != old["ID"], 15, "another takes its place")
        nomad.wait_alloc(job["ID"], "running")
        first = next(a for a in nomad.allocs(job["ID"]) if a["ID"] == old["ID"])
        assert first["DesiredDescription"] == "alloc is being migrated"


@pytest.mark.parametrize(
    ("attempts", "tries", "reason"),
    [
        pytest.param(0, 1, "Policy allows no restarts", id="none allowed"),
        pytest.param(
            1, 2, 'Exceeded allowed attempts 1 in interval 30s and mode is "fail"', id="one allowed"
        ),
    ],
)
def test_a_crash_says_how_it_ended(nomad: Target, attempts: int, tries: int, reason: str) -> None:
    job = examples.shell("echo starting; echo boom >&2; exit 3", "crash")
    policy = job["TaskGroups"][0]["RestartPolicy"]
    policy |= {"Attempts": attempts, "Delay": examples.SECOND // 10}
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "failed")
        state = alloc["TaskStates"]["main"]
        ends = [e for e in state["Events"] if e["Type"] == "Terminated"]
        assert [(e["ExitCode"], e["DisplayMessage"]) for e in ends] == [(3, "Exit Code: 3")] * tries
        assert next(e for e in state["Events"] if e["Type"] == "Not Restarting")["DisplayMessage"] == reason
        assert (state["Failed"], state["State"], alloc["ClientDescription"]) == (True, "dead", "Failed tasks")
        assert nomad.logs(alloc["ID"], "stderr") == "boom\n" * tries
        failed = nomad.deployment(job["ID"], "failed")
        assert failed["StatusDescription"] == "Failed due to unhealthy allocations"


def test_a_failed_job_is_tried_again_after_its_delay(nomad: Target) -> None:
    job = examples.shell("exit 4", "again")
    retry = {"Attempts": 1, "Interval": 600 * examples.SECOND, "Delay": 5 * examples.SECOND}
    job["TaskGroups"][0]["ReschedulePolicy"] = {**retry, "DelayFunction": "constant", "Unlimited": False}
    with nomad.running(job):
        wait_for(lambda: len(nomad.allocs(job["ID"])) > 1, 25, "a second allocation is made")
        nomad.wait_alloc(job["ID"], "failed")
        first, second = nomad.allocs(job["ID"])
        assert first["NextAllocation"] == second["ID"]
        assert len(second["RescheduleTracker"]["Events"]) == 1
        nomad.deployment(job["ID"], "failed", deadline_s=40)


def test_a_batch_job_ends_well(nomad: Target) -> None:
    job = examples.batch("once", "/bin/echo", ["bonjour"])
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "complete")
        assert nomad.logs(alloc["ID"]) == "bonjour\n"
        wait_for(lambda: nomad.get(f"/v1/job/{job['ID']}")["Status"] == "dead", 10, "its job is dead")
