"""Mail into files: one a mail, whole, under its Message-ID."""

from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from portal import env
from portal.mailbox import EmailBackend


def message(name: str, body: str = "Voilà") -> EmailMessage:
    headers = {"Message-ID": name} if name else {}
    return EmailMessage("Été", body, "p@lab.example", ["a@lab.example"], headers=headers)


def test_sent_twice_is_there_once(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"
    for _ in range(2):
        assert (
            EmailBackend(file_path=str(folder)).send_messages([message("<1@lab>"), message("<2@lab>")]) == 2
        )
    assert sorted(each.name for each in folder.iterdir()) == ["1@lab.eml", "2@lab.eml"]
    read = BytesParser(policy=default).parsebytes((folder / "1@lab.eml").read_bytes())
    assert (read["Subject"], read.get_content().strip()) == ("Été", "Voilà")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("<../../etc/x@lab>", "out of the folder"), ("</x@lab>", "from the root"), ("<a b@lab>", "a space")],
)
def test_a_name_stays_in_the_folder(tmp_path: Path, name: str, reason: str) -> None:
    EmailBackend(file_path=str(tmp_path / "mail")).send_messages([message(name)])
    assert len(list((tmp_path / "mail").iterdir())) == 1, reason
    assert [each.name for each in tmp_path.iterdir()] == ["mail"]


def test_a_mail_without_a_name_gets_one(tmp_path: Path) -> None:
    EmailBackend(file_path=str(tmp_path)).send_messages([message(""), message("")])
    assert len(list(tmp_path.iterdir())) == 2


def test_the_setting_chooses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "filemail:///srv/mail")
    assert env.mail("EMAIL_URL", "")["EMAIL_BACKEND"] == "portal.mailbox.EmailBackend"
