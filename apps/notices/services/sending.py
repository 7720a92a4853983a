"""Mails leave: one at a time, in the language and the way that the reader wants when they leave."""

import smtplib
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection

from apps.notices.enums import ByMail
from apps.notices.kinds import KINDS
from apps.notices.mail import Item, compose
from apps.notices.models import LETTER, MAIL, Notice, Preference
from apps.notices.services.outbox import deliver_one
from kernel.errors import Unavailable


def send_due(limit: int = 50) -> int:
    """Send mails that are due, at most `limit`; returns how many were tried.

    Raises Unavailable where the mail server is away; then nothing is lost.
    """
    tried = 0
    while tried < limit and deliver_one(send, kinds=(MAIL, LETTER)):
        tried += 1
    return tried


def send(kind: str, payload: Mapping[str, Any]) -> None:
    """Make the mail and hand it over. Raises Unavailable, and what the server says of this mail alone."""
    mail = _letter(payload) if kind == LETTER else _mail(payload)
    if mail is None:
        return
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable("mail", f"{type(error).__name__}: {error}"[:200]) from error
    try:
        server.send_messages([mail])
    finally:
        server.close()


def _letter(payload: Mapping[str, Any]) -> EmailMultiAlternatives:
    item = Item(payload["kind"], payload["params"], payload["path"])
    return compose(
        [item], to=payload["email"], language=payload["language"], batch=payload["batch"], person=None
    )


def _mail(payload: Mapping[str, Any]) -> EmailMultiAlternatives | None:
    """One mail of the notices that their reader still wants; None where nobody is to be written to."""
    found = Notice.objects.filter(id__in=payload["notices"]).select_related("person")
    notices = list(found.order_by("-created_at", "id"))
    if not notices or not notices[0].person.is_active or not notices[0].person.email:
        return None
    person = notices[0].person
    refused = set(
        Preference.objects.filter(person=person, by_mail=ByMail.OFF).values_list("group", flat=True)
    )
    wanted = [each for each in notices if not _stopped(each.kind, refused)]
    items = [Item(each.kind, each.params, each.path) for each in wanted]
    if not items:
        return None
    return compose(items, to=person.email, language=person.language, batch=payload["batch"], person=person.id)


def _stopped(kind: str, refused: set[str]) -> bool:
    known = KINDS.get(kind)
    return known is not None and known.may_stop and known.group in refused
