"""Automatic rules: whether one decides a request, and if not, why not. Pure: no tables, no clock.

The same function judges a new request and, in a dry run, past ones; so a dry run tells what would happen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.units import DIMENSIONS

WITHIN_QUOTA = "within-quota"  #: the built-in rule's name: always there, and always the last
KINDS = ("app", "change", "quota", "lease", "handover")  #: kinds of requests that a rule may decide
DAYS_MAX = 730


@dataclass(frozen=True)
class Terms:
    """Whom a rule serves, with what, up to what, for how long. What is empty narrows nothing.

    `most_asked` bounds a request; an amount that it does not name is not bounded. `most_limit` says up to
    what the rule may lift a limit of the project; a limit that it does not name is never lifted. `days` is
    how long a lifted limit stays; none: as long as it is in use. `lease_days` is how far, counted from the
    asking, the rule lets an app live; none: it never gives a longer life. Units as kernel.units.DIMENSIONS.
    """

    groups: frozenset[str] = frozenset()  #: exact full paths: the requester is in one of them
    projects: frozenset[str] = frozenset()  #: ids
    project_kind: str = ""  #: personal, shared
    templates: frozenset[str] = frozenset()  #: slugs
    kinds: frozenset[str] = frozenset()
    most_asked: Mapping[str, int] = field(default_factory=dict)
    most_limit: Mapping[str, int] = field(default_factory=dict)
    days: int | None = None
    lease_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What a row keeps."""
        return {
            "groups": sorted(self.groups),
            "projects": sorted(self.projects),
            "project_kind": self.project_kind,
            "templates": sorted(self.templates),
            "kinds": [kind for kind in KINDS if kind in self.kinds],
            "most_asked": _ordered(self.most_asked),
            "most_limit": _ordered(self.most_limit),
            "days": self.days,
            "lease_days": self.lease_days,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Terms":
        """Read what a row keeps; what a later release added is passed over."""
        return cls(
            groups=frozenset(kept.get("groups", ())),
            projects=frozenset(kept.get("projects", ())),
            project_kind=kept.get("project_kind", ""),
            templates=frozenset(kept.get("templates", ())),
            kinds=frozenset(kept.get("kinds", ())),
            most_asked=dict(kept.get("most_asked", {})),
            most_limit=dict(kept.get("most_limit", {})),
            days=kept.get("days"),
            lease_days=kept.get("lease_days"),
        )

    @property
    def only_leases(self) -> bool:
        """Whether amounts and limits mean nothing to it."""
        return self.kinds == {"lease"}


@dataclass(frozen=True)
class Facts:
    """What is known of a request when it is judged."""

    kind: str
    project: str  #: id
    project_kind: str
    groups: frozenset[str] = frozenset()  #: of the requester
    template: str = ""
    always: bool = False  #: the template wants somebody to decide
    asked: Mapping[str, int] = field(default_factory=dict)  #: what the app takes, or the limits asked for
    limits: Mapping[str, int] = field(default_factory=dict)  #: of the project, now
    needed: Mapping[str, int] = field(default_factory=dict)  #: the limits without which it cannot be granted
    beyond: Mapping[str, int] = field(default_factory=dict)  #: how far it goes beyond what the lab has at all
    days: int = 0  #: of a longer life: from its asking to the last day that is asked for

    @property
    def lifts(self) -> dict[str, int]:
        """The limits that must be higher than they are: dimension -> to what."""
        return {name: need for name, need in self.needed.items() if need > self.limits.get(name, 0)}

    def as_json(self) -> dict[str, Any]:
        """What a request keeps of it, for dry runs of later rules."""
        return {**vars(self), "groups": sorted(self.groups)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Facts":
        """Read what a request keeps."""
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        return cls(**{**known, "groups": frozenset(kept.get("groups", ()))})


@dataclass(frozen=True)
class WhyNot:
    """One thing that keeps a rule from deciding. `code` is stable; figures where there are some."""

    #: disabled, group, project, project_kind, kind, template, template_decides, asked, limit, lift, ceiling,
    #: lease, days
    code: str
    dimension: str = ""
    figure: int = 0
    most: int = 0


@dataclass(frozen=True)
class Judged:
    """A rule's verdict: it decides, or every reason why not."""

    why_not: tuple[WhyNot, ...] = ()
    lifts: Mapping[str, int] = field(default_factory=dict)  #: limits that it lifts: dimension -> to what

    @property
    def decides(self) -> bool:
        """Whether nothing keeps it from deciding."""
        return not self.why_not


@dataclass(frozen=True)
class Candidate:
    """A rule at its place in the list."""

    name: str
    version: int
    terms: Terms
    enabled: bool = True
    id: str = ""  #: of its row; the built-in one has none


@dataclass(frozen=True)
class Choice:
    """The first rule that decides, if one does, and what each rule up to it said."""

    facts: Facts
    rule: Candidate | None
    judged: tuple[tuple[Candidate, Judged], ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Why somebody must decide: quota, template. Nothing where a rule does."""
        if self.rule is not None:
            return ()
        found = (*(["quota"] if self.facts.lifts else []), *(["template"] if self.facts.always else []))
        return found or ("rule",)

    @property
    def lifts(self) -> Mapping[str, int]:
        """The limits that the chosen rule lifts."""
        return self.judged[-1][1].lifts if self.rule else {}


BUILT_IN = Candidate(WITHIN_QUOTA, 1, Terms(kinds=frozenset({"app", "change", "handover"})))


def judge(rule: Candidate, facts: Facts) -> Judged:
    """Whether one rule decides a request, wherever it stands in the list."""
    found = [
        *_who(rule, facts),
        *_what(rule.terms, facts),
        *_too_much("asked", facts.asked, rule.terms.most_asked),
        *_lifted(rule.terms, facts),
        *_longer(rule.terms, facts),
        *_too_much("ceiling", facts.beyond, dict.fromkeys(facts.beyond, 0)),
    ]
    return Judged(tuple(found), {} if found else facts.lifts)


def choose(rules: Iterable[Candidate], facts: Facts) -> Choice:
    """The first in order that decides; the built-in rule comes last."""
    judged = []
    for rule in (*rules, BUILT_IN):
        verdict = judge(rule, facts)
        judged.append((rule, verdict))
        if verdict.decides:
            return Choice(facts, rule, tuple(judged))
    return Choice(facts, None, tuple(judged))


def _who(rule: Candidate, facts: Facts) -> Iterable[WhyNot]:
    terms = rule.terms
    if not rule.enabled:
        yield WhyNot("disabled")
    if terms.groups and not terms.groups & facts.groups:
        yield WhyNot("group")
    if terms.projects and facts.project not in terms.projects:
        yield WhyNot("project")
    if terms.project_kind and facts.project_kind != terms.project_kind:
        yield WhyNot("project_kind")


def _what(terms: Terms, facts: Facts) -> Iterable[WhyNot]:
    if facts.kind not in (terms.kinds or KINDS):
        yield WhyNot("kind")
    if terms.templates and facts.template not in terms.templates:
        yield WhyNot("template")
    if facts.always and facts.template not in terms.templates:
        yield WhyNot("template_decides")


def _too_much(code: str, figures: Mapping[str, int], most: Mapping[str, int]) -> Iterable[WhyNot]:
    for name, bound in most.items():
        if figures.get(name, 0) > bound:
            yield WhyNot(code, name, figures[name], bound)


def _lifted(terms: Terms, facts: Facts) -> Iterable[WhyNot]:
    for name, need in facts.lifts.items():
        if name not in terms.most_limit:
            yield WhyNot("lift", name, need, facts.limits.get(name, 0))
        elif need > terms.most_limit[name]:
            yield WhyNot("limit", name, need, terms.most_limit[name])


def _longer(terms: Terms, facts: Facts) -> Iterable[WhyNot]:
    if facts.kind != "lease" or facts.kind not in (terms.kinds or KINDS):
        return  # of other kinds nothing is to be said, and the kind says enough
    if terms.lease_days is None:
        yield WhyNot("lease")
    elif facts.days > terms.lease_days:
        yield WhyNot("days", figure=facts.days, most=terms.lease_days)


def _ordered(amounts: Mapping[str, int]) -> dict[str, int]:
    return {name: amounts[name] for name in DIMENSIONS if name in amounts}
