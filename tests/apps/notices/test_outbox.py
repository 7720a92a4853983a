"""The outbox: what is due leaves at least once, and what fails comes again later."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.models import Notice, Outbox
from apps.notices.tasks import forget_notices


def test_sent_once(db: None) -> None:
    sent: list[tuple[str, Mapping[str, Any]]] = []
    services.enqueue(kind="mail", payload={"to": "a"})
    assert services.deliver_one(lambda kind, payload: sent.append((kind, payload)))
    assert not services.deliver_one(lambda kind, payload: sent.append((kind, payload)))
    assert sent == [("mail", {"to": "a"})]


def test_a_failure_is_put_off_and_kept(db: None) -> None:
    def refuse(_kind: str, _payload: Mapping[str, Any]) -> None:
        raise OSError("Bearer abcdef refused")

    services.enqueue(kind="mail", payload={})
    assert services.deliver_one(refuse)
    message = Outbox.objects.get()
    assert (message.sent_at, message.tries) == (None, 1)
    assert message.due_at > timezone.now()
    assert "abcdef" not in message.error
    assert not services.deliver_one(refuse), "not due yet"


def test_after_a_year_it_is_forgotten(alice: Person) -> None:
    for age in (366, 1):
        services.notify(
            kind="app.failed", recipients=[alice.id], params={"app": str(age), "project": "P"}, path="/"
        )
        then = timezone.now() - timedelta(days=age)
        Notice.objects.filter(params__app=str(age)).update(created_at=then)
        Outbox.objects.filter(notice__params__app=str(age)).update(created_at=then)
    forget_notices()
    assert [each.params["app"] for each in Notice.objects.all()] == ["1"]
    assert Outbox.objects.count() == 1
