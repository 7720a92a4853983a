"""The pure table: which rule decides, and why the others do not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.rules import BUILT_IN, WITHIN_QUOTA, Candidate, Facts, Terms, choose, judge
from kernel.units import DIMENSIONS

FACTS = Facts(
    kind="app",
    project="p-1",
    project_kind="shared",
    groups=frozenset({"/lab/genomics"}),
    template="notebook",
    asked={"cpu_mhz": 2000, "memory_mib": 1024},
    limits={"cpu_mhz": 4000, "memory_mib": 4096},
    needed={"cpu_mhz": 3000, "memory_mib": 2048},
)
BEYOND = replace(FACTS, needed={"cpu_mhz": 6000, "memory_mib": 2048})
LONGER = Facts(kind="lease", project="p-1", project_kind="shared", template="notebook", days=900)


def rule(name: str = "r", *, enabled: bool = True, version: int = 1, **terms: Any) -> Candidate:
    """A rule whose sets are given as lists."""
    read: dict[str, Any] = {
        key: frozenset(value) if isinstance(value, list) else value for key, value in terms.items()
    }
    return Candidate(name, version, Terms(**read), enabled)


#: terms, facts, what keeps it from deciding, why
TABLE: list[tuple[dict[str, Any], Facts, list[str], str]] = [
    ({}, FACTS, [], "what is empty narrows nothing"),
    ({"groups": ["/lab/genomics"]}, FACTS, [], "the requester's group by its exact path"),
    ({"groups": ["/lab"]}, FACTS, ["group"], "a path above is not the group"),
    ({"groups": ["/lab/genom"]}, FACTS, ["group"], "a prefix of the path is not the group"),
    ({"groups": ["/lab/genomics/phd"]}, FACTS, ["group"], "a path below is not the group"),
    ({"groups": ["/LAB/genomics"]}, FACTS, ["group"], "paths are compared letter by letter"),
    ({"groups": ["/lab/it", "/lab/genomics"]}, FACTS, [], "one of the groups is enough"),
    ({"projects": ["p-1"]}, FACTS, [], "the named project"),
    ({"projects": ["p-2"]}, FACTS, ["project"], "another project"),
    ({"project_kind": "shared"}, FACTS, [], "the kind of project"),
    ({"project_kind": "personal"}, FACTS, ["project_kind"], "another kind of project"),
    ({"templates": ["notebook"]}, FACTS, [], "the named template"),
    ({"templates": ["wiki"]}, FACTS, ["template"], "another template"),
    ({"kinds": ["change"]}, FACTS, ["kind"], "another kind of request"),
    ({"kinds": ["quota", "app"]}, FACTS, [], "one of the kinds"),
    ({}, replace(FACTS, kind="rights"), ["kind"], "no rule gives rights"),
    ({}, replace(FACTS, kind="project", project=""), ["kind"], "no rule makes projects"),
    ({"most_asked": {"cpu_mhz": 2000}}, FACTS, [], "exactly the most that may be asked"),
    ({"most_asked": {"cpu_mhz": 1999}}, FACTS, ["asked"], "one more than may be asked"),
    ({"most_asked": {"gpus": 0}}, FACTS, [], "none asked where none may be"),
    ({"most_asked": {"gpus": 0}}, replace(FACTS, asked={"gpus": 1}), ["asked"], "one where none may be"),
    ({}, BEYOND, ["lift"], "a limit that is not named is not lifted"),
    ({"most_limit": {"memory_mib": 10**6}}, BEYOND, ["lift"], "nor by a bound of another dimension"),
    ({"most_limit": {"cpu_mhz": 6000}}, BEYOND, [], "exactly up to the bound"),
    ({"most_limit": {"cpu_mhz": 5999}}, BEYOND, ["limit"], "one beyond the bound"),
    ({"most_limit": {"cpu_mhz": 100}}, FACTS, [], "what lifts nothing needs no bound"),
    ({}, replace(FACTS, always=True), ["template_decides"], "the template wants a person"),
    ({"templates": ["notebook"]}, replace(FACTS, always=True), [], "unless a rule names the template"),
    ({}, replace(FACTS, beyond={"gpus": 1}), ["ceiling"], "what the lab does not have, no rule gives"),
    (
        {"most_limit": {"cpu_mhz": 10**9}},
        replace(BEYOND, limits={"cpu_mhz": 4000, "memory_mib": 1024}),
        ["lift"],
        "after a grant's end the limit is the lower one, and this rule does not lift it",
    ),
    ({}, LONGER, ["lease"], "no rule gives a longer life unless it says for how long"),
    ({"most_limit": {"cpu_mhz": 10**9}, "days": 730}, LONGER, ["lease"], "nor by what it says of limits"),
    ({"kinds": ["lease"]}, LONGER, ["lease"], "nor by naming the kind alone"),
    ({"lease_days": 900}, LONGER, [], "exactly the most days"),
    ({"lease_days": 899}, LONGER, ["days"], "one day more than it gives"),
    ({"kinds": ["lease"], "lease_days": 900}, LONGER, [], "the kind and the days"),
    ({"kinds": ["app"], "lease_days": 900}, LONGER, ["kind"], "another kind"),
    ({"kinds": ["app"]}, LONGER, ["kind"], "another kind says enough"),
    ({"templates": ["wiki"], "lease_days": 900}, LONGER, ["template"], "an app of another template"),
    ({"lease_days": 1}, FACTS, [], "days of a life bound no other kind"),
    (
        {"lease_days": 900},
        replace(LONGER, always=True),
        ["template_decides"],
        "its template wants a person, and is not named",
    ),
    (
        {"groups": ["/x/y"], "templates": ["wiki"], "most_asked": {"cpu_mhz": 1}},
        FACTS,
        ["group", "template", "asked"],
        "every reason is told",
    ),
]


@pytest.mark.parametrize(("terms", "facts", "why_not", "reason"), TABLE, ids=[each[3] for each in TABLE])
def test_one_rule(terms: dict[str, Any], facts: Facts, why_not: list[str], reason: str) -> None:
    verdict = judge(rule(**terms), facts)
    assert [each.code for each in verdict.why_not] == why_not, reason
    assert verdict.decides is (not why_not)


def test_a_disabled_rule_does_not_decide() -> None:
    verdict = judge(rule(enabled=False), FACTS)
    assert [each.code for each in verdict.why_not] == ["disabled"]


def test_days_say_how_far_it_was() -> None:
    (why,) = judge(rule(lease_days=800), LONGER).why_not
    assert (why.dimension, why.figure, why.most) == ("", 900, 800)


def test_figures_say_how_far_it_was() -> None:
    (why,) = judge(rule(most_limit={"cpu_mhz": 5000}), BEYOND).why_not
    assert (why.dimension, why.figure, why.most) == ("cpu_mhz", 6000, 5000)


ORDERS = [
    ([rule("a"), rule("b")], FACTS, "a", "the first that decides wins"),
    ([rule("a", enabled=False), rule("b")], FACTS, "b", "a disabled one is passed over"),
    ([rule("a", templates=["wiki"]), rule("b")], FACTS, "b", "one that does not serve it is passed over"),
    ([], FACTS, WITHIN_QUOTA, "the built-in rule is always there"),
    ([rule("a", templates=["wiki"])], FACTS, WITHIN_QUOTA, "and comes last"),
    ([], BEYOND, None, "it never goes beyond the quota"),
    ([], replace(FACTS, always=True), None, "nor decides for a template that wants a person"),
    ([], replace(FACTS, kind="quota"), None, "nor changes a quota"),
    ([], LONGER, None, "nor lengthens a life"),
    ([rule("a"), rule("b", lease_days=1000)], LONGER, "b", "the first that gives so many days"),
]


@pytest.mark.parametrize(("rules", "facts", "name", "reason"), ORDERS, ids=[each[3] for each in ORDERS])
def test_the_list(rules: list[Candidate], facts: Facts, name: str | None, reason: str) -> None:
    choice = choose(rules, facts)
    assert (choice.rule.name if choice.rule else None) == name, reason
    assert len(choice.judged) <= len(rules) + 1


def test_what_is_lifted_is_said() -> None:
    choice = choose([rule("a", most_limit={"cpu_mhz": 8000})], BEYOND)
    assert choice.lifts == {"cpu_mhz": 6000}
    assert choose([BUILT_IN], FACTS).lifts == {}


AMOUNTS = st.dictionaries(st.sampled_from(sorted(DIMENSIONS)), st.integers(0, 10**6))
WORDS = st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=2)
TERMS = st.builds(
    Terms,
    groups=WORDS,
    projects=WORDS,
    project_kind=st.sampled_from(["", "personal", "shared"]),
    templates=WORDS,
    kinds=st.frozensets(st.sampled_from(["app", "change", "quota", "lease"])),
    most_asked=AMOUNTS,
    most_limit=AMOUNTS,
    days=st.none() | st.integers(1, 730),
    lease_days=st.none() | st.integers(1, 3650),
)
RANDOM = st.builds(
    Facts,
    kind=st.sampled_from(["app", "change", "quota", "rights", "lease"]),
    project=st.sampled_from(["a", "b"]),
    project_kind=st.sampled_from(["personal", "shared"]),
    groups=WORDS,
    template=st.sampled_from(["a", "b"]),
    always=st.booleans(),
    asked=AMOUNTS,
    limits=AMOUNTS,
    needed=AMOUNTS,
    beyond=st.just({}),
    days=st.integers(0, 3650),
)


@given(terms=TERMS, facts=RANDOM)
def test_what_is_kept_reads_as_it_was(terms: Terms, facts: Facts) -> None:
    assert Terms.of(terms.as_json()) == terms
    assert Facts.of(facts.as_json()) == facts


@given(rules=st.lists(TERMS, max_size=4), facts=RANDOM)
def test_whoever_decides_keeps_within_what_was_written(rules: list[Terms], facts: Facts) -> None:
    listed = [Candidate(str(place), 1, terms) for place, terms in enumerate(rules)]
    choice = choose(listed, facts)
    for each, verdict in choice.judged:
        assert verdict.decides is (each is choice.rule), "none before it decides"
    if choice.rule is None:
        return
    terms = choice.rule.terms
    assert all(facts.asked.get(name, 0) <= most for name, most in terms.most_asked.items())
    for name, to in choice.lifts.items():
        assert facts.limits.get(name, 0) < to <= terms.most_limit[name]
    if facts.always:
        assert facts.template in terms.templates
    if facts.kind == "lease":
        assert terms.lease_days is not None
        assert facts.days <= terms.lease_days
