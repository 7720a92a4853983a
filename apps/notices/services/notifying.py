"""Telling people: the notice and its mail are written with what they tell of."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.notices.enums import ByMail
from apps.notices.kinds import KINDS
from apps.notices.models import LETTER, MAIL, DigestHour, Notice, Outbox, Preference

Params = Mapping[str, Any]
_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]{0,499}")  # of the portal: never another site's


@transaction.atomic
def notify(*, kind: str, recipients: Iterable[UUID], params: Params, path: str, once: str = "") -> None:
    """Write one notice a person, and its mail as the person wants it, into the caller's transaction.

    `path` is where in the portal the notice leads. A second notice of the same `once` is not written.
    Raises ValueError for a kind, a parameter or a path that no mail could be made of.
    """
    _check(kind, params, path)
    ids = set(recipients)
    people = get_user_model().objects.filter(id__in=ids, is_active=True).order_by("id")
    notices = [
        Notice(person_id=each, kind=kind, params=dict(params), path=path, once=once)
        for each in people.values_list("id", flat=True)
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=bool(once))
    if once:  # those of an earlier notice are not there under these ids
        written = Notice.objects.filter(id__in=[each.id for each in notices])
        notices = list(written)
    _post(kind, notices)


def notify_address(*, kind: str, email: str, language: str, params: Params, path: str) -> None:
    """Write a mail to somebody who is not in the portal yet. Its words leave the database once it is sent.

    Raises ValueError as notify does.
    """
    _check(kind, params, path)
    letter = {"kind": kind, "email": email, "language": language, "params": dict(params), "path": path}
    Outbox.objects.create(kind=LETTER, payload=letter, due_at=timezone.now())


def _check(kind: str, params: Params, path: str) -> None:
    if missing := KINDS[kind].params - set(params) if kind in KINDS else {kind}:
        raise ValueError(f"notice {kind}: what is {', '.join(sorted(missing))}?")
    if not _PATH.fullmatch(path):
        raise ValueError(f"notice {kind}: {path} is no path of the portal")


def _post(kind: str, notices: list[Notice]) -> None:
    """The mails of these notices: one at once, one of the next digest, or none."""
    group, now = KINDS[kind].group, timezone.now()
    people = [each.person_id for each in notices]
    chosen = dict(
        Preference.objects.filter(person__in=people, group=group).values_list("person_id", "by_mail")
    )
    hours = dict(DigestHour.objects.filter(person__in=people).values_list("person_id", "hour"))
    rows = []
    for notice in notices:
        how = chosen.get(notice.person_id, ByMail.AT_ONCE)
        if how == ByMail.OFF and KINDS[kind].may_stop:
            continue
        daily = how != ByMail.AT_ONCE
        due = next_digest(now, hours.get(notice.person_id)) if daily else now
        payload = {"notice": str(notice.id)}
        rows.append(Outbox(kind=MAIL, payload=payload, notice=notice, together=daily, due_at=due))
    Outbox.objects.bulk_create(rows)


def next_digest(now: datetime, hour: int | None) -> datetime:
    """When the next daily mail leaves: at the person's hour, or else the lab's."""
    local = timezone.localtime(now)
    chosen = settings.DIGEST_HOUR if hour is None else hour
    at = local.replace(hour=chosen, minute=0, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)
