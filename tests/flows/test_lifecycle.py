"""What tests/apps/workloads/test_lifecycle.py does to fakes, done to the real parts: three lives at a time.

One round of three in the suite; PAILLASSE_LIVES=67 makes the 200 that the fakes have, in about an hour.
"""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.apps.workloads.life import ABSENT, ASLEEP, PRESENT, STOPPED, AppLife, Content
from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
ROUNDS = int(os.environ.get("PAILLASSE_LIVES", "1"))
#: each in a project of its own, so that each one's quota is told apart; whether the app has passwords
PEOPLE = {"alice": False, "charlie": True, "dana": False}
STEPS = 20
SEEN_S, GONE_S = 180.0, 60.0  #: three start at once, and others work beside them
ENDS = {PRESENT: "running", STOPPED: "stopped", ASLEEP: "asleep", "archived": "archived", ABSENT: "gone"}
TABLE = "name,mass\nhydrogen,1\n"
_KEPT = {"secrets", "policies", "roles"}


@dataclass
class RealLife:
    """One app of alice's, and what was asked of it; `secret`: it has passwords, and serves them alone."""

    api: Api
    draw: random.Random
    secret: bool
    name: str
    done: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """It is asked for, and was seen running once."""
        wishes: dict[str, Any] = {"parameters": {"title": "a", "text": "This is a"}}
        if self.secret:
            file = self.api.upload("table.csv", TABLE.encode())
            wishes = {"template": "data-explorer", "parameters": {"title": "a"}, "uploads": {"data": file}}
        self.id = self.api.asked(self.name, **wishes)
        app = self.api.until(self.id, "running", SEEN_S)
        self.life = AppLife(app["slug"], app["address"], stores=False, releases=[Content("a")])

    def step(self) -> None:
        """What may be asked is taken, anything else is refused; now and then its end is waited for."""
        verbs = ["change", "roll_back", "stop", "start", "sleep", "restart", "delete", "undo"]
        verbs += ["rotate"] if self.secret else ["scale"]
        likely = [verb for verb in verbs if self.life.may(verb)]
        verb = self.draw.choice(likely if self.draw.random() < 0.85 else verbs)
        self.done.append(verb)
        may = self.life.may(verb)
        answer = getattr(self, verb)()
        if answer is not None:
            assert answer.status_code == (202 if may else 409), (verb, self.life, answer.text)
            if self.draw.random() < 0.4:
                self.api.until(self.id, ENDS[self.life.wanted], SEEN_S)

    def ask(self, method: str, path: str, body: Any, then: Callable[[], None]) -> requests.Response:
        """One call; the model follows where it was taken."""
        answer = self.api.call(method, f"apps/{self.id}/{path}", json=body)
        if answer.status_code == 202:
            then()
        return answer

    def change(self) -> requests.Response:
        """Another text."""
        title = self.draw.choice("bcd")
        text = {} if self.secret else {"text": f"This is {title}"}
        content = Content(title, "S", self.life.content.count)
        return self.ask(
            "PATCH", "", {"parameters": {"title": title, **text}}, lambda: self.life.released(content)
        )

    def scale(self) -> requests.Response:
        """One copy more, or less."""
        count = 3 - self.life.content.count
        content = Content(self.life.content.title, "S", count)
        return self.ask("POST", "scale/", {"count": count}, lambda: self.life.released(content))

    def roll_back(self) -> requests.Response | None:
        """To an earlier release, where there is one."""
        if len(self.life.releases) == 1:
            return None
        number = self.draw.randrange(1, len(self.life.releases))
        earlier = self.life.releases[number - 1]
        return self.ask("POST", f"releases/{number}/rollback/", {}, lambda: self.life.released(earlier))

    def rotate(self) -> requests.Response:
        """Other passwords."""
        return self.ask("POST", "secrets/rotate/", {}, self.life.rotated)

    def restart(self) -> requests.Response:
        """Its copies are replaced."""
        return self.ask("POST", "restart/", {}, lambda: None)

    def stop(self) -> requests.Response:
        """It stands still."""
        return self.ask("POST", "stop/", {}, lambda: self.life.moved(STOPPED))

    def sleep(self) -> requests.Response:
        """It stands still for a while."""
        return self.ask("POST", "sleep/", {}, lambda: self.life.moved(ASLEEP))

    def start(self) -> requests.Response:
        """It runs again."""
        return self.ask("POST", "start/", {}, lambda: self.life.moved(PRESENT))

    def delete(self) -> requests.Response:
        """It can be undone."""
        return self.ask("DELETE", "", None, self.life.deleted)

    def undo(self) -> requests.Response:
        """As it was."""
        return self.ask("POST", "undo/", {}, self.life.undone)

    def stands(self) -> dict[str, int]:
        """How many things of each part must be there."""
        runs, kept = self.life.wanted == PRESENT, self.secret and self.life.wanted != ABSENT
        return {
            **dict.fromkeys(("jobs", "services"), int(runs)),
            "routers": 2 * runs,
            "volumes": 0,
            **dict.fromkeys(_KEPT, int(kept)),
        }


@pytest.mark.parametrize("number", range(ROUNDS))
def test_lives_end_as_a_plain_model_says(
    stack: dict[str, Any],
    api: Callable[[str], Api],
    fresh: Callable[[str], str],
    outside: Outside,
    number: int,
) -> None:
    lives = [
        RealLife(api(person), random.Random(f"{number} {person}"), secret, fresh("lives"))
        for person, secret in PEOPLE.items()
    ]
    with ThreadPoolExecutor(len(lives)) as pool:
        for done in [pool.submit(live, each, stack, outside) for each in lives]:
            done.result()


def live(real: RealLife, stack: dict[str, Any], outside: Outside) -> None:
    """From its begin to its end: what stands meanwhile and afterwards, and what the project is charged."""
    quota = f"projects/{real.api.project()['id']}/quota/"
    before = real.api.get(quota)
    real.begin()
    for _ in range(STEPS):
        real.step()
    app = real.api.until(real.id, ENDS[real.life.wanted], SEEN_S)
    assert app["release"] == len(real.life.releases), real.done
    wait_for(lambda: counts(outside, real) == real.stands(), GONE_S, f"{real.stands()} after {real.done}")
    assert _apps(real.api.get(quota)) - _apps(before) == real.life.charged().apps, real.done
    if real.life.wanted == PRESENT:
        serves(real, stack, outside)
    if real.life.wanted == "archived":
        real.undo()
    real.api.delete(real.id)
    real.life.moved(ABSENT)
    wait_for(lambda: counts(outside, real) == real.stands(), GONE_S, f"nothing is left after {real.done}")
    assert real.api.get(quota) == before


def serves(real: RealLife, stack: dict[str, Any], outside: Outside) -> None:
    """As many copies as were asked for last run, and say what was asked last."""
    runs = [each for each in outside.allocations(real.life.slug) if each["ClientStatus"] == "running"]
    assert len(runs) == real.life.content.count, real.done
    status, body = fetch(stack, real.life.host)
    assert real.secret or (status, f"This is {real.life.content.title}" in body) == (200, True), body


def counts(outside: Outside, real: RealLife) -> dict[str, int]:
    """How many things of each part are there."""
    return {part: len(names) for part, names in outside.traces(real.life.slug).items()}


def _apps(figures: list[dict[str, Any]]) -> int:
    """Apps that count: reserved until they were seen running, used from then on."""
    return sum(each["used"] + each["reserved"] for each in figures if each["dimension"] == "apps")
