"""What a reason's figures add to its sentence: which machine comes closest, what a check got."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.workloads.helping.words import CAME, EXITS, VIOLATIONS

Facts = Mapping[str, Any]
_UNITS = {"memory": _("MiB"), "cpu": "MHz", "cores": "MHz", "disk": _("MiB")}
_SECONDS = 60
_TAG = re.compile(r"<[^<>]*>")


def detail(code: str, facts: Facts) -> str:
    """One or more sentences in the reader's language; empty where the figures tell nothing more."""
    made = _BY_CODE.get(code)
    return " ".join(filter(None, made(facts))) if made and facts else ""


def amount(dimension: str, value: object) -> str:
    """A figure of one of Nomad's dimensions, with its unit."""
    unit = str(_UNITS.get(dimension.partition(" ")[0], ""))
    return f"{value} {unit}".strip()


def _number(value: object) -> int:
    """A figure; nothing for what an older row holds instead."""
    return int(str(value)) if str(value).isdigit() else 0


def _placement(facts: Facts) -> list[str]:
    dimension = str(facts.get("dimension", ""))
    said = []
    if facts.get("asked"):
        said.append(gettext("It asks for %(asked)s.") % {"asked": amount(dimension, facts["asked"])})
    if looked_at := _number(facts.get("looked_at")):
        said.append(_short(_number(facts.get("nodes")), looked_at))
    closest = facts.get("closest")
    near = closest if isinstance(closest, list) else []
    listed = ", ".join(f"{each['node']} ({amount(dimension, each['free'])})" for each in near)
    if listed:
        said.append(
            gettext("The machines that come closest, with what is free: %(list)s.") % {"list": listed}
        )
    return said


def _short(nodes: int, looked_at: int) -> str:
    text = ngettext(
        "%(looked_at)s machine was looked at, %(nodes)s of them too full.",
        "%(looked_at)s machines were looked at, %(nodes)s of them too full.",
        looked_at,
    )
    return text % {"looked_at": looked_at, "nodes": nodes}


def _filtered(facts: Facts) -> list[str]:
    looked_at = _number(facts.get("looked_at"))
    if not looked_at:
        return []
    text = ngettext("%(n)s machine was looked at.", "%(n)s machines were looked at.", looked_at)
    return [text % {"n": looked_at}]


def _exit(facts: Facts) -> list[str]:
    known = EXITS.get(_number(facts["exit_code"])) if "exit_code" in facts else None
    return [str(known) if known else ""]


def _check(facts: Facts) -> list[str]:
    if not facts.get("asked"):
        return []
    text = CAME.get(str(facts.get("came") or ""), CAME[""])
    shown = {"asked": _asked(str(facts["asked"])), "status": facts.get("status", "?")}
    said = [str(text) % shown]
    if facts.get("text"):
        said.append(gettext("It said: “%(text)s”.") % {"text": _words(str(facts["text"]))})
    return said


def _words(answer: str) -> str:
    """What a page of an app says, without its tags: they tell nobody why."""
    if not answer.lstrip().startswith("<"):
        return answer
    return " ".join(_TAG.sub(" ", answer).split()) or answer


def _asked(what: str) -> str:
    return gettext("a connection to its port") if what == "TCP" else what


def _deadline(facts: Facts) -> list[str]:
    seconds = _number(facts.get("deadline_s"))
    return [gettext("The template gives it %(time)s.") % {"time": _time(seconds)}] if seconds else []


def _time(seconds: int) -> str:
    if seconds >= _SECONDS:
        minutes = round(seconds / _SECONDS)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}


def _route(facts: Facts) -> list[str]:
    errors = facts.get("errors") or ()
    return [gettext("Traefik says: %(errors)s.") % {"errors": "; ".join(errors)}] if errors else []


def _status(facts: Facts) -> list[str]:
    if not (facts.get("path") and facts.get("accepted")):
        return []
    accepted = ", ".join(str(each) for each in facts["accepted"])
    text = gettext("It was asked for %(path)s; an answer would be %(accepted)s.")
    return [text % {"path": facts["path"], "accepted": accepted}]


def _host(facts: Facts) -> list[str]:
    return [gettext("The address is %(host)s.") % {"host": facts["host"]}] if facts.get("host") else []


def _violations(facts: Facts) -> list[str]:
    codes = dict.fromkeys(str(each).partition(" ")[0] for each in facts.get("violations") or ())
    return [str(VIOLATIONS.get(code, f"({code})")) for code in codes]


_BY_CODE: Mapping[str, Callable[[Facts], list[str]]] = {
    "placement.exhausted": _placement,
    "placement.constraint": _filtered,
    "placement.driver": _filtered,
    "task.exit": _exit,
    "check.failing": _check,
    "copies.missing": _check,
    "deadline.passed": _deadline,
    "route.disabled": _route,
    "answer.status": _status,
    "answer.dns": _host,
    "answer.tls": _host,
    "answer.refused": _host,
    "policy.refused": _violations,
}
