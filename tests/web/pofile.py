"""Read a catalogue of translations: only what the tests ask of it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')


@dataclass(frozen=True)
class Entry:
    """One text with its translations: one, or one for each plural form."""

    context: str
    msgid: str
    plural: str
    translations: tuple[str, ...]
    fuzzy: bool


def read(path: Path) -> list[Entry]:
    """All entries but the header and obsolete ones."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return [entry for block in blocks if (entry := _entry(block)) and entry.msgid]


def _entry(block: str) -> Entry | None:
    texts: dict[str, str] = {}
    for key, value in _values(block):
        texts[key] = texts.get(key, "") + value
    if "msgid" not in texts:
        return None
    translations = tuple(text for key, text in texts.items() if key.startswith("msgstr"))
    fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines())
    return Entry(texts.get("msgctxt", ""), texts["msgid"], texts.get("msgid_plural", ""), translations, fuzzy)


def _values(block: str) -> Iterator[tuple[str, str]]:
    key = ""
    for line in block.splitlines():
        match = _LINE.fullmatch(line)
        if match:
            key = match[1]
            yield key, ast.literal_eval(match[2])
        elif line.startswith('"'):
            yield key, ast.literal_eval(line)
