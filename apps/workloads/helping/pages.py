"""A page for each reason code, read from reasons/*.yaml: one source for the portal's help and for docs/."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings

from apps.workloads.helping.words import PARTS
from apps.workloads.reasons import SENTENCES
from orchestration.explain import PARTS as OF_THE_CLUSTER

FOLDER = Path(__file__).parent / "reasons"
_FIGURE = re.compile(r"%\(\w+\)s")
Texts = Mapping[str, str]  #: language -> text


@dataclass(frozen=True)
class Page:
    """Three short texts, each in French and English."""

    means: Texts  #: what happened, and what it means for the app
    you: Texts  #: what somebody of the project can do
    engineer: Texts  #: where an engineer of the lab looks, and what usually helps


@cache
def pages() -> Mapping[str, Page]:
    """Code -> page, in the order of the chain; `*.unavailable` and its like stand for every part."""
    found: dict[str, Page] = {}
    for name in ("parts", "making", "placing", "running", "edge"):
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        found |= {code: Page(**entry) for code, entry in yaml.safe_load(text).items()}
    return found


def page_of(code: str) -> Page | None:
    """The page of a code; a part's trouble has one for all parts. None for what is no reason."""
    part, _dot, kind = code.partition(".")
    general = pages().get(f"*.{kind}") if part in OF_THE_CLUSTER else None
    return pages().get(code) or general


def help_url(code: str) -> str:
    """Where a program or a person finds the page of a code."""
    return f"{settings.PORTAL_URL.rstrip('/')}/help/reasons/{code}/"


def title(code: str) -> str:
    """The sentence of a code where no figures are known, in the reader's language."""
    part, _dot, kind = code.partition(".")
    text = str(SENTENCES.get(code) or SENTENCES.get(f"*.{kind}") or SENTENCES["*"])
    return _FIGURE.sub("…", text.replace("%(part)s", str(PARTS.get(part, part))))
