"""French is set as it is printed: an apostrophe is ’, and no line breaks before a colon or inside « »."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT
from tests.web.pofile import read

#: an elision with the typewriter's apostrophe: it is French, in whatever language the rest of a file is
_ELISION = re.compile(
    r"\b(?:[ldnscjmt]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr|aujourd)'(?=[a-zà-öø-ÿœ«<%{`*])",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_PLACES = ("apps", "platform", "templates", "deploy", "docs")
_SUFFIXES = {".py", ".html", ".md", ".yaml", ".yml", ".txt", ".js"}
_LOOSE = re.compile(r"(?<=\S) [:;?!»]|« ")
_MARKUP = re.compile(r"<[^>]*>|%\(\w+\)[a-z]|\{[^}]*\}")


def texts() -> Iterator[Path]:
    """Files with words for people; what others have made is left out."""
    yield from ROOT.glob("*.md")
    for place in _PLACES:
        found = (path for path in sorted((ROOT / place).rglob("*")) if path.suffix in _SUFFIXES)
        yield from (path for path in found if not {"vendor", "__pycache__"} & set(path.parts))


def elisions(text: str) -> list[str]:
    """Where a straight apostrophe stands for an elided letter, outside code."""
    bare = _CODE.sub(lambda code: "`" + "\n" * code[0].count("\n"), text)
    return [
        f"{number}: …{line[max(0, each.start() - 20) : each.end() + 20]}…"
        for number, line in enumerate(bare.splitlines(), start=1)
        for each in _ELISION.finditer(line)
    ]


def test_no_straight_apostrophe_in_french_texts() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{each}" for path in texts() for each in elisions(path.read_text("utf-8"))
    ]
    assert not wrong, "write ’:\n" + "\n".join(wrong)


def translations() -> list[str]:
    """What the pages and mails say in French."""
    entries = read(ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po")
    return [text for each in entries for text in each.translations]


def written(data: Any, *, french: bool = False) -> Iterator[str]:
    """The French texts of a YAML file: what stands under `fr`."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from written(value, french=french or key == "fr")
    elif isinstance(data, list):
        for value in data:
            yield from written(value, french=french)
    elif french and isinstance(data, str):
        yield data


def test_no_straight_apostrophe_in_a_translation() -> None:
    wrong = [text for text in translations() if "'" in _MARKUP.sub("", text)]
    assert not wrong, "write ’:\n" + "\n".join(wrong)


def test_no_line_breaks_before_a_colon_or_inside_quotes() -> None:
    files = [*ROOT.glob("templates/catalogue/*/*.yaml"), *ROOT.glob("apps/workloads/helping/reasons/*.yaml")]
    of_files = (text for file in files for text in written(yaml.safe_load(file.read_text("utf-8"))))
    wrong = [text for text in (*translations(), *of_files) if _LOOSE.search(text)]
    assert not wrong, "a no-break space (U+00A0) stands there:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("l'adresse", True, "an article"),
        ("Jusqu'à demain", True, "a longer word, at the beginning"),
        ("il faut d'abord", True, "a preposition"),
        ("ce qu'%(app)s utilise", True, "before what is put in"),
        ("ce qu'`up` fait", True, "before code"),
        ("l’adresse", False, "the right one"),
        ("it doesn't, and the lab's isn't", False, "English"),
        ("don't and o'clock", False, "English that has the letters of an elision"),
        ("`d'abord` and ```\nl'un\n```", False, "code"),
        ("{'d': 1, 'l': 2}", False, "quotes of a program"),
    ],
)
def test_what_is_an_elision(text: str, found: bool, reason: str) -> None:
    assert bool(elisions(text)) == found, reason
