"""What every tab of an app's page shares: its head, its state, and what this person may do."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.approvals import selectors as approvals
from apps.approvals.models import Request
from apps.catalogue import selectors as catalogue
from apps.leases import selectors as leases
from apps.projects.permissions import can
from apps.workloads import explain, selectors
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from apps.workloads.services import canaries
from apps.workloads.transitions import VERBS, allowed

TABS = (
    ("app", _("Overview")),
    ("releases", _("Releases")),
    ("logs", _("Logs")),
    ("secrets", _("Secrets")),
    ("data", _("Data")),
    ("access", _("Access")),
    ("settings", _("Settings")),
)
_ACTIONS = ("deploy", "operate", "reveal", "delete")


def framed(person: Person, app_id: UUID, here: str) -> dict[str, Any]:
    """The context of one tab. Raises Missing."""
    app = selectors.get(person, app_id)
    return {
        "app": app,
        "manifest": catalogue.manifest(app.release.template_version) if app.release else None,
        "tabs": [(name, reverse(f"workloads:{code}", args=[app.id]), code == here) for code, name in TABS],
        "moving": moving(app),
        "digest": digest(app),
        "address": "" if app.desired == Desired.ARCHIVED else selectors.address(app),  # kept, and dead
        "newer": newer(app),
        "asked": _waiting_request(person, app),
        "canary": canaries.waits(app),
        "canary_promoted": 0 < app.promoted_generation == app.generation,
        "canary_ends": canaries.ends_at(app),
        "reverted": app.observation.reason_code == "job.reverted",
        "lease": leases.shown(app),
        **rights(person, app),
    }


def _waiting_request(person: Person, app: App) -> Request | None:
    """The request that waits for a decision, while nothing of the app stands."""
    if app.desired != Desired.REQUESTED:
        return None
    return approvals.visible_to(person).filter(app=app).order_by("-created_at").first()


def show(request: HttpRequest, here: str, context: dict[str, Any]) -> HttpResponse:
    """Render a tab."""
    return render(request, f"workloads/{here}.html", context)


def rights(person: Person, app: App) -> dict[str, bool]:
    """What this person may do with this app now: the role's rights, and what the app's state allows."""
    may = {f"may_{action}": can(person, app.project, action) for action in _ACTIONS}
    now = {f"now_{kind.value}": may[f"may_{VERBS[kind].action}"] for kind in allowed(app.desired)}
    if app.lease_state == LeaseState.ARCHIVED:
        now.pop("now_undo", None)  # a renewal brings it back
    return {**may, **now}


def moving(app: App) -> bool:
    """Whether something changes by itself: then the page looks again every two seconds."""
    if app.desired == Desired.REQUESTED or app.gone_at is not None:
        return False
    seen = app.observation
    return explain.look(seen.state).moving or seen.generation != app.generation


def digest(app: App) -> str:
    """Changes when what the head shows does; times of answers are left out."""
    seen = app.observation
    shown = [app.desired, app.generation, seen.generation, seen.state, seen.reason_code, seen.waiting_for]
    shown += [app.promoted_generation, seen.serves]
    shown += [app.lease_state, app.ends_on]
    text = json.dumps([*shown, seen.conditions, seen.facts, moving(app)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def newer(app: App) -> str:
    """The template's current version, where the app has an older one."""
    current = app.template.current
    if app.release is None or current is None or current.id == app.release.template_version_id:
        return ""
    return current.version
