"""Take from what a program wrote all that could act on whoever reads it, in a terminal or in a browser.

Sequences that steer a terminal (ECMA-48, and what xterm adds: titles, clipboard, links) go without a trace;
other control characters and those that turn the direction of text are shown as what they are.
"""

import re
from collections.abc import Mapping
from typing import Any

LINE_MAX = 16_384  #: characters of one line that are kept
_ESC = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|$)"  # CSI: colours, the cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC, with text
    r"|\x1b[ -/]*[0-~]?"  # all other escapes, and one that was cut off
)
_SEQUENCES = re.compile(_ESC)
#: turn or hide text: bidirectional controls, breaks of lines, what has no width, tags
_TURNING = "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_HIDDEN = re.compile(f"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff{_TURNING}]")
_PICTURES = 0x2400  # U+2400 and on: a picture of each of the first 32 characters
_DELETE, _PICTURE_OF_DELETE = 0x7F, "\u2421"
_CONTROLS = 0x20


def disarm(line: str, limit: int = LINE_MAX) -> str:
    """One line as plain text, at most `limit` characters of it and how many more there were."""
    if len(line) > limit:
        line = f"{line[:limit]}… (+{len(line) - limit})"
    if line.isprintable():
        return line
    return _HIDDEN.sub(_shown, _SEQUENCES.sub("", line.rstrip("\r\n")))


def disarm_all(value: Any) -> Any:
    """A copy of JSON-like data whose texts are plain, line by line; PostgreSQL keeps no NUL in any."""
    if isinstance(value, Mapping):
        return {key: disarm_all(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [disarm_all(each) for each in value]
    return "\n".join(map(disarm, value.split("\n"))) if isinstance(value, str) else value


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < _CONTROLS:
        return chr(_PICTURES + code)
    return _PICTURE_OF_DELETE if code == _DELETE else f"⟦U+{code:04X}⟧"
