"""The environment is read as its author meant it."""

import pytest

from portal import env


def test_the_mail_folder_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder would be made wherever the process happened to start."""
    monkeypatch.setenv("EMAIL_URL", "filemail:///srv/paillasse/mail")
    assert env.mail("EMAIL_URL", "consolemail://")["EMAIL_FILE_PATH"] == "/srv/paillasse/mail"
