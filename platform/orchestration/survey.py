"""All settled apps at once: does what the lists of Nomad, Consul and Traefik show still fit each of them.

A list never proves more than that an app is as it was. Where it says otherwise, is short, or was not read,
the app itself is looked at, by the engine, which alone may conclude anything. And a list that disagrees with
many apps at once is more likely wrong than they are: then a few are looked at, the others at their own time.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from orchestration.ports import JobLine, SecretNames, Tally
from orchestration.reconcilers.job import LIVE
from orchestration.render import router_names
from orchestration.render.job import has_service
from orchestration.specs import AppSpec, Desired
from orchestration.states import Pass

TOLERATED = 20  #: apps that may differ by one list before it is doubted
SHARE = 0.1  #: or this part of those that the list should show, where that is more
SAMPLE = 5  #: apps that are looked at all the same while a list is doubted


@dataclass(frozen=True)
class Expected:
    """What a settled app left outside, as its last own look found it."""

    stands: bool  #: whether it should run; otherwise what is named here must be gone or still
    version: int = -1  #: of its job
    submitted_ns: int = 0
    copies: int = 0
    service: str = ""  #: empty: none to look for
    routers: tuple[str, ...] = ()
    secrets: bool = False  #: whether it has a path, a policy and a role
    answers: bool = False  #: whether its address is asked

    def stored(self) -> dict[str, Any]:
        """In a form that JSON holds."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Expected":
        """Back from JSON. Raises TypeError for what another version of the portal stored."""
        return cls(**{**stored, "routers": tuple(stored.get("routers") or ())})


def expected(spec: AppSpec, desired: Desired, seen: Pass) -> Expected | None:
    """What to expect after a look that ended well; None where the lists cannot tell."""
    if not seen.done or desired == "absent":
        return None
    routed = spec.route.kind != "none"
    routers = tuple(router_names(spec.names, spec.route, spec.edge)) if routed else ()
    service = spec.names.service if has_service(spec) else ""
    if desired == "archived":
        return Expected(stands=False, service=service, routers=routers, secrets=bool(spec.secrets))
    if desired != "present":
        return Expected(stands=False, secrets=bool(spec.secrets))
    if seen.job_version is None:
        return None
    return Expected(
        stands=True,
        version=seen.job_version,
        submitted_ns=seen.job_submitted_ns,
        copies=spec.resources.count,
        service=service,
        routers=routers,
        secrets=bool(spec.secrets),
        answers=spec.route.kind == "http",
    )


class Word(Enum):
    """What one list says of one app."""

    AGREES = "agrees"
    DIFFERS = "differs"
    SILENT = "silent"  #: the list has nothing to say of it


Judge = Callable[[Expected, str], Word]


def of_jobs(lines: Collection[JobLine]) -> Judge:
    """By Nomad's list of all jobs."""
    known = {line.id: line for line in lines}

    def judge(app: Expected, slug: str) -> Word:
        line = known.get(slug)
        if not app.stands:
            return _said(line is None or (line.stopped and not _live(line)))
        return _said(line is not None and _as_it_was(app, line))

    return judge


def _as_it_was(app: Expected, line: JobLine) -> bool:
    same = (line.version, line.submitted_ns) == (app.version, app.submitted_ns)
    mine = [each for each in line.allocations if each.job_version == app.version]
    healthy = sum(each.client_status == "running" and each.healthy is not False for each in mine)
    return same and not line.stopped and not line.moving and healthy >= app.copies


def _live(line: JobLine) -> bool:
    return any(each.client_status in LIVE for each in line.allocations)


def of_services(tallies: Mapping[str, Tally]) -> Judge:
    """By Consul's list of all checks."""

    def judge(app: Expected, _slug: str) -> Word:
        if not app.service:
            return Word.SILENT
        passing = tallies.get(app.service, Tally(0, 0)).passing
        return _said(passing >= app.copies if app.stands else app.service not in tallies)

    return judge


def of_routers(statuses: Mapping[str, str]) -> Judge:
    """By Traefik's list of routers."""

    def judge(app: Expected, _slug: str) -> Word:
        if not app.routers:
            return Word.SILENT
        if app.stands:
            return _said(all(statuses.get(name, "disabled") != "disabled" for name in app.routers))
        return _said(not any(name in statuses for name in app.routers))

    return judge


def of_secrets(names: SecretNames) -> Judge:
    """By OpenBao's lists of paths, policies and roles."""

    def judge(app: Expected, slug: str) -> Word:
        if not app.secrets:
            return Word.SILENT
        return _said(all(slug in each for each in (names.paths, names.policies, names.roles)))

    return judge


def _said(well: bool) -> Word:  # noqa: FBT001 - a verdict put into a word
    return Word.AGREES if well else Word.DIFFERS


@dataclass(frozen=True)
class Reading:
    """One part's list, as it was read."""

    judge: Judge | None  #: None: it could not be read
    size: int = 0  #: how many things of ours it showed
    detail: str = ""  #: why it was not read


@dataclass(frozen=True)
class Trust:
    """What came of one part's list."""

    read: bool
    doubted: bool  #: it disagrees with too many apps, or shows nothing where something should be
    empty: bool = False  #: it shows nothing: that proves nothing, not even of what is stopped
    asked: int = 0  #: apps that it should say something of
    differing: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one survey came to, by app."""

    agreed: frozenset[str]  #: every list was read, is trusted, and agrees
    differing: frozenset[str]  #: to be looked at now
    left: frozenset[str]  #: neither: to be looked at in their own time
    trusts: Mapping[str, Trust] = field(default_factory=dict)


def compare(
    apps: Mapping[str, Expected], readings: Mapping[str, Reading], unheard: Collection[str] = ()
) -> Outcome:
    """Compare each app, by its slug and in the order given, with every list.

    `unheard` are those whose address has not answered lately: nothing is said of them.
    """
    said = {part: _words(apps, reading) for part, reading in readings.items()}
    trusts = {part: _trust(readings[part], words) for part, words in said.items()}
    differing: set[str] = set()
    doubtful: set[str] = set()
    for part, words in said.items():
        apart = [slug for slug in apps if words.get(slug) is Word.DIFFERS]
        differing.update(apart[:SAMPLE] if trusts[part].doubted else apart)
        doubtful.update(apart)
    sound = all(trust.read and not trust.doubted and not trust.empty for trust in trusts.values())
    agreed = apps.keys() - differing - doubtful - set(unheard) if sound else set()
    left = apps.keys() - differing - agreed
    return Outcome(frozenset(agreed), frozenset(differing), frozenset(left), trusts)


def _words(apps: Mapping[str, Expected], reading: Reading) -> dict[str, Word]:
    if reading.judge is None:
        return {}
    return {slug: reading.judge(app, slug) for slug, app in apps.items()}


def _trust(reading: Reading, words: Mapping[str, Word]) -> Trust:
    """How far one part's list is believed."""
    asked = sum(word is not Word.SILENT for word in words.values())
    differing = sum(word is Word.DIFFERS for word in words.values())
    many = differing > max(TOLERATED, SHARE * asked)
    empty = reading.judge is not None and not reading.size and asked > 0
    doubted = many or (empty and differing > 0)
    return Trust(reading.judge is not None, doubted, empty, asked, differing, reading.detail)
