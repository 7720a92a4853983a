"""Whatever is asked in whatever order, all parts and the ledger end as a plain model says.

Nomad, OpenBao, Consul, Traefik and every charge are compared at the end of a sequence, the sums at each step.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.quotas import selectors as quotas
from apps.workloads import live, services
from apps.workloads.models import App, Observation
from kernel.errors import Conflict, Missing, PaillasseError, QuotaExceeded, Refused
from tests.apps.workloads.chain import Chain
from tests.apps.workloads.life import (
    ABSENT,
    ARCHIVED,
    ASLEEP,
    MAY,
    PRESENT,
    SIZES,
    STOPPED,
    STORED_MIB,
    AppLife,
    Content,
)
from tests.apps.workloads.pictures import password, picture, vault, volumes
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

T = TypeVar("T")
SEQUENCES, STEPS, GROUPS = 200, 20, 8
NAMES = ("one", "two", "three")
ENDS = {PRESENT: "running", STOPPED: "stopped", ASLEEP: "asleep", ARCHIVED: "archived", ABSENT: "gone"}
WAITING = "canary.waiting"
PATIENCE = 40  #: looks in which everything ends
#: what is asked of an app, and what happens to it by itself; create comes beside
VERBS = (*MAY, "canary", "decide", "crash", "garbage", "time")
_OFF = """
    SELECT count(*) FROM quotas_counter k LEFT JOIN LATERAL (
        SELECT COALESCE(sum(used), 0) AS used, COALESCE(sum(reserved), 0) AS reserved FROM quotas_charge c
        WHERE c.project_id = k.project_id AND c.dimension = k.dimension
    ) AS held ON true WHERE (k.used, k.reserved) <> (held.used, held.reserved)
