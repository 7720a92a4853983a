"""JSON that PostgreSQL or Python would stumble over is a 400, not a 500."""

import io

import pytest
from rest_framework.exceptions import ParseError

from apps.base.parsers import JSONParser

BAD = [
    ("NUL in a value", b'{"a": "x\\u0000y"}'),
    ("NUL in a name", b'{"\\u0000": 1}'),
    ("NUL deep inside", b'{"a": [{"b": ["\\u0000"]}]}'),
    ("a lone surrogate", b'{"a": "\\ud800"}'),
    ("nested a hundred thousand deep", b"[" * 100_000),
    ("closed a hundred thousand deep", b"[" * 100_000 + b"]" * 100_000),
    ("not a number", b'{"a": NaN}'),
    ("infinity", b'{"a": Infinity}'),
    ("a number of ten thousand digits", b'{"a": ' + b"9" * 10_000 + b"}"),
    ("no JSON", b"a=1"),
    ("no UTF-8", b'{"a": "\xff"}'),
]


@pytest.mark.parametrize(("reason", "body"), BAD, ids=[each[0] for each in BAD])
def test_refused(reason: str, body: bytes) -> None:
    with pytest.raises(ParseError):
        JSONParser().parse(io.BytesIO(body))


def test_read() -> None:
    assert JSONParser().parse(io.BytesIO('{"a": ["é", 1, null]}'.encode())) == {"a": ["é", 1, None]}
