"""JSON from outside, refused where PostgreSQL or Python would stumble over it later."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

VALUES_MAX = 5_000  #: of a body: each is judged by itself, and what is wrong with each is told


class JSONParser(parsers.JSONParser):
    """DRF's, which also refuses NUL, lone surrogates (PostgreSQL keeps neither), and too much or too deep."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read a body; raises ParseError."""
        try:
            data = super().parse(stream, media_type, parser_context)
            if sum(1 for _value in _values(data)) > VALUES_MAX:
                raise ParseError(f"at most {VALUES_MAX} values", code="too_many_values")
        except RecursionError as error:
            raise ParseError("nested too deeply", code="too_deep") from error
        except UnicodeEncodeError as error:
            raise ParseError("a lone surrogate is no text", code="surrogate") from error
        return data


def _values(data: Any) -> Iterator[Any]:
    """Every value with those inside it, texts looked through on the way."""
    yield data
    if isinstance(data, str):
        _check(data)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            _check(key)
            yield from _values(value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value)


def _check(text: str) -> None:
    text.encode()
    if "\0" in text:
        raise ParseError("NUL is no text", code="nul")
