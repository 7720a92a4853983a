"""The words of each kind of notice: what happened and to what, what to do, where the one button leads.

They are made when somebody reads them, in that person's language, from the notice's parameters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _of

from apps.base.messages import NAMES
from apps.base.templatetags.pages import amount
from kernel.units import DIMENSIONS

_LONGEST = 600  # characters of one fact
#: Line breaks, other controls, and marks that turn the direction of what follows.
_UNPRINTED = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Words:
    """What one kind says; `%(name)s` stands for a parameter."""

    subject: str | Promise
    lead: str | Promise
    button: str | Promise


@dataclass(frozen=True)
class Told:
    """A notice as a person reads it."""

    subject: str
    lead: str
    button: str
    facts: tuple[tuple[str, str], ...]


_REQUEST, _PROJECT, _QUOTA = _("See the request"), _("Open the project"), _("See the quota")
_DECIDE, _RENEW = _("Look at the request"), _("Renew the app")
#: `request.decided` has words for each verdict; the kind alone is for all others.
WORDS: Mapping[str, Words] = {
    "request.asked": Words(
        _("To decide: %(what)s (%(project)s)"), _("%(requester)s waits for your decision."), _DECIDE
    ),
    "request.answered": Words(
        _("Answered: %(what)s (%(project)s)"),
        _("%(by)s has answered; the request waits for your decision again."),
        _DECIDE,
    ),
    "request.reminder": Words(
        _("Still to decide: %(what)s (%(project)s)"),
        _("%(requester)s has waited %(days)s for your decision."),
        _DECIDE,
    ),
    "request.escalated": Words(
        _("Nobody has decided yet: %(what)s (%(project)s)"),
        _("%(requester)s has waited %(days)s. Please decide, or assign the request to a colleague."),
        _DECIDE,
    ),
    "request.decided": Words(
        _("Decided: %(what)s"), _("Your request is closed. Read what was decided."), _REQUEST
    ),
    "request.decided.approved": Words(
        _("Approved: %(what)s"), _("Your request is approved and is being carried out."), _REQUEST
    ),
    "request.decided.partially_approved": Words(
        _("Approved in part: %(what)s"), _("Read what was granted, and until when."), _REQUEST
    ),
    "request.decided.rejected": Words(
        _("Rejected: %(what)s"), _("Read the reason. You can change your request and ask again."), _REQUEST
    ),
    "request.decided.expired": Words(
        _("Expired: %(what)s"),
        _("Your request had waited too long. Ask again if you still need it."),
        _REQUEST,
    ),
    "request.changes_requested": Words(
        _("To complete: %(what)s"),
        _("%(by)s asks you to change or explain your request. Answer, so that it can be decided."),
        _("Answer"),
    ),
    "request.decided.withdrawn": Words(
        _("Taken back: %(what)s"), _("%(by)s has taken your request back."), _REQUEST
    ),
    "request.taken": Words(
        _("In review: %(what)s (%(project)s)"), _("%(by)s is looking at your request."), _REQUEST
    ),
    "request.commented": Words(
        _("A word on your request: %(what)s"), _("%(by)s has written to you."), _REQUEST
    ),
    "request.grant_ended": Words(
        _("The quota granted for a time has ended: %(project)s"),
        _("What runs goes on. Ask for a longer time if you need more again."),
        _QUOTA,
    ),
    "quota.grant_ending": Words(
        _("The quota granted for a time ends in %(days)s: %(project)s"),
        _("Ask for a longer time if you need it after %(ends_on)s."),
        _QUOTA,
    ),
    "quota.difference": Words(
        _("Quotas are not counted right: %(where)s"),
        _("Run manage.py recount, look for the cause, then repair."),
        _("See the quotas"),
    ),
    "member.added": Words(
        _("You are a member of %(project)s"),
        _("%(by)s has added you. Your role: %(role)s."),
        _PROJECT,
    ),
    "member.invited": Words(
        _("Invitation to the project %(project)s"),
        _("%(by)s invites you. Accept before %(ends_on)s."),
        _("Accept the invitation"),
    ),
    "member.ending": Words(
        _("A membership ends in %(days)s: %(project)s"),
        _("An owner of the project can give it a later end than %(ends_on)s."),
        _PROJECT,
    ),
    "member.left_lab": Words(
        _("%(person)s has left the lab"),
        _("Say who takes over. Nothing is stopped meanwhile."),
        _("Hand over"),
    ),
    "project.last_owner": Words(
        _("The last owner of %(project)s is no longer in its group"),
        _("%(person)s stays its owner until somebody else is one. Name another owner."),
        _PROJECT,
    ),
    "project.review_due": Words(
        _("Yearly review: %(project)s"),
        _("Say by %(due_on)s whether the project is still needed and its members are still right."),
        _("Review the project"),
    ),
    "project.archived": Words(
        _("Archived: %(project)s"), _("%(by)s has archived the project. It can be restored."), _PROJECT
    ),
    "app.failed": Words(
        _("Failed: %(app)s (%(project)s)"), _("Read why, and what mends it, on the app's page."), _("See why")
    ),
    "app.deleted": Words(
        _("Deleted: %(app)s (%(project)s)"),
        _("%(by)s has deleted the app. Its page brings it back until %(until_on)s; then its data is gone."),
        _("Look at the app"),
    ),
    "app.restored": Words(
        _("Brought back: %(app)s (%(project)s)"),
        _("%(by)s has undone the deletion of the app."),
        _("Open the app"),
    ),
    "app.purged": Words(
        _("Removed for good: %(app)s (%(project)s)"),
        _("%(by)s has removed the app with its secrets and its data. It cannot be brought back."),
        _("See its history"),
    ),
    "app.canary_over": Words(
        _("Given up: the trial copy of %(app)s (%(project)s)"),
        _(
            "Nobody let the new release in or gave it up in time, so it was given up; "
            "the one before serves as it did. Release it again when you can look at it."
        ),
        _("See its releases"),
    ),
    "app.snapshot_missed": Words(
        _("No snapshot was taken: %(app)s (%(project)s)"),
        _(
            "The snapshot that should be taken by itself was not. The page of its data says why; you are "
            "told again only after one has come."
        ),
        _("See its data"),
    ),
    "fleet.stopped": Words(
        _("Stopped by failures: %(template)s to %(version)s"),
        _("Done: %(done)s, failed: %(failed)s, left: %(left)s. Look why, then let it go on or cancel it."),
        _("See why"),
    ),
    "fleet.done": Words(
        _("Upgraded: %(template)s to %(version)s"),
        _("Done: %(done)s, failed: %(failed)s, left out: %(left)s."),
        _("See the report"),
    ),
    "app.offered": Words(
        _("Offered to %(to)s: %(app)s (%(project)s)"),
        _("%(by)s offers the app to your project. Say whether you take it over; nothing changes before."),
        _("Look at the offer"),
    ),
    "app.handed_over": Words(
        _("Handed over to %(to)s: %(app)s (%(project)s)"),
        _("%(by)s has taken the app over; it counts in the quota of %(to)s from now on."),
        _("Open the app"),
    ),
    "app.offer_declined": Words(
        _("Not taken over by %(to)s: %(app)s (%(project)s)"),
        _("%(by)s has declined the offer. The app stays where it is."),
        _("Open the app"),
    ),
    "app.expiring": Words(
        _("Ends in %(days)s: %(app)s (%(project)s)"),
        _("Renew the app if you need it after %(ends_on)s: one click. If you do not, do nothing."),
        _RENEW,
    ),
    "app.lease_sleep": Words(
        _("Its end has come: %(app)s (%(project)s)"),
        _("It still runs, and is put to sleep in %(days)s, on %(due_on)s, unless you renew it."),
        _RENEW,
    ),
    "app.lease_archive": Words(
        _("Asleep, its end has passed: %(app)s (%(project)s)"),
        _("Nothing is lost. It is archived in %(days)s, on %(due_on)s, unless you renew it."),
        _RENEW,
    ),
    "app.lease_purge": Words(
        _("Removed for good in %(days)s: %(app)s (%(project)s)"),
        _("On %(due_on)s its data and its secrets are deleted for good, unless you renew it."),
        _RENEW,
    ),
    "app.lease_purged": Words(
        _("Removed for good: %(app)s (%(project)s)"),
        _("Its end had passed long ago and nobody renewed it. Its secrets and its data are gone."),
        _("See its history"),
    ),
}
#: parameter -> what stands before it, in the order in which facts are shown
FACTS: Mapping[str, str | Promise] = {
    "what": _of("noun", "Request"),
    "request_kind": _("Kind"),
    "app": _("App"),
    "project": _("Project"),
    "to": _of("a project", "To"),
    "projects": _("Projects"),
    "apps": _("Apps"),
    "person": _("Person"),
    "requester": _("Asked by"),
    "by": _("By"),
    "role": _("Role"),
    "verdict": _("Decision"),
    "dimension": _("Dimension"),
    "amounts": _("Quantities"),
    "used": _("In use"),
    "limit": _("Limit"),
    "base": _("Limit without the grant"),
    "reason": _("Reason"),
    "why": _of("why it failed", "Reason"),
    "where": _("Where"),
    "count": _("How many"),
    "until_on": _("Until"),
    "ends_on": _("Ends on"),
    "due_on": _("Due by"),
    "template": _("Template"),
    "version": _("Version"),
    "done": _("Upgraded"),
    "failed": _("Failed"),
    "left": _("Left"),
}
_CODES: Mapping[str, Mapping[str, str | Promise]] = {
    "role": {"viewer": _("Viewer"), "developer": _("Developer"), "owner": _("Owner")},
    "verdict": {
        "approved": _("Approved"),
        "partially_approved": _("Approved in part"),
        "rejected": _("Rejected"),
        "expired": _("Expired"),
        "withdrawn": _("Withdrawn"),
    },
    "request_kind": {
        "app": _("New app"),
        "change": _("Change of an app"),
        "quota": _("Quota"),
        "project": _("New project"),
        "lease": _of("kind of request", "Longer life of an app"),
        "rights": _("More rights"),
        "handover": _("App of another project"),
    },
    "dimension": NAMES,
}


def told(kind: str, params: Mapping[str, Any]) -> Told:
    """The notice in the active language. A kind of a later release is told by its name alone."""
    words = WORDS.get(f"{kind}.{params.get('verdict', '')}") or WORDS.get(kind) or Words(kind, "", _("Open"))
    shown = {name: _shown(name, value, params) for name, value in params.items()}
    values = _Values(shown)
    facts = tuple((str(label), shown[name]) for name, label in FACTS.items() if shown.get(name))
    return Told(str(words.subject) % values, str(words.lead) % values, str(words.button), facts)


class _Values(dict[str, str]):
    """A sentence with a gap is better than no mail."""

    def __missing__(self, key: str) -> str:
        return "?"


def _shown(name: str, value: Any, params: Mapping[str, Any]) -> str:
    """One parameter as a person reads it, on one line."""
    if isinstance(value, list):
        texts = [_amount(str(each)) if name == "amounts" else one_line(each) for each in value]
        return ", ".join(texts)[:_LONGEST]
    if isinstance(value, Mapping):  # a text for each language, made where its words are
        return one_line(value.get(get_language() or "en") or value.get("en", ""))
    if name == "days":
        return ngettext("%(n)d day", "%(n)d days", int(value)) % {"n": int(value)}
    if name.endswith("_on"):
        return _date(str(value))
    if name in {"limit", "base", "used"} and params.get("dimension") in DIMENSIONS:
        return amount(value, str(params["dimension"]))
    words = _CODES.get(name, {})
    return str(words[value]) if value in words else one_line(value)


def one_line(value: object) -> str:
    """The text without line breaks and other controls: nobody's name writes a mail's header."""
    return _UNPRINTED.sub(" ", str(value)).strip()[:_LONGEST]


def _date(value: str) -> str:
    """An ISO date, or the day of an ISO time."""
    try:
        return formats.date_format(date.fromisoformat(value[:10]), "DATE_FORMAT")
    except ValueError:
        return one_line(value)


def _amount(text: str) -> str:
    """`cpu_mhz=4000` as a person reads it."""
    name, _sign, number = text.partition("=")
    if name not in NAMES or not number.lstrip("-").isdigit():
        return one_line(text)
    return gettext("%(what)s: %(amount)s") % {"what": NAMES[name], "amount": amount(int(number), name)}
