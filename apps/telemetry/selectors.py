"""Reading: who may still watch; what an app uses."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.accounts.models import ApiToken, Person
from apps.catalogue import selectors as catalogue
from apps.telemetry.models import STEPS, Usage
from apps.workloads import selectors as workloads
from apps.workloads.models import App

SLACK_S = 30  #: between the moment that a caller calls now and this one
LONGEST = timedelta(seconds=max(step * kept for step, kept in STEPS.items()))  #: that is kept
WEEK = 7  #: days that a hint looks back
ENOUGH_HOURS = 24  #: with figures, before a hint is given
ROOM = 1.25  #: a fitting size leaves a quarter above the highest use
WORTH = 0.75  #: less than this part of the limit is worth a change
TIGHT = 0.9  #: a use beyond this part of the limit is nearly too much


@dataclass(frozen=True)
class Who:
    """Who watches what, by which sign-in."""

    person_id: UUID
    app_id: UUID
    session: str = ""  #: key of the browser's session
    token_id: str = ""  #: or the id of an API token


def still(watchers: Collection[Who]) -> set[Who]:
    """Those who may go on: the sign-in stands, the account is enabled, the app is theirs to see.

    Two queries for all and two a person: as many as there are people, not as many as there are pages.
    """
    now = timezone.now()
    keys = {each.session for each in watchers if each.session}
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list("pk", flat=True)
    )
    ids = {each.token_id for each in watchers if each.token_id}
    tokens = {str(each.id): each for each in ApiToken.objects.filter(id__in=ids) if each.is_valid(now)}
    signed_in = [each for each in watchers if each.session in sessions or each.token_id in tokens]
    by_person = defaultdict(list)
    for each in signed_in:
        by_person[each.person_id].append(each)
    people = Person.objects.filter(id__in=by_person, is_active=True)
    return {each for person in people for each in _seen(person, by_person[person.id], tokens)}


def _seen(person: Person, watchers: list[Who], tokens: dict[str, ApiToken]) -> list[Who]:
    apps = workloads.visible_to(person, gone=True).filter(id__in={each.app_id for each in watchers})
    projects = dict(apps.values_list("id", "project_id"))
    return [each for each in watchers if each.app_id in projects and _opens(each, tokens, projects)]


def _opens(who: Who, tokens: dict[str, ApiToken], projects: dict[UUID, UUID]) -> bool:
    """A token may be for some projects alone."""
    token = tokens.get(who.token_id)
    return token is None or not token.projects or projects[who.app_id] in token.projects


def usage(app: App, since: datetime, until: datetime) -> list[Usage]:
    """What it used in that time, the oldest first, in the finest step that reaches back so far."""
    now = timezone.now()
    since = max(since, now - LONGEST)  # before that nothing is kept, nor a calendar to count back in
    back = (now - since).total_seconds() - SLACK_S
    step = next((each for each, kept in STEPS.items() if back <= each * kept), max(STEPS))
    rows = Usage.objects.filter(app=app, step=step, at__gte=since - timedelta(seconds=step), at__lte=until)
    return list(rows.order_by("at"))


def newest(app: App) -> Usage | None:
    """The last sample, if it is of now: of the last two minutes."""
    recent = timezone.now() - timedelta(minutes=2)
    return Usage.objects.filter(app=app, step=min(STEPS), at__gte=recent).order_by("-at").first()


@dataclass(frozen=True)
class Hint:
    """Another size would fit better. MiB."""

    kind: str  #: less, more
    peak: int
    limit: int
    fitting: int
    days: int


def hint(app: App) -> Hint | None:
    """Whether its memory is much too large or nearly too small, from a day of figures on, a week at most."""
    if app.release is None:
        return None
    rows = usage(app, timezone.now() - timedelta(days=WEEK), timezone.now())
    limit = int(app.release.resources["memory_mib"])
    hours = [each for each in rows if each.step == max(STEPS) and each.memory_limit == limit]
    if len(hours) < ENOUGH_HOURS:
        return None
    bounds = catalogue.manifest(app.release.template_version).sizing.bounds["memory_mib"]
    peak = ceil(max(each.memory_peak for each in hours))
    fitting = min(max(_rounded(peak * ROOM), bounds.min), bounds.max)
    days = max(1, round(len(hours) / 24))
    if fitting <= limit * WORTH:
        return Hint("less", peak, limit, fitting, days)
    if peak >= limit * TIGHT and fitting > limit:
        return Hint("more", peak, limit, fitting, days)
    return None


def _rounded(mib: float) -> int:
    """A figure as people choose it: sixteens, from 256 on sixty-fours."""
    grain = 16 if mib <= 256 else 64  # noqa: PLR2004 - said above
    return ceil(mib / grain) * grain
