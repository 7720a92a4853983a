"""State, steps and reason of an app, for templates."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.catalogue.manifests.model import Parameter
from apps.cluster import selectors as cluster
from apps.workloads import explain, selectors
from apps.workloads.helping import BUTTONS, WHO
from apps.workloads.models import App, AppEvent, LastWords, Release
from apps.workloads.standing import Standing
from apps.workloads.standing import standing as standing_of
from kernel.disarm import disarm_all
from orchestration.explain import explain as reason_of

register = template.Library()


@register.simple_tag
def state(name: str, size: str = "") -> SafeString:
    """Show a state: word, icon and colour, always together."""
    return drawn(explain.look(name), name, size)


def drawn(look: explain.Look, name: str, size: str) -> SafeString:
    """The sign of a state; there are few, and each page shows many, so each is drawn once in a process."""
    return _drawn(look, name, size, get_language())


@lru_cache(maxsize=512)
def _drawn(look: explain.Look, name: str, size: str, _language: str | None) -> SafeString:
    return render_to_string("components/state.html", {"look": look, "name": name, "size": size})


@register.filter
def state_word(name: str) -> str:
    """Say the state in one word, for titles and the live region."""
    return str(explain.look(name).word)


@register.simple_tag(takes_context=True)
def standing(context: template.RequestContext, app: App) -> Standing:
    """How an app stands now: what was seen, unless it is too old or what would be asked does not answer.

    The parts that do not answer are read once a page.
    """
    kept: Any = context.render_context.dicts[0]
    if "parts_away" not in kept:
        shell = context.get("shell")  # its banner names the same parts
        away = cluster.unreachable() if shell is None else shell.unreachable
        kept["parts_away"] = frozenset(each.part for each in away)
    return standing_of(app, timezone.now(), kept["parts_away"])


@register.filter
def why(seen: Standing | App) -> str:
    """The sentences that say why the app is not as wanted; empty where it is."""
    if isinstance(seen, Standing):
        return explain.why(seen.code, seen.facts)
    return explain.why(seen.observation.reason_code, seen.observation.facts)


@register.filter
def who_helps(code: str) -> str:
    """Who can do something about a reason, in the reader's language."""
    return str(WHO[reason_of(code).who])


@register.filter
def button_word(code: str) -> str:
    """The word on the button that helps; empty where none does."""
    return str(BUTTONS.get(reason_of(code).button, ""))


@register.filter
def address(app: App) -> str:
    """The public address; empty where the app has none."""
    return selectors.address(app)


@register.filter
def what_next(code: str) -> Any:
    """Who acts, and by which button."""
    return explain.what_next(code)


@register.filter
def troubled(seen: Standing) -> bool:
    """Whether the page says more than the state: it failed, or something is to be done, or not to be seen."""
    if seen.state in {"failed", "degraded", "unknown"}:
        return bool(seen.code)
    return bool(seen.code) and bool(reason_of(seen.code).button)


@register.filter
def part_name(part: str) -> str:
    """The proper name of a part of the platform."""
    return str(explain.PARTS.get(part, part))


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


@register.filter
def event_source(event: AppEvent) -> str:
    """Who tells it."""
    return str(explain.TELLERS.get(event.source, event.source))


@register.filter
def words_reason(words: LastWords) -> str:
    """Why a release failed, as it was said then."""
    return explain.why(words.reason_code, words.facts)


@register.filter
def disarmed(text: str) -> str:
    """What a program wrote, harmless to whoever reads it."""
    return str(disarm_all(str(text)))
