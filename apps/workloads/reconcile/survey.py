"""All settled apps in a constant number of calls; those that differ are made due and looked at one by one."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.cluster import services as cluster
from apps.workloads.models import Observation
from apps.workloads.services.wake import look_now, notify
from kernel.errors import OutsideError
from orchestration import survey as pure
from orchestration.ports import Drivers
from orchestration.survey import Expected, Outcome, Reading

PUT_OFF = timedelta(seconds=300)  #: as long as an app's own look would be put off: without surveys it comes
OWN_LOOK_S = 3600  #: how often each app is looked at by itself, for what no list shows: its job's text
SPREAD = 0.25  #: and by this part of it sooner or later, the same for one app each time
UNHEARD = timedelta(minutes=3)  #: since an address answered the prober, which asks once a minute
SOON = timedelta(seconds=2)  #: what is due by then was called for: it is not put off
log = structlog.get_logger(__name__)

# What was looked at, hinted at, changed or claimed since the lists were asked for is left as it is.
_RENEW = """
WITH renewed AS (
    UPDATE workloads_observation o SET observed_at = %(began)s
      FROM workloads_app a JOIN workloads_claim c ON c.app_id = a.id
     WHERE o.app_id = a.id AND a.slug = ANY(%(slugs)s) AND o.generation = a.generation
       AND o.observed_at < %(began)s AND o.expected <> '{}'
       AND c.due_at > %(soon)s AND c.parked_at IS NULL
       AND (c.claimed_until IS NULL OR c.claimed_until <= %(now)s)
 RETURNING o.app_id
)
UPDATE workloads_claim c
   SET due_at = LEAST(
       GREATEST(c.due_at, %(put_off)s),
       COALESCE(c.looked_at, %(now)s) + make_interval(secs => %(own)s * (1 + %(spread)s
           * (abs(hashtext(c.app_id::text)) %% 2001 - 1000) / 1000.0)))
  FROM renewed r WHERE c.app_id = r.app_id
"""


def survey(drivers: Drivers) -> Outcome:
    """Read the lists of Nomad, Consul and Traefik, renew what they confirm, and hurry what differs.

    Raises nothing of the outside: a list that cannot be read confirms nothing.
    """
    began, clock = timezone.now(), monotonic()
    found = compared(
        {
            "nomad": lambda: _reading(pure.of_jobs, drivers.jobs.statuses()),
            "consul": lambda: _reading(pure.of_services, drivers.services.tallies()),
            "traefik": lambda: _reading(pure.of_routers, drivers.routes.statuses()),
        },
        began,
    )
    renew(found, began)
    cluster.note_survey(
        began_at=began,
        took_ms=round((monotonic() - clock) * 1000),
        apps=len(found.agreed) + len(found.differing) + len(found.left),
        agreed=len(found.agreed),
        differing=len(found.differing),
        left=len(found.left),
    )
    return found


def survey_secrets(drivers: Drivers) -> Outcome:
    """The same for what OpenBao lists; it confirms an app no further, and only finds what is missing."""
    return compared(
        {"vault": lambda: _secrets(drivers)},
        timezone.now(),
    )


def compared(lists: Mapping[str, Callable[[], Reading]], began: datetime) -> Outcome:
    """Read each list, compare all settled apps, make due what differs, and say which list is doubted.

    The lists are read before the apps: what is settled only after that is in the lists, or not yet compared.
    """
    readings = {part: _read(part, read) for part, read in lists.items()}
    apps, unheard = settled(began)
    found = pure.compare(apps, readings, unheard)
    for part, trust in found.trusts.items():
        figures = {"asked": trust.asked, "differing": trust.differing}
        if trust.read and cluster.note_trust(part=part, doubted=trust.doubted, now=began, **figures):
            log.warning("survey.trust_changed", part=part, doubted=trust.doubted, **figures)
    if found.differing and look_now(found.differing):
        log.info("survey.differing", apps=len(found.differing), slugs=sorted(found.differing)[:10])
        notify()
    return found


def settled(before: datetime) -> tuple[dict[str, Expected], set[str]]:
    """Apps that reached what is wanted and were seen before that time, oldest look first; the unheard."""
    rows = Observation.objects.filter(
        app__gone_at=None,
        generation=F("app__generation"),
        observed_at__lt=before,
        app__claim__due_at__isnull=False,
        app__claim__parked_at=None,
    ).exclude(expected={})
    apps: dict[str, Expected] = {}
    unheard: set[str] = set()
    wanted = ("app__slug", "expected", "answered_at")
    for slug, stored, answered_at in rows.order_by("app__claim__looked_at", "app_id").values_list(*wanted):
        app = _known(stored)
        if app is None:
            continue
        apps[slug] = app
        if app.answers and (answered_at is None or before - answered_at > UNHEARD):
            unheard.add(slug)
    return apps, unheard


def renew(found: Outcome, began: datetime) -> int:
    """Say of what agrees that it was seen, and put its own look off; returns of how many."""
    now = timezone.now()
    values: dict[str, Any] = {
        "slugs": sorted(found.agreed),
        "began": began,
        "now": now,
        "soon": now + SOON,
        "put_off": now + PUT_OFF,
        "own": OWN_LOOK_S,
        "spread": SPREAD,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, values)
        return int(cursor.rowcount)


def _known(stored: Mapping[str, Any]) -> Expected | None:
    """None for what another version of the portal wrote: that app is looked at by itself."""
    try:
        return Expected.of(stored)
    except TypeError:
        return None


def _read(part: str, read: Callable[[], Reading]) -> Reading:
    try:
        return read()
    except OutsideError as error:
        log.info("survey.not_read", part=part, code=error.code, detail=error.detail[:200])
        return Reading(None, detail=error.code)
    except (LookupError, TypeError, AttributeError) as error:
        # An answer of another shape than the server's own: as good as none.
        log.warning("survey.not_understood", part=part, error=repr(error)[:200])
        return Reading(None, detail="not understood")


def _reading(judge: Callable[[Any], pure.Judge], listed: Any) -> Reading:
    return Reading(judge(listed), len(listed))


def _secrets(drivers: Drivers) -> Reading:
    names = drivers.secrets.names()
    return Reading(pure.of_secrets(names), len(names.paths | names.policies | names.roles))
