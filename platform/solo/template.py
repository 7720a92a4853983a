"""The part of consul-template's language that the portal's templates use.

`{{ with secret "path" }} ... {{ .Data.data.name }} ... {{ end }}`, `{{ .Data.data.name | toJSON }}`,
`{{ index .Data.data "name" }}`, `{{ env "NAME" }}`, string literals, comments, `{{-` and `-}}`. Anything
else is refused: a template that works here works under Nomad.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from solo.errors import Unplaceable

Read = Callable[[str], dict[str, Any]]
_ACTION = re.compile(r"\{\{(-\s)?(.*?)(\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\.[\w.]*|\w+|\S')
_SECRET = re.compile(r'with\s+secret\s+("(?:[^"\\]|\\.)*"|`[^`]*`)')
_FILTERS: dict[str, Callable[[Any], str]] = {
    "toJSON": lambda value: json.dumps(value, separators=(",", ":")),
    "base64Encode": lambda value: base64.b64encode(str(value).encode()).decode(),
    "base64Decode": lambda value: base64.b64decode(str(value)).decode(),
    "trimSpace": lambda value: str(value).strip(),
}
NO_VALUE = "<no value>"


def _refuse(text: str) -> Unplaceable:
    return Unplaceable(f"Template failed: parse: template: {text}", event="template")


def _literal(token: str) -> str:
    return token[1:-1] if token.startswith("`") else str(json.loads(token))


def _dig(data: Any, path: str) -> Any:
    for name in path.strip(".").split("."):
        data = data.get(name) if isinstance(data, dict) and name else (data if not name else None)
    return data


def _term(tokens: list[str], dot: Any, env: Mapping[str, str]) -> Any:
    match tokens:
        case [path] if path.startswith("."):
            return _dig(dot, path)
        case [text] if text[0] in '"`':
            return _literal(text)
        case ["env", name] if name[0] in '"`':
            return env.get(_literal(name), "")
        case ["index", path, name] if path.startswith(".") and name[0] in '"`':
            return _dig(dot, path).get(_literal(name)) if isinstance(_dig(dot, path), dict) else None
        case _:
            raise _refuse(f"this stand-in does not know {{{{ {' '.join(tokens)} }}}}")


def _value(action: str, dot: Any, env: Mapping[str, str]) -> str:
    tokens, stages = _TOKEN.findall(action), [[]]  # type: tuple[list[str], list[list[str]]]
    for part in tokens:
        if part == "|":
            stages.append([])
        else:
            stages[-1].append(part)
    value = _term(stages[0], dot, env)
    for stage in stages[1:]:
        if len(stage) != 1 or stage[0] not in _FILTERS:
            raise _refuse(f'function "{" ".join(stage)}" not defined')
        value = _FILTERS[stage[0]](value)
    return NO_VALUE if value is None else str(value)


def _pieces(source: str) -> list[tuple[str, str]]:
    """The text and the actions of a template in turn, with the trimming that `-` asks for done."""
    pieces, at, trim = [], 0, False
    for match in _ACTION.finditer(source):
        text = source[at : match.start()]
        text = text.lstrip() if trim else text
        pieces.append(("text", text.rstrip() if match[1] else text))
        pieces.append(("action", match[2].strip()))
        at, trim = match.end(), bool(match[3])
    rest = source[at:]
    return [*pieces, ("text", rest.lstrip() if trim else rest)]


def render(source: str, read: Read, env: Mapping[str, str]) -> str:
    """The template's text. Raises Unplaceable for what it does not know, and whatever `read` raises."""
    out: list[str] = []
    dots: list[Any] = [None]
    for kind, piece in _pieces(source):
        if kind == "text":
            out.append(piece)
        elif piece.startswith("/*"):
            continue
        elif secret := _SECRET.fullmatch(piece):
            dots.append({"Data": read(_literal(secret[1]))})
        elif piece == "end":
            if len(dots) == 1:
                raise _refuse("unexpected {{end}}")
            dots.pop()
        else:
            out.append(_value(piece, dots[-1], env))
    if len(dots) != 1:
        raise _refuse("unexpected EOF")
    return "".join(out)


def parse_env(text: str) -> dict[str, str]:
    """KEY=value lines, as a template with `env = true` holds them; values may be quoted."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#"):
            continue
        found[name.strip()] = _unquote(value.strip())
    return found


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()
