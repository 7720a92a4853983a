"""Mails through SMTP, and the watcher's loop that sends them."""

import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import default

import pytest
from django.db import connection
from pytest_django import Settings

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.models import Outbox
from apps.notices.services import outbox
from apps.workloads.management.loops import post
from apps.workloads.management.loops.post import Post
from portal import env
from tests.apps.notices.smtp import Catcher, catcher
from tests.waiting import wait_for

DECIDED = {"what": "Wiki", "project": "Génomique", "verdict": "approved"}


def use(settings: Settings, port: int) -> None:
    """As EMAIL_URL says it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
        for name, value in env.mail("EMAIL_URL", "").items():
            setattr(settings, name, value)


@pytest.fixture
def server(settings: Settings) -> Iterator[Catcher]:
    """It refuses bob."""
    with catcher("bob@") as found:
        use(settings, found.port)
        yield found


def tell(*people: Person) -> None:
    services.notify(
        kind="request.decided", recipients=[each.id for each in people], params=DECIDED, path="/requests/"
    )


def test_through_smtp(alice: Person, bob: Person, server: Catcher) -> None:
    assert bob.email.startswith("bob@")
    tell(alice, bob)
    assert services.send_due() == 2
    (taken,) = server.taken
    mail = BytesParser(policy=default).parsebytes(taken)
    assert mail["To"] == alice.email
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip().startswith("<https://")
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}
    refused = Outbox.objects.get(notice__person=bob)
    assert refused.sent_at is None
    assert "550" in refused.error


def test_the_same_message_id_after_a_crash(
    alice: Person, server: Catcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that SMTP allows: the receiver can tell that it is the same mail."""
    tell(alice)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_sent", lambda _taken: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            services.send_due()
    Outbox.objects.update(leased_until=None)
    services.send_due()
    first, again = (BytesParser(policy=default).parsebytes(each)["Message-ID"] for each in server.taken)
    assert first == again


@pytest.mark.django_db(transaction=True)
def test_the_watcher_sends_once_the_server_is_back(
    alice: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "AWAY_S", 0.05)
    monkeypatch.setattr(post, "EVERY_S", 0.05)
    with catcher() as gone:
        port = gone.port
    use(settings, port)
    tell(alice)
    stop = threading.Event()
    loop = Post(stop)
    loop.turn()
    assert Outbox.objects.get().tries == 0, "an absent server costs no try"
    with catcher() as server:
        use(settings, server.port)

        def work() -> None:
            try:
                while not stop.is_set():
                    loop.turn()
            finally:
                connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            wait_for(lambda: server.taken, 10, "the mail has left")
        finally:
            stop.set()
            thread.join()
    wait_for(lambda: Outbox.objects.filter(sent_at__isnull=False).exists(), 10, "it is noted")
