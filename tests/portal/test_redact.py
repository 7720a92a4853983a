"""What looks like a right is hidden wherever it stands."""

import subprocess
import sys
from pathlib import Path

import pytest

import kernel
from kernel.redact import HIDDEN, redact, redact_text

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLWJ5dGVz"
KEY = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA_-x"


@pytest.mark.parametrize(
    ("text", "secret", "reason"),
    [
        (f"token {JWT} refused", JWT, "a JWT"),
        (f'{{"id_token":"{JWT}"}}', JWT, "a JWT in JSON"),
        (f"x={JWT.rsplit('.', 1)[0]}.", JWT.rsplit(".", 1)[0], "an unsigned JWT"),
        (f"GET http://portal/files/{KEY}/abc/site.zip failed", KEY, "the key of a release's files"),
        (f"/files/{KEY}", KEY, "the key alone"),
        ("hvs.CAESIJ0123456789abcdefghij", "CAESIJ", "a Vault token"),
        ("lab_abc.secretpart", "secretpart", "our own token"),
        ("eyJnothing-lab_abc.secretpart", "secretpart", "our own token behind the beginning of a JWT"),
        (f"eyJ-eyJ-{JWT}", JWT.split(".")[2], "a JWT behind the beginnings of others"),
        (f"{JWT}.{JWT} {JWT}", JWT.split(".")[2], "JWTs one after the other"),
        ("Authorization: Bearer abc.def", "abc.def", "a bearer"),
    ],
)
def test_hidden(text: str, secret: str, reason: str) -> None:
    found = redact_text(text)
    assert secret not in found, reason
    assert HIDDEN in found
    assert redact({"message": [text]}) == {"message": [found]}


@pytest.mark.parametrize(
    "text", ["eyJust a word", "eyJ.a.b", "/files/ is a folder", "see /files/a", "1.2.3", "www.example.org"]
)
def test_left_as_it_is(text: str) -> None:
    assert redact_text(text) == text


def test_the_rest_of_an_address_stays() -> None:
    assert (
        redact_text(f"http://portal/files/{KEY}/ab12/site.zip")
        == f"http://portal/files/{HIDDEN}/ab12/site.zip"
    )


def test_under_a_telling_name() -> None:
    assert redact({"files_key": "short", "name": "x"}) == {"files_key": HIDDEN, "name": "x"}


#: begins what looks like a secret, again and again, and ends none
_ENDLESS = [
    "eyJ-", "eyJaaaaaa.eyJ-", "eyJ-aaaaaa.", "eyJaaaaaa.bbbbbb", "lab_", "lab_a-", "lab_a.", "s.a-", "hvs.",
    "hvs.-", "Bearer ", "Bearer\t", "/files/", "/files/snapshots/", "-", " ", ".", "\x1b]", "\x1b[0", "\x9b ",
]  # fmt: skip
_WORK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from kernel.disarm import disarm
from kernel.redact import redact_text
for piece in sys.argv[1:]:
    piece = piece.encode().decode("unicode_escape")
    for text in (piece * (2**20 // len(piece)), "eyJ" + piece * (2**20 // len(piece)) + "\\x01"):
        redact_text(text)
        disarm(text, limit=2**20)
"""


def test_a_hostile_text_costs_no_more_than_another() -> None:
    """Regular expressions hold the interpreter: a header of 64 KiB stopped the portal for seconds.

    All of this may take a minute of a processor's time; it takes a few seconds, and took days.
    """
    words = [piece.encode("unicode_escape").decode() for piece in _ENDLESS]
    folder = str(Path(kernel.__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", _WORK, *words], env={"PYTHONPATH": folder}, check=False)
    assert done.returncode == 0, "killed for the time that it took"
