"""An upgrade of many apps: a few first, stop at failures, go on where it was, a release like others each."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.catalogue.models import Template, TemplateVersion
from apps.fleet import selectors, services
from apps.fleet.enums import ItemState, UpgradeState
from apps.fleet.models import Item, Upgrade
from apps.fleet.services import one
from apps.fleet.services.starting import Terms
from apps.notices.models import Notice
from apps.workloads import services as workloads
from apps.workloads.models import App, Operation
from kernel.errors import Conflict, Forbidden, Refused
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.fakes import Trouble


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def apps(chain: Chain, alice: Person) -> list[App]:
    """Three running apps of the first version."""
    made = [submit(alice, name).app for name in ("one", "two", "three")]
    for app in made:
        chain.until(app, ObservedState.RUNNING)
    return made


@pytest.fixture
def newer(apps: list[App]) -> TemplateVersion:
    """A second version of their template: another image."""
    return version("1.1.0", runtimes=[{"driver": "docker", "image": "paillasse/page:2"}])


def version(name: str, **changes: Any) -> TemplateVersion:
    template = Template.objects.get(slug="page")
    content = catalogue.manifest(version=name, **changes)
    row = TemplateVersion.objects.create(
        template=template, version=name, digest=f"page-{name}", manifest=content
    )
    template.current = row
    template.save()
    return row


def begin(bob: Person, apps: Sequence[App], name: str = "1.1.0", **terms: Any) -> Upgrade:
    return services.begin(
        actor=actor(bob),
        person=bob,
        template="page",
        version=name,
        apps=[app.id for app in apps],
        terms=Terms(**terms),
        reason="a security fix",
    )


def states(upgrade: Upgrade) -> list[str]:
    return list(upgrade.items.order_by("place").values_list("state", flat=True))


def versions(apps: Sequence[App]) -> list[str]:
    found = App.objects.filter(id__in=[app.id for app in apps]).order_by("created_at")
    return list(found.values_list("release__template_version__version", flat=True))


def settle(chain: Chain, upgrade: Upgrade, limit: int = 40) -> Upgrade:
    """Steps, looks and time in turn, until nothing of it is under way."""
    for _ in range(limit):
        services.step(upgrade.id)
        moving = Item.objects.filter(upgrade=upgrade, state=ItemState.RUNNING)
        if not moving.exists():
            break
        for item in moving:
            chain.look(item.app_id)
        chain.lab.advance()
    return Upgrade.objects.get(id=upgrade.id)


def test_the_canary_goes_first_and_the_others_follow(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    upgrade = begin(bob, apps, canary=1, parallel=2)
    assert states(upgrade) == ["pending"] * 3
    services.step(upgrade.id)
    assert states(upgrade) == ["running", "pending", "pending"], "one alone, though two may go at once"
    services.step(upgrade.id)
    assert states(upgrade) == ["running", "pending", "pending"], "a step taken twice is taken once"
    for _ in range(3):
        upgrade = settle(chain, upgrade)
    assert (upgrade.state, states(upgrade)) == (UpgradeState.DONE, ["done"] * 3)
    assert versions(apps) == ["1.1.0"] * 3


def test_each_is_a_release_like_others(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    begin(bob, apps[:1])
    services.step_all()
    release = App.objects.select_related("release").get(id=apps[0].id).release
    assert release is not None
    assert (release.number, release.author_id, release.author_label) == (2, bob.id, actor(bob).label)
    assert release.reason == "upgrade of the fleet: a security fix"
    assert release.parameters == {"title": "Hello"}
    event = Event.objects.filter(verb="app.released", target_id=apps[0].id).latest("id")
    assert event.reason == release.reason


def test_it_stops_at_the_first_failure_and_says_why(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    chain.lab.jobs.trouble[apps[1].slug] = Trouble("image")
    upgrade = begin(bob, apps, canary=1, parallel=1)
    for _ in range(3):
        upgrade = settle(chain, upgrade)
    assert (upgrade.state, states(upgrade)) == (UpgradeState.STOPPED, ["done", "failed", "pending"])
    failed = upgrade.items.get(place=2)
    assert failed.code, "it says why"
    assert versions(apps)[2] == "1.0.0", "the others are as they were"
    assert Notice.objects.filter(person=bob, kind="fleet.stopped").count() == 1
    assert Event.objects.filter(verb="fleet.stopped", target_id=upgrade.id).count() == 1


def test_somebody_lets_it_go_on_after_a_failure(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    chain.lab.jobs.trouble[apps[0].slug] = Trouble("image")
    upgrade = begin(bob, apps, canary=1, parallel=3)
    for _ in range(2):
        upgrade = settle(chain, upgrade)
    assert states(upgrade) == ["failed", "pending", "pending"]
    services.resume(actor=actor(bob), person=bob, upgrade_id=upgrade.id)
    for _ in range(3):
        upgrade = settle(chain, upgrade)
    assert (upgrade.state, states(upgrade)) == (UpgradeState.DONE, ["failed", "done", "done"])


def test_it_waits_after_the_canaries_where_it_should(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    upgrade = begin(bob, apps, canary=1, wait_after_canary=True)
    for _ in range(2):
        upgrade = settle(chain, upgrade)
    assert (upgrade.state, states(upgrade)) == (UpgradeState.PAUSED, ["done", "pending", "pending"])
    services.resume(actor=actor(bob), person=bob, upgrade_id=upgrade.id)
    for _ in range(3):
        upgrade = settle(chain, upgrade)
    assert upgrade.state == UpgradeState.DONE


def test_a_pause_begins_nothing_and_still_sees_what_ends(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    upgrade = begin(bob, apps)
    services.step(upgrade.id)
    services.pause(actor=actor(bob), person=bob, upgrade_id=upgrade.id)
    for _ in range(2):
        upgrade = settle(chain, upgrade)
    assert (upgrade.state, states(upgrade)) == (UpgradeState.PAUSED, ["done", "pending", "pending"])


def test_a_cancelled_one_leaves_out_what_has_not_begun(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    upgrade = begin(bob, apps)
    services.step(upgrade.id)
    services.cancel(actor=actor(bob), person=bob, upgrade_id=upgrade.id)
    assert states(upgrade) == ["running", "skipped", "skipped"]
    assert services.step_all() == 1, "what is under way is followed to its end"
    settle(chain, upgrade)
    assert states(upgrade) == ["done", "skipped", "skipped"]
    with pytest.raises(Conflict):
        services.resume(actor=actor(bob), person=bob, upgrade_id=upgrade.id)
    assert services.step_all() == 0


def test_a_death_between_a_release_and_its_mark_leaves_neither(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = begin(bob, apps)
    made = one.upgrade

    def dies(**told: Any) -> Operation:
        made(**told)
        raise RuntimeError("killed")

    monkeypatch.setattr(one, "upgrade", dies)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.step(upgrade.id)
    assert (states(upgrade)[0], versions(apps)[0]) == ("pending", "1.0.0")
    monkeypatch.undo()
    services.step(upgrade.id)
    assert (states(upgrade)[0], versions(apps)[0]) == ("running", "1.1.0")
    assert apps[0].releases.count() == 2


def test_what_its_owner_changes_meanwhile_is_waited_for(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person, alice: Person
) -> None:
    upgrade = begin(bob, apps[:2], canary=0, parallel=2)
    workloads.restart(actor=actor(alice), person=alice, app_id=apps[0].id)
    services.step(upgrade.id)
    assert states(upgrade) == ["pending", "running"]
    chain.until(apps[0], ObservedState.RUNNING)
    services.step(upgrade.id)
    assert states(upgrade) == ["running", "running"]


def test_what_its_owner_overtakes_or_stops_is_left_out(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person, alice: Person
) -> None:
    upgrade = begin(bob, apps[:2], canary=0, parallel=1)
    services.step(upgrade.id)
    workloads.restart(actor=actor(alice), person=alice, app_id=apps[0].id)
    workloads.stop(actor=actor(alice), person=alice, app_id=apps[1].id)
    services.step(upgrade.id)
    services.step(upgrade.id)
    told = list(upgrade.items.order_by("place").values_list("state", "code"))
    assert told == [("skipped", "fleet.overtaken"), ("skipped", "fleet.not_present")]
    assert versions(apps)[1] == "1.0.0", "nothing that somebody stopped is started"


def test_all_is_foreseen(chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person) -> None:
    found = services.foresee(bob, newer, list(selectors.candidates(newer.template, newer)))
    assert [each.able for each in found] == [True] * 3
    assert {each.changes for each in found} == {("image",)}
    assert versions(apps) == ["1.0.0"] * 3, "and nothing is changed"


TEXT = {"type": "string", "x-portal": {"label": {"fr": "Titre", "en": "Title"}}}
UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("a question that nobody answered", {
        "parameters": {
            "type": "object", "additionalProperties": False,
            "required": ["name"], "properties": {"name": TEXT},
        }, "files": [], "env": {}, "secrets": [],
    }, ""),
    ("more than the version allows", {
        "resources": {
            "default": "S", "sizes": {"S": {"cpu_mhz": 20, "memory_mib": 32}},
            "bounds": {"cpu_mhz": {"min": 20, "max": 50}, "memory_mib": {"min": 32, "max": 40}},
        },
    }, ""),
    ("an image that the lab does not allow", {
        "runtimes": [{"driver": "docker", "image": "evil.example/page:2"}],
    }, "policy.refused"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "changes", "code"), UNFIT, ids=[case[0] for case in UNFIT])
def test_what_cannot_be_is_foreseen_and_left_as_it_was(
    chain: Chain, apps: list[App], bob: Person, why: str, changes: dict[str, Any], code: str
) -> None:
    unfit = version("2.0.0", **changes)
    foreseen = services.foresee(bob, unfit, list(selectors.chosen([apps[0].id])))[0]
    assert not foreseen.able, why
    assert not code or foreseen.refusals[0].code == code
    upgrade = begin(bob, apps, "2.0.0")
    services.step(upgrade.id)
    services.step(upgrade.id)
    upgrade.refresh_from_db()
    assert (upgrade.state, states(upgrade)) == (UpgradeState.STOPPED, ["failed", "pending", "pending"])
    assert versions(apps) == ["1.0.0"] * 3


def test_only_admins_begin_and_move_one(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person, alice: Person, erik: Person
) -> None:
    for person in (alice, erik):
        with pytest.raises(Forbidden):
            begin(person, apps)
    upgrade = begin(bob, apps)
    for verb in (services.pause, services.resume, services.cancel):
        with pytest.raises(Forbidden):
            verb(actor=actor(erik), person=erik, upgrade_id=upgrade.id)
    assert selectors.get(erik, upgrade.id) == upgrade, "an auditor reads"
    with pytest.raises(Forbidden):
        selectors.get(alice, upgrade.id)


def test_one_at_a_time_for_a_template(
    chain: Chain, apps: list[App], newer: TemplateVersion, bob: Person
) -> None:
    first = begin(bob, apps[:1])
    with pytest.raises(Conflict):
        begin(bob, apps[1:])
    services.cancel(actor=actor(bob), person=bob, upgrade_id=first.id)
    assert begin(bob, apps[1:]).state == UpgradeState.RUNNING


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"parallel": 0}, "parallel"), ({"failures_max": 0}, "failures_max"), ({"canary": 5000}, "canary")],
    ids=["none at once", "no failure at all", "more canaries than any lab has apps"],
)
def test_terms_that_cannot_be(
    apps: list[App], newer: TemplateVersion, bob: Person, terms: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        begin(bob, apps, **terms)
    assert caught.value.field == field


def test_a_deprecated_version_is_nobodys_target(apps: list[App], newer: TemplateVersion, bob: Person) -> None:
    TemplateVersion.objects.filter(id=newer.id).update(deprecated_on="2030-01-01")
    with pytest.raises(Refused):
        begin(bob, apps)


def test_who_runs_what(apps: list[App], newer: TemplateVersion, bob: Person, alice: Person) -> None:
    holding = selectors.holdings(bob)[0]
    assert (holding.template.slug, holding.apps, holding.behind) == ("page", 3, 3)
    assert [(each.version.version, each.apps, each.current) for each in holding.versions] == [
        ("1.1.0", 0, True),
        ("1.0.0", 3, False),
    ]
    with pytest.raises(Forbidden):
        selectors.holdings(alice)
