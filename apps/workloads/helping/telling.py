"""The whole sentence of a reason: what is wrong, the figures, and the reason below the reason."""

from collections.abc import Mapping

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from apps.workloads.helping.details import detail
from apps.workloads.helping.words import CONSTRAINTS, PARTS, PIECES
from apps.workloads.reasons import DIMENSIONS, SENTENCES

#: facts whose values are words of ours or of Nomad's: by the fact's name, what a person reads
_WORDS = {"constraint": CONSTRAINTS, "part": PIECES}


class Facts(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def why(code: str, facts: Mapping[str, object] | None = None) -> str:
    """The sentences of a reason code, with its figures; empty where there is no reason."""
    if not code:
        return ""
    known = facts or {}
    below = str(known.get("cause") or "")
    told = [_sentence(code, known), detail(code, known)]
    if below and below != code:
        told.append(why(below, {key: value for key, value in known.items() if key != "cause"}))
    return " ".join(filter(None, told))


def _sentence(code: str, facts: Mapping[str, object]) -> str:
    part, _dot, kind = code.partition(".")
    template = SENTENCES.get(code) or SENTENCES.get(f"*.{kind}") or SENTENCES["*"]
    told = {key: _told(key, value) for key, value in facts.items()}
    return str(template) % Facts({"part": PARTS.get(part, part), **told})


def _told(key: str, value: object) -> str:
    """A fact as a person reads it; Nomad's words for what is short become words."""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    word = str(value)
    if key == "since":
        return _time(word)
    if key == "dimension":
        return str(DIMENSIONS.get(word.partition(" ")[0], word))
    return str(_WORDS.get(key, {}).get(word, word))


def _time(word: str) -> str:
    """A time, as the reader's language and the lab's clock have it."""
    known = parse_datetime(word)
    return date_format(localtime(known), "DATETIME_FORMAT") if known else "?"
