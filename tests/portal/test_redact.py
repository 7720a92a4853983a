"""What looks like a right is hidden wherever it stands."""

import pytest

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
