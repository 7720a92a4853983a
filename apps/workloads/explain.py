"""The words for what was seen of an app: one vocabulary for pages, mails and the API's `label`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.workloads.reasons import DIMENSIONS, EVENTS, SENTENCES
from orchestration.explain import Reason, explain


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
RULES: Mapping[str, Promise] = {"within-quota": _("the rule “within the quota”")}
#: what the Nomad, Consul... of a lab are for, where a part cannot be reached
PARTS: Mapping[str, str] = {
    "nomad": "Nomad",
    "vault": "OpenBao",
    "consul": "Consul",
    "traefik": "Traefik",
    "keycloak": "Keycloak",
    "redis": "Redis",
    "addresses": "HTTPS",
}


class _Facts(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def look(state: str) -> Look:
    """How a state shows."""
    return LOOKS.get(state, LOOKS["unknown"])


def why(code: str, facts: Mapping[str, object] | None = None) -> str:
    """The sentence of a reason code, with its figures; empty where there is no reason."""
    if not code:
        return ""
    part, _dot, kind = code.partition(".")
    template = SENTENCES.get(code) or SENTENCES.get(f"*.{kind}") or SENTENCES["*"]
    told = {key: _told(key, value) for key, value in (facts or {}).items()}
    return str(template) % _Facts({"part": PARTS.get(part, part), **told})


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
    told = str(EVENTS.get(code, code)) % _Facts({**params, "by": who(str(params.get("by", "")))})
    return told[:1].upper() + told[1:]


def who(label: str) -> str:
    """A person's name as it is; a rule's as the reader's language calls it."""
    return str(RULES.get(label, label))


def _told(key: str, value: object) -> str:
    """A fact as a person reads it; Nomad's words for what is short become words."""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    word = str(value)
    return str(DIMENSIONS.get(word.partition(" ")[0], word)) if key == "dimension" else word


def what_next(code: str) -> Reason:
    """Who can do something about it, and by which button."""
    return explain(code)


def at(text: str) -> datetime | None:
    """Read a condition's time; none where it has none."""
    return datetime.fromisoformat(text) if text else None
