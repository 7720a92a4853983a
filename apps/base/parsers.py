"""JSON from outside, refused where PostgreSQL or Python would stumble over it later."""

from collections.abc import Mapping
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """DRF's, which also refuses NUL, lone surrogates (PostgreSQL stores neither) and very deep nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read a body; raises ParseError."""
        try:
            data = super().parse(stream, media_type, parser_context)
            _check(data)
        except RecursionError as error:
            raise ParseError("nested too deeply", code="too_deep") from error
        except UnicodeEncodeError as error:
            raise ParseError("a lone surrogate is no text", code="surrogate") from error
        return data


def _check(data: Any) -> None:
    if isinstance(data, str):
        data.encode()
        if "\0" in data:
            raise ParseError("NUL is no text", code="nul")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            _check(key)
            _check(value)
    elif isinstance(data, list):
        for value in data:
            _check(value)
