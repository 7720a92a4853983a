"""The sentence of each reason why work on a volume came to nothing, in plain words; `%(…)s` are its facts."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.base.messages import shortfalls, text
from kernel.errors import Shortfall

SENTENCES: Mapping[str, Promise] = {
    "keeper.no_room": _("The machine's disk is full: %(detail)s"),
    "keeper.not_the_same": _("What is kept is not what was sent: its digest differs. Nothing was changed."),
    "keeper.refused": _("The portal did not take what was sent (%(detail)s)."),
    "keeper.unreachable": _("The machine does not reach the portal's file address: %(detail)s"),
    "keeper.failed": _("It went wrong on the machine: %(detail)s"),
    "keeper.task": _("The machine could not do it: %(detail)s"),
    "keeper.oom": _("It needed more memory than it has."),
    "keeper.lost": _("The cluster lost it before it was done."),
    "keeper.waited": _("No machine took it in time: %(blocked)s"),
    "policy.refused": _("The lab's policy does not allow it: %(violations)s"),
    "snapshot.quota": _("The storage quota is full."),
    "restore.app_gone": _("The app is gone, or was not granted."),
    "restore.app_moved": _("The app was started meanwhile: nothing was changed."),
}


class _Facts(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def why(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence of a reason, with its figures; empty where there is none."""
    if not code:
        return ""
    told = dict(facts or {})
    if code == "snapshot.quota":
        short = [Shortfall(**each) for each in told.get("shortfalls", ())]
        return f"{SENTENCES[code]} {shortfalls(short)}".strip()
    template = SENTENCES.get(code)
    return str(template) % _Facts(told) if template else text(code, told)
