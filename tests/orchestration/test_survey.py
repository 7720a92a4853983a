"""Lists against what settled apps left: agreement is believed, disagreement is only a reason to look."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orchestration import survey
from orchestration.ports import AllocLine, JobLine, SecretNames, Tally
from orchestration.survey import Expected, Outcome, Reading

RUNNING = Expected(
    stands=True, version=3, submitted_ns=7, copies=2, service="a", routers=("a-http", "a-https"), answers=True
)
STOPPED = Expected(stands=False)
ARCHIVED = Expected(stands=False, service="a", routers=("a-http",))
HEALTHY = AllocLine(3, "running", healthy=True)
LINE = JobLine("a", 3, 7, stopped=False, allocations=(HEALTHY, HEALTHY))


def by_jobs(app: Expected, *lines: JobLine) -> Outcome:
    """One app `a`, and a list that shows others too."""
    other = replace(LINE, id="other")
    listed = [*lines, other]
    return survey.compare({"a": app}, {"nomad": Reading(survey.of_jobs(listed), len(listed))})


JOBS: list[tuple[str, Expected, tuple[JobLine, ...], bool]] = [
    ("as it was", RUNNING, (LINE,), True),
    ("more copies than wanted", RUNNING, (replace(LINE, allocations=(HEALTHY,) * 3),), True),
    ("no verdict on a copy that Nomad placed anew", RUNNING,
     (replace(LINE, allocations=(HEALTHY, replace(HEALTHY, healthy=None))),), True),
    ("copies of another version beside", RUNNING,
     (replace(LINE, allocations=(HEALTHY, HEALTHY, AllocLine(2, "complete", healthy=True))),), True),
    ("gone", RUNNING, (), False),
    ("another version", RUNNING, (replace(LINE, version=4),), False),
    ("purged and made anew by somebody", RUNNING, (replace(LINE, submitted_ns=8),), False),
    ("stopped", RUNNING, (replace(LINE, stopped=True),), False),
    ("a copy is missing", RUNNING, (replace(LINE, allocations=(HEALTHY,)),), False),
    ("a copy is unhealthy", RUNNING,
     (replace(LINE, allocations=(HEALTHY, replace(HEALTHY, healthy=False))),), False),
    ("a copy is lost", RUNNING,
     (replace(LINE, allocations=(HEALTHY, replace(HEALTHY, client_status="lost"))),), False),
    ("a deployment is under way", RUNNING, (replace(LINE, moving=True),), False),
    ("stopped, and still known", STOPPED, (replace(LINE, stopped=True, allocations=()),), True),
    ("stopped, and forgotten by Nomad", STOPPED, (), True),
    ("stopped, and running again", STOPPED, (LINE,), False),
    ("stopped, and a copy that a lost machine may still run", STOPPED,
     (replace(LINE, stopped=True, allocations=(replace(HEALTHY, client_status="unknown"),)),), False),
]  # fmt: skip


@pytest.mark.parametrize(("why", "app", "lines", "agrees"), JOBS, ids=[case[0] for case in JOBS])
def test_what_nomads_list_says_of_one_app(
    why: str, app: Expected, lines: tuple[JobLine, ...], agrees: bool
) -> None:
    found = by_jobs(app, *lines)
    assert (found.agreed == {"a"}, found.differing == {"a"}) == (agrees, not agrees), why


EDGE: list[tuple[str, Expected, Reading, bool]] = [
    ("all pass", RUNNING, Reading(survey.of_services({"a": Tally(2, 0)}), 1), True),
    ("one fails", RUNNING, Reading(survey.of_services({"a": Tally(1, 1)}), 1), False),
    ("not registered", RUNNING, Reading(survey.of_services({"b": Tally(1, 0)}), 1), False),
    ("archived and still registered", ARCHIVED, Reading(survey.of_services({"a": Tally(1, 0)}), 1), False),
    ("archived and gone", ARCHIVED, Reading(survey.of_services({"b": Tally(1, 0)}), 1), True),
    ("both enabled", RUNNING,
     Reading(survey.of_routers({"a-http": "enabled", "a-https": "warning"}), 2), True),
    ("one disabled", RUNNING,
     Reading(survey.of_routers({"a-http": "enabled", "a-https": "disabled"}), 2), False),
    ("one missing", RUNNING, Reading(survey.of_routers({"a-http": "enabled"}), 1), False),
    ("archived and still routed", ARCHIVED, Reading(survey.of_routers({"a-http": "enabled"}), 1), False),
    ("stopped: the list has nothing to say", STOPPED, Reading(survey.of_routers({"b": "enabled"}), 1), True),
    ("all three stand", replace(RUNNING, secrets=True),
     Reading(survey.of_secrets(SecretNames(*[frozenset({"a"})] * 3)), 1), True),
    ("its role is gone", replace(RUNNING, secrets=True),
     Reading(survey.of_secrets(SecretNames(frozenset({"a"}), frozenset({"a"}), frozenset())), 1), False),
]  # fmt: skip


@pytest.mark.parametrize(("why", "app", "reading", "agrees"), EDGE, ids=[case[0] for case in EDGE])
def test_what_the_other_lists_say(why: str, app: Expected, reading: Reading, agrees: bool) -> None:
    found = survey.compare({"a": app}, {"part": reading})
    assert (found.agreed == {"a"}, found.differing == {"a"}) == (agrees, not agrees), why


def many(number: int, **listed: JobLine) -> tuple[Mapping[str, Expected], list[JobLine]]:
    """So many running apps, and a list that shows all of them well."""
    apps = {f"app-{n}": RUNNING for n in range(number)}
    return apps, [listed.get(slug, replace(LINE, id=slug)) for slug in apps]


def test_an_app_agrees_only_where_every_list_was_read() -> None:
    apps, lines = many(3)
    away = Reading(None, detail="consul.unavailable")
    found = survey.compare(apps, {"nomad": Reading(survey.of_jobs(lines), 3), "consul": away})
    assert not found.agreed
    assert not found.differing
    assert found.left == apps.keys()


def test_an_empty_list_makes_no_thousand_apps_due() -> None:
    apps, _ = many(1000)
    found = survey.compare(apps, {"nomad": Reading(survey.of_jobs([]), 0)})
    assert found.trusts["nomad"].doubted
    assert len(found.differing) == survey.SAMPLE
    assert not found.agreed
    assert len(found.left) == 1000 - survey.SAMPLE


def test_an_empty_list_does_not_prove_that_what_is_stopped_is() -> None:
    found = survey.compare({"a": STOPPED}, {"nomad": Reading(survey.of_jobs([]), 0)})
    assert found.left == {"a"}
    assert not found.trusts["nomad"].doubted, "a lab where nothing runs shows an empty list rightly"


def test_half_a_list_is_doubted_and_confirms_nothing() -> None:
    apps, lines = many(1000)
    found = survey.compare(apps, {"nomad": Reading(survey.of_jobs(lines[:500]), 500)})
    assert found.trusts["nomad"].doubted
    assert not found.agreed, "the half that it shows may be old"
    assert found.differing == {f"app-{n}" for n in range(500, 500 + survey.SAMPLE)}, "the oldest looks first"


def test_a_few_that_differ_are_all_looked_at_and_the_others_agree() -> None:
    apps, lines = many(1000)
    found = survey.compare(apps, {"nomad": Reading(survey.of_jobs(lines[: 1000 - survey.TOLERATED]), 980)})
    assert not found.trusts["nomad"].doubted
    assert len(found.differing) == survey.TOLERATED
    assert len(found.agreed) == 980


def test_whose_address_was_not_heard_is_left() -> None:
    apps, lines = many(2)
    found = survey.compare(apps, {"nomad": Reading(survey.of_jobs(lines), 2)}, {"app-1"})
    assert found.agreed == {"app-0"}
    assert found.left == {"app-1"}


def test_what_is_expected_survives_the_database() -> None:
    assert Expected.of(RUNNING.stored()) == RUNNING
    with pytest.raises(TypeError):
        Expected.of({**RUNNING.stored(), "of_a_later_version": 1})
