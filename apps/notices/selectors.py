"""Reading notices, how people want them, and mails that did not leave."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from apps.notices.enums import ByMail, Group
from apps.notices.models import DigestHour, Notice, Outbox, Preference

UNREAD_MAX = 100  # beyond it nobody counts


def of_person(person_id: UUID) -> "QuerySet[Notice]":
    """A person's notices, the newest first."""
    notices: QuerySet[Notice] = Notice.objects.filter(person_id=person_id).order_by("-created_at", "id")
    return notices


def unread(person_id: UUID) -> int:
    """How many a person has not read, up to UNREAD_MAX: one query, as long as it may be."""
    return int(Notice.objects.filter(person_id=person_id, read_at__isnull=True)[:UNREAD_MAX].count())


def preferences(person_id: UUID) -> Mapping[str, str]:
    """How each group comes by mail to a person: at once where nothing was chosen."""
    chosen = dict(Preference.objects.filter(person_id=person_id).values_list("group", "by_mail"))
    groups = [group for group in Group if group != Group.INVITATIONS]
    return {group.value: chosen.get(group, ByMail.AT_ONCE.value) for group in groups}


def digest_hour(person_id: UUID) -> int:
    """At which hour a person's daily mail leaves."""
    found = DigestHour.objects.filter(person_id=person_id).values_list("hour", flat=True).first()
    return int(settings.DIGEST_HOUR if found is None else found)


def has_left(once: str) -> bool:
    """Whether the mail of a notice of this key has left to anybody, or none was to be written."""
    mails = Outbox.objects.filter(notice__once=once)
    return not mails.exists() or mails.filter(sent_at__isnull=False).exists()


def undelivered() -> "QuerySet[Outbox]":
    """Mails that failed at least once and have not left, those given up first: for the lab's admins."""
    tried = Outbox.objects.filter(sent_at__isnull=True).exclude(error="")
    rows: QuerySet[Outbox] = tried.select_related("notice__person").order_by("-tries", "created_at", "id")
    return rows
