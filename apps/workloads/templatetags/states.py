"""State, steps and reason of an app, for templates."""

from typing import Any

from django import template

from apps.catalogue.manifests.model import Parameter
from apps.workloads import explain, selectors
from apps.workloads.models import App, AppEvent, Release

register = template.Library()


@register.inclusion_tag("components/state.html")
def state(name: str, size: str = "") -> dict[str, Any]:
    """Show a state: word, icon and colour, always together."""
    return {"look": explain.look(name), "name": name, "size": size}


@register.filter
def state_word(name: str) -> str:
    """Say the state in one word, for titles and the live region."""
    return str(explain.look(name).word)


@register.filter
def why(app: App) -> str:
    """The sentence that says why the app is not as wanted; empty where it is."""
    return explain.why(app.observation.reason_code, app.observation.facts)


@register.filter
def address(app: App) -> str:
    """The public address; empty where the app has none."""
    return selectors.address(app)


@register.filter
def what_next(app: App) -> Any:
    """Who acts, and by which button."""
    return explain.what_next(app.observation.reason_code)


@register.filter
def part_name(part: str) -> str:
    """The proper name of a part of the platform."""
    return explain.PARTS.get(part, part)


@register.filter
def steps(app: App) -> list[dict[str, Any]]:
    """List the chain's steps that apply, in order, with how each stands."""
    seen = app.observation
    given = {each["type"]: each for each in seen.conditions}
    going = explain.look(seen.state).moving
    found, reached = [], True
    for kind, step in explain.STEPS.items():
        if given and kind not in given:
            continue
        here = given.get(kind, {})
        is_done = here.get("status") == "true"
        how = "done" if is_done else ("now" if reached and going else "waits")
        if not is_done and reached and seen.state == "failed":
            how = "failed"
        found.append({"how": how, "name": step.name, "what": step.what, **_told(here, seen.facts)})
        reached = reached and is_done
    return found


def _told(condition: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    reason = condition.get("reason", "")
    told = explain.why(reason, facts) if reason != "working" else ""
    return {"since": explain.at(condition.get("since", "")), "why": told}


@register.filter
def event_sentence(event: AppEvent) -> str:
    """One line of the timeline, in the reader's language."""
    return explain.event(event.code, event.params)


@register.filter
def who(label: str) -> str:
    """Name who acted: a person, or a rule."""
    return explain.who(label)


@register.filter
def answer_of(release: Release | None, parameter: Parameter) -> Any:
    """What a release answers to a question: the value, or the file's name."""
    if release is None:
        return ""
    files = {each["parameter"]: each["filename"] for each in release.files}
    return release.parameters.get(parameter.name, files.get(parameter.name, ""))
