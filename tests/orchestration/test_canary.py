"""A release beside the one that serves: no traffic until it is let in, and given up without a trace."""

from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import OutsideConflict
from kernel.units import Amounts
from orchestration.policy import judge
from orchestration.render import render_job
from orchestration.specs import AppSpec, Resources
from orchestration.states import ObservedState
from tests.fakes import Trouble
from tests.fakes.fakejob import FakeJob
from tests.orchestration.examples import NOTEBOOK, SLUG, WEB, rules_for
from tests.orchestration.runs import Run, conditions

TWO = replace(WEB, resources=Resources(200, 256, count=2))


def begun(*, auto_promote: bool = False, **more: Any) -> Run:
    """Release 3 serves, release 4 comes by a canary."""
    run = Run(TWO)
    run.until_done()
    run.release(release=4, env={"WIKI_TITLE": "new"}, strategy="canary", auto_promote=auto_promote, **more)
    return run


def moved(run: Run, looks: int = 8) -> None:
    for _ in range(looks):
        run.look()
        run.lab.advance()


def releases(run: Run) -> list[str]:
    """The releases whose instances carry the app's routers."""
    standing = run.lab.services.registered.values()
    return sorted(each.meta["paillasse-release"] for each in standing if "traefik.enable=true" in each.tags)


def test_a_canary_waits_and_takes_no_traffic() -> None:
    run = begun()
    moved(run)
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.done) == (ObservedState.RUNNING, "canary.waiting", False)
    assert seen.facts == {"healthy": 1, "wanted": 1}
    assert releases(run) == ["3", "3"], "the router leads to what served before"
    assert conditions(seen)["Answering"] == ("true", ""), "the address was asked"
    assert not seen.failed


def test_it_is_let_in_once_somebody_says_so() -> None:
    run = begun()
    moved(run)
    run.spec = replace(run.spec, promoted=True)
    assert run.until_done().state is ObservedState.RUNNING
    run.lab.settle()
    assert releases(run) == ["4", "4"]
    promoted = run.lab.jobs.count("promote")
    moved(run, 3)
    assert run.lab.jobs.count("promote") == promoted == 1, "and once only"


def test_saying_so_before_it_is_healthy_is_kept_until_it_is() -> None:
    run = begun(promoted=True)
    run.look()
    assert run.lab.jobs.count("promote") == 0
    assert run.until_done().state is ObservedState.RUNNING


def test_an_automatic_one_is_let_in_by_nomad() -> None:
    run = begun(auto_promote=True)
    assert run.until_done().state is ObservedState.RUNNING
    assert run.lab.jobs.count("promote") == 0
    run.lab.settle()
    assert releases(run) == ["4", "4"]


def test_while_nomad_is_about_to_let_it_in_nobody_has_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeJob, "promote", lambda _job: None)  # it takes a moment
    run = begun(auto_promote=True)
    moved(run)
    seen = run.look()
    assert (seen.state, seen.reason_code, seen.done) == (ObservedState.RUNNING, "canary.promoting", False)
    assert seen.facts == {"healthy": 1, "wanted": 1}


def test_given_up_it_is_gone_and_nothing_else_was_touched() -> None:
    run = begun()
    before = {alloc.id for alloc in run.lab.jobs.jobs[SLUG].current()}
    moved(run)
    run.release(release=5, env=dict(TWO.env), strategy="rolling", auto_promote=False)
    assert run.until_done().state is ObservedState.RUNNING
    run.lab.settle()
    assert {alloc.id for alloc in run.lab.jobs.jobs[SLUG].current()} == before
    assert releases(run) == ["5", "5"]


def test_one_that_gets_never_healthy_is_reverted() -> None:
    run = begun()
    run.lab.jobs.trouble[SLUG] = Trouble("exit", exit_code=9, release=4)
    moved(run, 10)
    seen = run.look()
    assert (seen.state, seen.reason_code) == (ObservedState.DEGRADED, "job.reverted")
    assert (seen.facts["release"], seen.facts["serves"]) == (4, 3)
    assert releases(run) == ["3", "3"]


def test_what_is_not_healthy_is_not_promoted() -> None:
    run = begun()
    run.look()
    deployment = run.lab.jobs.status(SLUG).deployment
    assert deployment is not None
    with pytest.raises(OutsideConflict):
        run.lab.jobs.promote(deployment.id)


@pytest.mark.parametrize(
    ("spec", "forbidden"),
    [
        pytest.param(WEB, False, id="nothing kept: a second copy does no harm"),
        pytest.param(NOTEBOOK, True, id="a volume with one writer: the copy that stands must end first"),
    ],
)
def test_no_canary_beside_a_volume_with_one_writer(spec: AppSpec, *, forbidden: bool) -> None:
    job = render_job(replace(spec, strategy="canary"))
    assert ("policy.canary" in [each.code for each in judge(job, rules_for(spec))]) is forbidden


def test_more_canaries_than_are_charged_are_refused() -> None:
    job = render_job(replace(WEB, strategy="canary"))
    job["TaskGroups"][0]["Update"]["Canary"] = 2
    assert "policy.canary" in [each.code for each in judge(job, rules_for(WEB))]


def test_canaries_are_charged_beside_what_stands() -> None:
    small, large = Resources(100, 64, count=2), Resources(400, 128, count=1)
    beside = Amounts(apps=1, cpu_mhz=800, memory_mib=256)
    assert large.charge_beside(small) == beside, "the larger of the two, and the canary"
