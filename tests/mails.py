"""Mails that the portal wrote into a folder: who got what."""

from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from tests.waiting import wait_for


def mails(folder: Path, to: str = "") -> list[EmailMessage]:
    """Those that have left, to one address or to all, the oldest first."""
    files = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    read = [BytesParser(policy=default).parsebytes(each.read_bytes()) for each in files]
    return [each for each in read if isinstance(each, EmailMessage) and (not to or to in str(each["To"]))]


def subject(mail: EmailMessage) -> str:
    """As a person reads it: long ones are folded, with a space in front."""
    return str(mail["Subject"]).strip()


def text(mail: EmailMessage) -> str:
    """The plain part."""
    part = mail.get_body(("plain",))
    assert part is not None, "every mail has a plain part"
    return str(part.get_content())


def wait_for_mail(
    folder: Path, to: str, says: Callable[[EmailMessage], bool], deadline_s: float = 15
) -> EmailMessage:
    """The first mail to an address of which `says` is true."""
    found = wait_for(
        lambda: next((each for each in mails(folder, to) if says(each)), None),
        deadline_s,
        f"a mail to {to}; there are {[subject(each) for each in mails(folder, to)]}",
    )
    assert isinstance(found, EmailMessage)
    return found
