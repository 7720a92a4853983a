"""Every reason is made to happen, or it is said here why it cannot be, and which test plays it instead."""

import ast
from collections.abc import Mapping

from orchestration.explain import REASONS
from tests.flows.managing import ROOT
from tests.flows.reasons import test_meddling, test_reasons, test_surroundings

MADE_TO_HAPPEN = {
    *(case.told.code for case in test_reasons.TABLE.values()),
    *(case.told.code for case, _meddle in test_meddling.TABLE.values()),
    *(trouble.told.code for trouble in test_surroundings.TABLE.values()),
    *(told.code for told in test_surroundings.ELSEWHERE.values()),
    "job.stopping",  # test_surroundings: a program that does not want to end
}
ENGINE, DRIVERS, HERE = "tests/orchestration", "tests/drivers", "tests/flows/reasons"
AWAY = ("The part is suspended there.", "tests/flows/test_parts.py::test_it_waits_says_for_what_and_goes_on")
RACE = "Two must write within the same milliseconds; it is over at the next look, a fifth of a second later."
FIXED = (
    "A server of another version, or a rule of a lab's, may refuse what the portal asks: this one does not."
)
NO_PLUGIN = "The lab's CSI plugin says it: solo has directories instead, which are always willing."
PASSES = "It is over before anybody can ask for it: "
#: why not here, in a sentence, and the test that makes or plays it
NOT_HERE: Mapping[str, tuple[str, str]] = {
    **{f"{part}.unavailable": AWAY for part in ("nomad", "vault", "consul", "traefik")},
    "nomad.conflict": (
        RACE,
        f"{ENGINE}/test_engine_troubles.py::test_a_lost_comparison_is_looked_at_again_at_once",
    ),
    "vault.conflict": (
        RACE,
        "tests/contract/ports/test_secrets.py::test_another_version_loses_and_changes_nothing",
    ),
    **{
        f"storage.{kind}": (NO_PLUGIN, f"{DRIVERS}/test_csi.py::{test}")
        for kind, test in (
            ("unavailable", "test_a_claimed_volume_is_not_deleted"),
            ("refused", "test_what_the_plugin_says_is_named_by_what_to_do"),
            ("misconfigured", "test_what_keeps_nomad_from_asking_it"),
        )
    },
    "vault.refused": (FIXED, f"{DRIVERS}/test_vault.py::test_each_answer_is_named_by_what_to_do"),
    "consul.refused": (FIXED, f"{DRIVERS}/test_consul.py::test_each_answer_is_named_by_what_to_do"),
    "traefik.refused": (FIXED, f"{DRIVERS}/test_traefik.py::test_other_answers_are_no_absence"),
    "addresses.refused": (
        "Hosts and paths are checked when an app is asked for: only an older row can hold another.",
        f"{DRIVERS}/test_hostile_names.py::test_refused_before_the_wire",
    ),
    "traefik.misconfigured": (
        "A lab's proxy before its API may want a right, or a setting name another server: not here.",
        f"{DRIVERS}/test_traefik.py::test_other_answers_are_no_absence",
    ),
    "spec.refused": (
        "Forms, API and catalogue refuse the same values before: only an older row can hold one.",
        f"{ENGINE}/test_engine_up.py::test_what_may_not_be_sent_is_not_sent",
    ),
    "policy.refused": (
        "The rules are asked when an app is asked for, too: then there is no app that could say so.",
        f"{HERE}/test_reasons.py::test_an_image_that_the_lab_does_not_allow_is_refused_when_it_is_asked_for",
    ),
    "placement.driver": (
        "The only machine is where Docker runs: without it none of the stack's apps would be there.",
        f"{ENGINE}/test_causes.py::test_placement",
    ),
    **{
        f"volume.{how}": (
            "The only machine is the portal's own: away, it takes the cluster along.",
            f"{ENGINE}/test_engine_troubles.py::test_what_has_its_data_on_a_lost_machine_waits_for_it",
        )
        for how in ("node_away", "node_gone")
    },
    "task.lost": (
        "The only machine is the portal's own: lost, it takes the cluster along.",
        f"{ENGINE}/test_engine_troubles.py::test_what_ran_on_a_machine_that_is_lost_and_stands_nowhere_else",
    ),
    "working": (
        f"{PASSES}the portal looks again at once after it wrote.",
        f"{ENGINE}/test_engine_up.py::test_what_was_just_written_is_being_made",
    ),
    "job.evaluating": (
        f"{PASSES}a scheduler with one machine needs milliseconds.",
        f"{ENGINE}/test_engine_up.py::test_a_change_waits_until_nomad_can_go_back_to_what_stands",
    ),
    "task.starting": (
        f"{PASSES}after ten seconds a check that fails is said instead.",
        f"{ENGINE}/test_engine_troubles.py::test_why_it_does_not_run",
    ),
    "canary.promoting": (
        f"{PASSES}Nomad lets in at once whom somebody let in.",
        f"{ENGINE}/test_canary.py::test_while_nomad_is_about_to_let_it_in_nobody_has_to",
    ),
}


def test_every_reason_is_made_to_happen_or_it_is_said_why_not() -> None:
    assert MADE_TO_HAPPEN | NOT_HERE.keys() == REASONS.keys()
    assert MADE_TO_HAPPEN & NOT_HERE.keys() == set()


def test_the_tests_that_are_named_instead_stand() -> None:
    named = {test for _why, test in NOT_HERE.values()}
    assert sorted(test for test in named if not _stands(*test.split("::"))) == []


def _stands(path: str, name: str) -> bool:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(isinstance(each, ast.FunctionDef) and each.name == name for each in tree.body)
