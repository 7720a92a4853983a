"""Notices are read, and people choose how they come by mail."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.notices.enums import ByMail, Group
from apps.notices.kinds import may_stop
from apps.notices.models import DigestHour, Notice, Outbox, Preference
from apps.notices.services.notifying import next_digest
from kernel.errors import Refused


def mark_read(*, person_id: UUID, notice_ids: Collection[UUID] | None = None) -> int:
    """Note that a person has read these notices of theirs, or all; returns how many were unread."""
    unread = Notice.objects.filter(person_id=person_id, read_at__isnull=True)
    chosen = unread if notice_ids is None else unread.filter(id__in=notice_ids)
    return int(chosen.update(read_at=timezone.now()))


@transaction.atomic
def set_preferences(*, person_id: UUID, by_mail: Mapping[str, str], hour: int | None = None) -> None:
    """Keep how each named group comes by mail, and at which hour (0 to 23) the daily mail leaves.

    Mails that wait go by the new choice. Raises Refused for what is no group, no way or no hour, and for
    turning off what somebody else waits for.
    """
    for group, how in by_mail.items():
        _check(group, how)
    if hour is not None and hour not in range(24):
        raise Refused("notices.hour", field="hour")
    for group, how in by_mail.items():
        Preference.objects.update_or_create(
            person_id=person_id, group=group, defaults={"by_mail": ByMail(how)}
        )
    if hour is not None:
        DigestHour.objects.update_or_create(person_id=person_id, defaults={"hour": hour})
        _move_digest(person_id, hour)


def stop(*, person_id: UUID, groups: Collection[str]) -> None:
    """No more mails of these groups to this person, by the link in one of them."""
    set_preferences(person_id=person_id, by_mail=dict.fromkeys(groups, ByMail.OFF.value))


def _check(group: str, how: str) -> None:
    if group not in Group.values or group == Group.INVITATIONS:
        raise Refused("notices.group", field=group, group=group)
    if how not in ByMail.values:
        raise Refused("notices.by_mail", field=group)
    if how == ByMail.OFF and not may_stop(group):
        raise Refused("notices.duty", field=group)


def _move_digest(person_id: UUID, hour: int) -> None:
    """The next daily mail leaves at the new hour."""
    waiting = Outbox.objects.filter(notice__person_id=person_id, together=True, batch__isnull=True)
    waiting.filter(sent_at__isnull=True).update(due_at=next_digest(timezone.now(), hour))


@transaction.atomic
def forget(*, older_than: datetime) -> int:
    """Drop notices and mails from before a time, read or not, sent or given up; returns how many rows."""
    mails = Outbox.objects.filter(created_at__lt=older_than).delete()[0]
    return int(mails + Notice.objects.filter(created_at__lt=older_than).delete()[0])