"""


def resources(size: str, **more: int) -> dict[str, int]:
    """As a member asks for them."""
    cpu, memory = SIZES[size]
    return {"cpu_mhz": cpu, "memory_mib": memory, **more}


class Lives:
    """Up to three apps of one member at a time, one worker, and a lab in memory."""

    def __init__(self, person: Person, seed: int) -> None:
        self.draw = random.Random(seed)
        self.chain = Chain()
        self.person = person
        self.who: dict[str, Any] = {"actor": actor(person), "person": person}
        self.lives: dict[UUID, AppLife] = {}
        self.done: list[str] = []  #: what was asked, for whoever reads a failure

    def step(self) -> None:
        """Something is asked that mostly may be; the worker looks a few times; no sum is off meanwhile."""
        if not self.lives or self.draw.random() < 0.12:
            app_id = self.create()
        else:
            app_id = self.draw.choice(list(self.lives)[-4:])
            verb = self.draw.choice(self.sensible(self.lives[app_id]))
            self.done.append(f"{verb} {self.lives[app_id].host}")
            getattr(self, verb)(app_id, self.lives[app_id])
        if app_id is not None:
            self.look(app_id, self.draw.choice([0, 0, 0, 1, 1, 3]))
        self.check()

    def sensible(self, life: AppLife) -> list[str]:
        """What may be asked; of ten times once everything."""
        if self.draw.random() < 0.1:
            return list(VERBS)
        usual = ["change", "canary", "scale", "roll_back", "stop", "start", "sleep", "rotate", "restart"]
        may = [verb for verb in MAY if life.may(verb)] + ["canary"] * life.may("scale")
        often = [verb for verb in may if verb in usual]
        return [*may, *often, *["decide"] * (2 * life.held_back), "crash", "garbage", "time"]

    # -- what is asked

    def create(self) -> UUID | None:
        """Refused where the name's last app is not gone, or the quota is full."""
        name, title = self.draw.choice(NAMES), self.title()
        size, stores = self.size(), self.draw.random() < 0.4
        held = App.objects.filter(name=name, host__isnull=False).exists()
        wish: dict[str, Any] = {"template": "keeps" if stores else "page", "resources": resources(size)}
        self.done.append(f"create {name} {title} {wish}")
        made, refusal = attempt(lambda: submit(self.person, name, parameters={"title": title}, **wish).app)
        assert held == (isinstance(refusal, Refused)), refusal
        if made is None:
            return None
        self.lives[made.id] = AppLife(made.slug, made.host or "", stores, [Content(title, size)])
        return made.id

    def change(self, app_id: UUID, life: AppLife, strategy: str = "") -> None:
        """Other answers and another size."""
        title = f"canary {len(life.releases)}" if strategy else self.title()  # which replaces what stands
        content = Content(title, self.size(), life.content.count)
        more = {"storage_mib": STORED_MIB} if life.stores else {}
        wish: dict[str, Any] = {
            "parameters": {"title": content.title},
            "resources": resources(content.size, count=content.count, **more),
            "strategy": strategy,
        }
        if self.ask("change", app_id, lambda: approvals.submit_change(**self.who, app_id=app_id, **wish)):
            life.released(content, canary=bool(strategy), beside=self.runs(life))

    def canary(self, app_id: UUID, life: AppLife) -> None:
        """The same by canaries; not where data has one writer."""
        self.change(app_id, life, "" if life.stores else "canary")

    def scale(self, app_id: UUID, life: AppLife) -> None:
        """Another number of copies; one where data has one writer."""
        count = self.draw.choice([each for each in (1, 2, 3, 4) if each != life.content.count])
        if life.stores:
            return
        if self.ask("scale", app_id, lambda: approvals.scale(**self.who, app_id=app_id, count=count)):
            life.released(Content(life.content.title, life.content.size, count))

    def roll_back(self, app_id: UUID, life: AppLife) -> None:
        """To any release but the wanted one."""
        if len(life.releases) == 1:
            return
        number = self.draw.randrange(1, len(life.releases))
        wish = {**self.who, "app_id": app_id, "number": number}
        if self.ask("roll_back", app_id, lambda: approvals.roll_back(**wish)):
            life.released(life.releases[number - 1])

    def rotate(self, app_id: UUID, life: AppLife) -> None:
        """Another password."""
        app = App.objects.select_related("project", "release__template_version").get(id=app_id)
        if self.ask("rotate", app_id, lambda: live.rotate_secret(**self.who, app=app)):
            was, life.password = life.password, password(self.chain.lab, life.slug)
            assert life.password != was
            life.rotated()

    def decide(self, app_id: UUID, life: AppLife) -> None:
        """Canaries are let in, or given up; refused where none wait, or none is healthy yet."""
        promoted = self.draw.random() < 0.5
        verb = services.canaries.promote if promoted else services.canaries.abort
        waits = services.canaries.waits(App.objects.select_related("observation").get(id=app_id))
        _, refusal = attempt(lambda: verb(**self.who, app_id=app_id))
        if refusal is not None:
            assert promoted or not waits or life.promoted, refusal
            return
        assert life.held_back
        if promoted:
            life.held_back, life.promoted = False, True
        else:
            restored = App.objects.select_related("release").get(id=app_id).release
            number = restored.restores if restored else None
            assert number is not None
            life.released(life.releases[number - 1])

    def restart(self, app_id: UUID, life: AppLife) -> None:
        """Its copies are replaced."""
        self.ask("restart", app_id, lambda: services.restart(**self.who, app_id=app_id))

    def stop(self, app_id: UUID, life: AppLife) -> None:
        """It stands still."""
        if self.ask("stop", app_id, lambda: services.stop(**self.who, app_id=app_id)):
            life.moved(STOPPED)

    def sleep(self, app_id: UUID, life: AppLife) -> None:
        """It stands still for a while."""
        if self.ask("sleep", app_id, lambda: services.sleep(**self.who, app_id=app_id)):
            life.moved(ASLEEP)

    def start(self, app_id: UUID, life: AppLife) -> None:
        """Refused where the quota is full by now."""
        if self.ask("start", app_id, lambda: services.start(**self.who, app_id=app_id)):
            life.moved(PRESENT)

    def delete(self, app_id: UUID, life: AppLife) -> None:
        """It can be undone."""
        if self.ask("delete", app_id, lambda: services.delete(**self.who, app_id=app_id)):
            life.deleted()

    def undo(self, app_id: UUID, life: AppLife) -> None:
        """Refused where the quota is full by now."""
        if self.ask("undo", app_id, lambda: services.undo(**self.who, app_id=app_id)):
            life.undone()

    def purge(self, app_id: UUID, life: AppLife) -> None:
        """For good."""
        if self.ask("purge", app_id, lambda: services.purge(**self.who, app_id=app_id)):
            life.moved(ABSENT)

    # -- what happens by itself

    def crash(self, app_id: UUID, life: AppLife) -> None:
        """Copies that ran well die, and Nomad replaces them."""
        job = self.chain.lab.jobs.jobs.get(life.slug)
        if job is not None and job.deployment == "successful" and not life.held_back:
            self.chain.lab.jobs.crash(life.slug)

    def garbage(self, app_id: UUID, life: AppLife) -> None:
        """Nomad forgets dead jobs."""
        self.chain.lab.jobs.collect_garbage()

    def time(self, app_id: UUID, life: AppLife) -> None:
        """Nobody looks."""
        self.chain.lab.advance(self.draw.randrange(1, 6))

    # -- how

    def runs(self, life: AppLife) -> bool:
        """Whether its copies stand, so that canaries stand beside them."""
        job = self.chain.lab.jobs.jobs.get(life.slug)
        return job is not None and not job.stopped and job.deployment == "successful"

    def title(self) -> str:
        """An answer."""
        return self.draw.choice("abc")

    def size(self) -> str:
        """Small or large."""
        return self.draw.choice(list(SIZES))

    def ask(self, verb: str, app_id: UUID, call: Callable[[], object]) -> bool:
        """Whether it was taken. It is refused exactly where the model says so, or where the quota is full."""
        life = self.lives[app_id]
        _, refusal = attempt(call)
        full = isinstance(refusal, QuotaExceeded)
        assert life.may(verb) == (refusal is None or full), (verb, life, refusal)
        return refusal is None

    def look(self, app_id: UUID, looks: int) -> None:
        """The worker looks, and a little time passes, so many times; what was drawn and made is kept then."""
        for _ in range(looks):
            self.chain.look(app_id)
            self.chain.lab.advance()
        life, lab = self.lives[app_id], self.chain.lab
        if life.wanted != ABSENT:
            life.password = life.password or password(lab, life.slug)
            life.vault |= vault(lab, life.slug)
            life.volumes |= volumes(lab, life.slug)

    # -- what must be

    def check(self) -> None:
        """What is wanted is in the rows at once, and no counter is off."""
        rows = App.objects.values_list("id", "desired", "release__number")
        assert {row[0]: row[1:] for row in rows} == {
            app_id: (life.wanted, len(life.releases)) for app_id, life in self.lives.items()
        }
        with connection.cursor() as cursor:
            cursor.execute(_OFF)
            assert cursor.fetchone() == (0,)

    def end(self) -> None:
        """All of it is as the model says, once those that wait for a word have had it."""
        self.settle()
        for app_id in [each for each, life in self.lives.items() if life.held_back]:
            waits = state(app_id)[1] == WAITING
            assert waits or not self.lives[app_id].beside, (self.lives[app_id], "was let in by nobody")
            if waits:
                services.canaries.promote(**self.who, app_id=app_id)
            self.lives[app_id].held_back = False
        self.settle()
        self.compare()

    def settle(self) -> None:
        """Look until everything is as it is wanted, and nothing moves any more."""
        for _ in range(PATIENCE):
            for app_id in [each for each in self.lives if not self.ended(each)]:
                self.look(app_id, 1)
            if all(self.ended(each) for each in self.lives):
                self.chain.lab.settle()
                for app_id in self.lives:
                    self.look(app_id, 1)
                if all(self.ended(each) for each in self.lives):
                    return
        raise AssertionError([(life, state(each)) for each, life in self.lives.items()])

    def ended(self, app_id: UUID) -> bool:
        """Whether it is seen as it is wanted, or waits for a decision about its canaries."""
        life, (seen, why, reached) = self.lives[app_id], state(app_id)
        if life.held_back and (seen, why) == ("running", WAITING):
            return True
        return reached and (seen, why) == (ENDS[life.wanted], "")

    def compare(self) -> None:
        """All of them, and nothing besides."""
        assert quotas.differences() == ()
        lab, left = self.chain.lab, self.chain.left()
        for app_id, life in self.lives.items():
            assert picture(lab, life.slug, app_id) == life.picture(), life
        slugs = [life.slug for life in self.lives.values() if life.wanted != ABSENT]
        strays = {part: [n for n in names if not any(s in n for s in slugs)] for part, names in left.items()}
        assert not any(strays.values()), strays


