"""The kinds of notices, in one table: a new kind is a row here and its words in `messages.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.notices.enums import Group

#: How many days before an end people are told of it.
DAYS_BEFORE = (30, 14, 7, 1)


@dataclass(frozen=True)
class Kind:
    """What must be told with a notice, and who may stop it.

    `params` are those that its sentences need; more may come and are shown as facts where `messages.FACTS`
    knows them. Dates (`..._on`) are ISO, figures plain numbers, `role`, `verdict`, `request_kind` and
    `dimension` their codes, `amounts` a list of `cpu_mhz=4000`.
    """

    group: Group
    params: frozenset[str]
    may_stop: bool = True


def _kind(group: Group, params: str, *, may_stop: bool = True) -> Kind:
    return Kind(group, frozenset(params.split()), may_stop)


KINDS: Mapping[str, Kind] = {
    # `what` is the request in a few words: the app's label, the project's name
    "request.asked": _kind(Group.DUTY, "what project requester", may_stop=False),
    "request.answered": _kind(Group.DUTY, "what project by", may_stop=False),
    "request.reminder": _kind(Group.DUTY, "what project requester days", may_stop=False),
    "request.escalated": _kind(Group.DUTY, "what project requester days", may_stop=False),
    "request.decided": _kind(Group.REQUESTS, "what project verdict"),
    "request.changes_requested": _kind(Group.REQUESTS, "what project by reason"),
    "request.taken": _kind(Group.REQUESTS, "what project by"),
    "request.commented": _kind(Group.REQUESTS, "what project by reason"),
    "request.grant_ended": _kind(Group.REQUESTS, "project"),
    "quota.grant_ending": _kind(Group.REQUESTS, "project days ends_on"),
    "quota.difference": _kind(Group.DUTY, "count where", may_stop=False),
    "member.added": _kind(Group.PROJECTS, "project role by"),
    "member.invited": _kind(Group.INVITATIONS, "project role by ends_on", may_stop=False),
    "member.ending": _kind(Group.PROJECTS, "project days ends_on"),
    "member.left_lab": _kind(Group.DUTY, "person", may_stop=False),
    "project.last_owner": _kind(Group.DUTY, "project person", may_stop=False),
    "project.review_due": _kind(Group.PROJECTS, "project due_on"),
    "project.archived": _kind(Group.PROJECTS, "project by"),
    "app.failed": _kind(Group.APPS, "app project"),
    "app.deleted": _kind(Group.APPS, "app project by until_on"),
    "app.restored": _kind(Group.APPS, "app project by"),
    "app.purged": _kind(Group.APPS, "app project by"),
    "app.canary_over": _kind(Group.APPS, "app project"),
    "app.snapshot_missed": _kind(Group.APPS, "app project"),
    "fleet.stopped": _kind(Group.DUTY, "template version done failed left", may_stop=False),
    "fleet.done": _kind(Group.DUTY, "template version done failed left", may_stop=False),
    "app.offered": _kind(Group.APPS, "app project by to"),
    "app.handed_over": _kind(Group.APPS, "app project by to"),
    "app.offer_declined": _kind(Group.APPS, "app project by to"),
    "app.expiring": _kind(Group.APPS, "app project days ends_on"),
    "app.lease_sleep": _kind(Group.APPS, "app project days due_on"),
    "app.lease_archive": _kind(Group.APPS, "app project days due_on"),
    "app.lease_purge": _kind(Group.APPS, "app project days due_on"),
    "app.lease_purged": _kind(Group.APPS, "app project"),
}


def of_group(group: str) -> frozenset[str]:
    """The kinds that are turned on and off together."""
    return frozenset(name for name, kind in KINDS.items() if kind.group == group)


def may_stop(group: str) -> bool:
    """Whether mails of this group can be turned off: not where somebody else waits for the reader."""
    return all(kind.may_stop for kind in KINDS.values() if kind.group == group)
