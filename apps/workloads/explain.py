"""The words for what was seen of an app: one vocabulary for pages, mails and the API's `label`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.workloads.helping import PARTS, Facts, why
from apps.workloads.reasons import EVENTS
from orchestration.explain import Reason, explain

__all__ = ["LOOKS", "PARTS", "STEPS", "Look", "Step", "at", "event", "look", "what_next", "who", "why"]


@dataclass(frozen=True)
class Look:
    """How a state shows: word, icon and colour, always together."""

    word: Promise
    icon: str  #: a symbol of the sprite
    colour: str  #: grey, blue, green, amber, red, violet
    moving: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the chain."""

    name: Promise
    what: Promise  #: what it is, under its name
    reached: Promise  #: the line of the timeline once it is there


def _look(word: Promise, icon: str, colour: str, *, moving: bool = False) -> Look:
    return Look(word, icon, colour, moving)


LOOKS: Mapping[str, Look] = {
    "pending": _look(pgettext_lazy("state of an app", "Waiting"), "hourglass", "grey", moving=True),
    "placing": _look(pgettext_lazy("state of an app", "Placing"), "layout-grid", "blue", moving=True),
    "starting": _look(pgettext_lazy("state of an app", "Starting"), "loader-2", "blue", moving=True),
    "running": _look(pgettext_lazy("state of an app", "Running"), "circle-filled", "green"),
    "degraded": _look(pgettext_lazy("state of an app", "Degraded"), "circle-half-2", "amber"),
    "failed": _look(pgettext_lazy("state of an app", "Failed"), "x", "red"),
    "stopped": _look(pgettext_lazy("state of an app", "Stopped"), "square", "grey"),
    "asleep": _look(pgettext_lazy("state of an app", "Asleep"), "moon", "violet"),
    "stopping": _look(pgettext_lazy("state of an app", "Stopping"), "arrow-down", "blue", moving=True),
    "archived": _look(pgettext_lazy("state of an app", "Archived"), "box", "grey"),
    "gone": _look(pgettext_lazy("state of an app", "Gone"), "minus", "grey"),
    "unknown": _look(pgettext_lazy("state of an app", "Not verified"), "question-mark", "grey"),
}

#: the six steps of the chain
STEPS: Mapping[str, Step] = {
    "SecretsReady": Step(
        _("Secrets"), _("drawn and kept in OpenBao, for this app alone"), _("Its secrets are ready.")
    ),
    "JobRegistered": Step(_("Job"), _("handed to the cluster"), _("The cluster has taken its job.")),
    "Healthy": Step(_("Health"), _("the program runs and passes its check"), _("It is healthy.")),
    "Registered": Step(_("Service"), _("known to Consul"), _("Consul knows its service.")),
    "Routed": Step(_("Route"), _("set in Traefik"), _("Traefik leads its address to it.")),
    "Answering": Step(_("Answer"), _("its public address answers"), _("Its address answers.")),
}
#: rules that decide instead of a person
RULES: Mapping[str, Promise] = {
    "within-quota": _("the rule “within the quota”"),
    "retention": _("the end of the retention"),
    "lease": _("the end of its lease"),
}


#: who tells of an app, for the timeline
TELLERS: Mapping[str, str | Promise] = {
    "portal": _("Portal"),
    "nomad": "Nomad",
    "consul": "Consul",
    "traefik": "Traefik",
}


def look(state: str) -> Look:
    """How a state shows."""
    return LOOKS.get(state, LOOKS["unknown"])


def event(code: str, params: Mapping[str, Any]) -> str:
    """One line of the timeline: what a person did, a step that was reached, or a state with its reason."""
    area, _dot, what = code.partition(".")
    if area == "step" and what in STEPS:
        return str(STEPS[what].reached)
    if area == "state":
        reason = why(params.get("reason_code") or "", params.get("facts"))
        # A sentence of its own: French sets a space before the colon.
        word = str(look(what).word)
        return gettext("%(state)s: %(reason)s") % {"state": word, "reason": reason} if reason else word
    if area == "lost":
        reason = why(str(params.get("reason_code") or ""), params.get("facts"))
        params = {**params, "reason": reason or params.get("message", "")}
    days = {name: _day(str(value)) for name, value in params.items() if name.endswith("_on") and value}
    people = {name: who(str(params.get(name, ""))) for name in ("by", "granted")}
    told = str(EVENTS.get(code, code)) % Facts({**params, **days, **people})
    told = told.rstrip(" \u00a0\u202f:")  # a check that was not asked yet says nothing
    return told[:1].upper() + told[1:]


def _day(text: str) -> str:
    """An ISO day as the reader's language writes it."""
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")


def who(label: str) -> str:
    """A person's name as it is; a rule's as the reader's language calls it."""
    return str(RULES.get(label, label))


def what_next(code: str) -> Reason:
    """Who can do something about it, and by which button."""
    return explain(code)


def at(text: str) -> datetime | None:
    """Read a condition's time; none where it has none."""
    return datetime.fromisoformat(text) if text else None
