"""The sentence of each error code, in the reader's language.

A code is stable and English (`area.what`); what a person reads is here and in the catalogue of translations.
A sentence says what is wrong and, where one can, what to do next.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.base.messages import of_apps, of_people
from kernel.errors import PaillasseError, QuotaExceeded, RefusedMany, Shortfall
from kernel.units import DIMENSIONS

SENTENCES: Mapping[str, Promise] = {**of_people.SENTENCES, **of_apps.SENTENCES}
NAMES: Mapping[str, Promise] = {
    "apps": _("apps"),
    "cpu_mhz": _("CPU"),
    "memory_mib": _("memory"),
    "storage_mib": _("storage"),
    "gpus": _("GPUs"),
    "always_on": _("always-on apps"),
}
UNITS: Mapping[str, Promise] = {"MHz": _("MHz"), "MiB": _("MiB")}


def dimension_label(name: str) -> str:
    """What a field for an amount is called: the dimension, and the unit in which it is typed."""
    unit = DIMENSIONS.get(name, "")
    word = capfirst(str(NAMES.get(name, name)))
    return f"{word} ({UNITS.get(unit, unit)})" if unit else word


SCOPES: Mapping[str, Promise] = {
    "person": _("all personal projects of one member"),
    "lab": _("the whole lab"),
}


class _Params(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(error: PaillasseError) -> str:
    """What a person reads about the error, in the active language."""
    if isinstance(error, RefusedMany):
        return " ".join(dict.fromkeys(sentence(each) for each in error.refusals)) or text("refused_many")
    if isinstance(error, QuotaExceeded):
        return f"{text(error.code)} {shortfalls(error.shortfalls)}".strip()
    return text(error.code, error.params)


def text(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code, or of its kind (`nomad.unavailable` -> `unavailable`)."""
    template = SENTENCES.get(code) or SENTENCES.get(code.rsplit(".", 1)[-1]) or SENTENCES["error"]
    return str(template) % _Params({name: _shown(value) for name, value in (params or {}).items()})


def _shown(value: object) -> object:
    """A day as the reader's language writes it; all else as it is."""
    return formats.date_format(value, "DATE_FORMAT") if isinstance(value, date) else value


def shortfalls(missing: Iterable[Shortfall]) -> str:
    """The figures of a refusal, dimension by dimension."""
    form = gettext(
        "%(what)s: %(used)s used and %(reserved)s reserved of %(limit)s %(unit)s, %(asked)s asked."
    )
    return " ".join(
        " ".join(
            (
                form
                % {
                    "what": _what(each),
                    "used": each.used,
                    "reserved": each.reserved,
                    "limit": each.limit,
                    "unit": DIMENSIONS.get(each.dimension, ""),
                    "asked": each.asked,
                }
            )
            .replace(" ,", ",")
            .split()
        )
        for each in missing
    )


def _what(missing: Shortfall) -> str:
    """The dimension, and whose ceiling it is that is short, if it is not the project's limit."""
    name = str(NAMES.get(missing.dimension, missing.dimension))
    return f"{name} ({SCOPES[missing.scope]})" if missing.scope in SCOPES else name
