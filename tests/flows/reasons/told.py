"""What an app says of itself once something went wrong, in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.flows.client import Api
from tests.waiting import wait_for

SLOWEST_S = 240.0  #: the longest is Nomad's progress deadline, a minute beyond the healthy one


@dataclass(frozen=True)
class Told:
    """A reason as its reader meets it."""

    code: str
    says: str  #: in English, and in French below: with the figures
    dit: str
    who: str
    button: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def observed(person: Api, app_id: str, language: str = "en") -> dict[str, Any]:
    """What the API says of the app, in a language."""
    answer = person.call("GET", f"apps/{app_id}/", headers={"Accept-Language": language})
    seen: dict[str, Any] = answer.json()["observed"]
    return seen


def until_seen(
    person: Api, app_id: str, accept: Callable[[dict[str, Any]], bool], what: str
) -> dict[str, Any]:
    """Wait until what the API says is accepted."""
    last: dict[str, Any] = {}

    def reached() -> dict[str, Any] | None:
        last.clear()
        last.update(observed(person, app_id))
        return dict(last) if accept(last) else None

    try:
        return wait_for(reached, SLOWEST_S, what)
    except AssertionError as late:
        raise AssertionError(f"{late}: {last}") from late


def until_told(person: Api, app_id: str, told: Told) -> dict[str, Any]:
    """Wait for the reason; then see who helps, by which button and page, and the sentence in French."""

    def accept(seen: dict[str, Any]) -> bool:
        same = seen["reason_code"] == told.code and told.says in (seen["message"] or "")
        return same and told.facts.items() <= seen["facts"].items()

    seen = until_seen(person, app_id, accept, f"{told.code}, “{told.says}”")
    assert (seen["who"], seen["button"]) == (told.who, told.button)
    assert seen["help"].endswith(f"/help/reasons/{told.code}/")
    dit = observed(person, app_id, "fr")
    assert told.dit in dit["message"], dit
    assert dit["who_display"] != seen["who_display"]
    return seen
