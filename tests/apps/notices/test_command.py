"""`manage.py mails`: what a trial's mails say, readable in a terminal."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.accounts.models import Person
from apps.notices import services


def shown(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mails", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def sent(alice: Person, bob: Person, settings: Settings, tmp_path: Path, french: None) -> None:
    """Two mails to alice, one to bob."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "portal.mailbox.EmailBackend", str(tmp_path)
    for person, app in ((alice, "Été"), (bob, "Printemps"), (alice, "Hiver")):
        services.notify(
            kind="app.failed", recipients=[person.id], params={"app": app, "project": "P"}, path="/"
        )
        services.send_due()


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("arguments", "subjects"),
    [
        ((), ["Été", "Printemps", "Hiver"]),
        (("alice",), ["Été", "Hiver"]),
        (("alice", "--last=1"), ["Hiver"]),
        (("nobody",), []),
        (("--last=0",), []),
        (("--last=-1",), []),
    ],
)
def test_what_is_shown(arguments: tuple[str, ...], subjects: list[str]) -> None:
    lines = shown(*arguments).splitlines()
    found = [line for line in lines if line.startswith("Subject: ")]
    assert found == [f"Subject: En échec : {each} (P)" for each in subjects]


def test_where_mails_go_to_a_server(settings: Settings) -> None:
    settings.EMAIL_FILE_PATH = ""
    with pytest.raises(CommandError, match="EMAIL_URL"):
        shown()