def attempt(call: Callable[[], T]) -> tuple[T | None, PaillasseError | None]:
    """What came of it, or why it was refused; the figures of a full quota say that it is."""
    try:
        return call(), None
    except (Conflict, Missing, Refused) as error:
        for each in getattr(error, "shortfalls", ()):
            assert each.used + each.reserved + each.asked > each.limit, each
        return None, error


def state(app_id: UUID) -> tuple[str, str, bool]:
    """State, reason, and whether they are of the wanted generation."""
    seen = Observation.objects.select_related("app").get(app_id=app_id)
    return seen.state, seen.reason_code, seen.generation == seen.app.generation


@contextmanager
def undone() -> Iterator[None]:
    """Every sequence begins with nothing."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.timeout(300)
@pytest.mark.django_db
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_life_ends_as_a_plain_model_says(
    alice: Person, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    """In groups, for those who have more than one core; a failure names the seed and what was asked."""
    catalogue.template()
    catalogue.template("keeps", **catalogue.STORING)
    for seed in range(group, SEQUENCES, GROUPS):
        with undone():
            lives = Lives(alice, seed)
            monkeypatch.setattr(live, "drivers", lives.chain.lab.drivers)
            try:
                for _ in range(STEPS):
                    lives.step()
                lives.end()
            except Exception as error:
                error.add_note(f"seed {seed}: " + "; ".join(lives.done))
                raise
