"""What differs, and what the cluster foretells, in the reader's words."""

from typing import Any

from django import template
from django.utils.translation import gettext, ngettext

from apps.base.messages import NAMES
from apps.base.templatetags.pages import amount, texts
from apps.catalogue.differences import Change
from apps.workloads import explain
from apps.workloads.differences import Difference
from orchestration.causes import Cause
from orchestration.foretell import Foretold

register = template.Library()


@register.filter
def named(found: Difference | Change) -> str:
    """What differs: the question's words where it has some."""
    if found.label:
        return texts(found.label)
    known = {
        "version": gettext("Template version"),
        "driver": gettext("Driver"),
        "count": gettext("Copies"),
        **{name: str(word) for name, word in NAMES.items()},
    }
    return known.get(found.name, found.name)


@register.filter
def shown(value: Any, found: Difference) -> str:
    """One side of a difference; a dash where there is nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    whole = found.kind == "resource" and isinstance(value, int)
    return amount(value, found.name) if whole else str(value)


@register.filter
def version_change(change: Change) -> str:
    """What another version of the template does to one thing."""
    return {
        "parameter.vanished": gettext("No longer asked for: your answer is dropped."),
        "parameter.required": gettext("New, and needs your answer."),
        "parameter.new": gettext("New, with a usual answer."),
        "parameter.default": gettext("The usual answer changes; yours stays."),
        "parameter.rule": gettext("Which answers are taken changes."),
        "image": gettext("The program changes."),
        "size": gettext("A size changes."),
        "bounds": gettext("How much one may take changes."),
        "secret": gettext("A secret changes."),
        "volume": gettext("What is kept changes."),
        "route": gettext("How it is reached changes."),
    }.get(change.kind, change.kind)


@register.filter
def foretold_lines(plan: Foretold) -> list[tuple[str, str]]:
    """What happens to the copies, each line with its icon."""
    lines = [
        ("plus", ngettext("%(n)s copy is added", "%(n)s copies are added", plan.placed), plan.placed),
        (
            "copy",
            ngettext(
                "%(n)s copy of the new release stands beside the others, which serve until you let it in",
                "%(n)s copies of the new release stand beside the others, which serve until you let them in",
                plan.canaries,
            ),
            plan.canaries,
        ),
        (
            "refresh",
            ngettext(
                "%(n)s copy is replaced by a new one",
                "%(n)s copies are replaced by new ones, one after the other",
                plan.replaced,
            ),
            plan.replaced,
        ),
        (
            "pencil",
            ngettext(
                "%(n)s copy goes on running and is changed in place",
                "%(n)s copies go on running and are changed in place",
                plan.in_place,
            ),
            plan.in_place,
        ),
        ("player-stop", ngettext("%(n)s copy ends", "%(n)s copies end", plan.stopped), plan.stopped),
        (
            "check",
            ngettext("%(n)s copy stays as it is", "%(n)s copies stay as they are", plan.untouched),
            plan.untouched,
        ),
    ]
    return [(icon, text % {"n": number}) for icon, text, number in lines if number]


@register.filter
def obstacle(cause: Cause) -> str:
    """Why no machine takes a copy now."""
    return explain.why(cause.code, cause.facts)
