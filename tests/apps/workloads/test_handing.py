"""Copies of an app, and an app that goes to another project: both owners agree, and the quota with them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.approvals.enums import RequestState
from apps.audit.models import Event
from apps.base import uploads
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.projects.selectors import personal_of
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.workloads import services
from apps.workloads.models import App, Handover
from apps.workloads.services.handing import OFFERS_A_DAY
from apps.workloads.tasks import follow_days
from kernel.errors import Conflict, Forbidden, Missing, QuotaExceeded, Refused
from kernel.units import Amounts
from orchestration.states import ObservedState
from portal.statuses import status_of
from tests.apps.workloads.chain import Chain
from tests.atonce import at_once
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import remove, submit

RUNNING = ObservedState.RUNNING
SignedIn = Callable[[Person], Client]


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def app(chain: Chain, dana: Person, genomics: Project) -> App:
    made = submit(dana, project_id=genomics.id, label="Wiki").app
    chain.until(made, RUNNING)
    return made


@pytest.fixture
def yann(db: None) -> Person:
    """Owns `physics`."""
    person = people.person("yann")
    projects.personal(person)
    return person


@pytest.fixture
def physics(yann: Person) -> Project:
    return projects.shared("physics", yann)


def offer(dana: Person, app: App, slug: str = "physics") -> Handover:
    return services.offer(actor=actor(dana), person=dana, app_id=app.id, project=slug, note="For your course")


def accept(person: Person, made: Handover) -> Any:
    return approvals.take_over(actor=actor(person), person=person, handover_id=made.id).operation


def held(app: App) -> dict[tuple[str, str], tuple[int, int]]:
    rows = Charge.objects.filter(holder=app.id).select_related("project")
    return {(each.project.slug, each.dimension): (each.used, each.reserved) for each in rows}


def test_both_owners_agree_and_the_quota_goes_along(
    chain: Chain, app: App, dana: Person, yann: Person, physics: Project
) -> None:
    secret = dict(chain.lab.secrets.paths[f"apps/{app.slug}"].values)
    made = offer(dana, app)
    assert App.objects.get(id=app.id).project.slug == "genomics", "nothing changes before"
    accept(yann, made)
    chain.until(app, RUNNING)
    row = App.objects.get(id=app.id)
    assert (row.project, row.slug, row.host) == (physics, app.slug, "wiki.apps.localhost")
    assert held(app) == {
        ("physics", "apps"): (1, 0),
        ("physics", "cpu_mhz"): (100, 0),
        ("physics", "memory_mib"): (64, 0),
    }
    assert quotas.recount() == ()
    assert chain.lab.jobs.jobs[app.slug].raw["Meta"]["paillasse.project"] == str(physics.id)
    assert chain.lab.secrets.paths[f"apps/{app.slug}"].values == secret
    events = Event.objects.filter(verb__in=["app.handed_over", "app.handover"])
    assert set(events.values_list("project_id", flat=True)) == {physics.id, app.project_id}
    told = Notice.objects.filter(kind="app.handed_over").values_list("person_id", flat=True)
    assert set(told) == {dana.id}, "who accepted knows"
    assert Notice.objects.get(kind="app.offered").person_id == yann.id


def test_a_full_quota_refuses_with_figures_and_leaves_the_offer_open(
    app: App, dana: Person, yann: Person
) -> None:
    projects.shared("tight", yann, Amounts(apps=5, cpu_mhz=50, memory_mib=4096))
    made, before = offer(dana, app, "tight"), held(app)
    with pytest.raises(QuotaExceeded) as told:
        accept(yann, made)
    short = told.value.shortfalls[0]
    assert (short.dimension, short.asked, short.limit) == ("cpu_mhz", 100, 50)
    assert held(app) == before
    assert Handover.objects.get(id=made.id).closed_at is None
    assert App.objects.get(id=app.id).project.slug == "genomics"


def test_who_may_answer(
    app: App, alice: Person, charlie: Person, dana: Person, yann: Person, physics: Project
) -> None:
    vera = people.person("vera")
    projects.member(physics, vera)
    with pytest.raises(Forbidden):
        offer(alice, app)
    with pytest.raises(Missing):
        offer(charlie, app)
    made = offer(dana, app)
    with pytest.raises(Conflict, match="open"):
        offer(dana, app)
    for person, error in [(vera, Forbidden), (charlie, Missing), (dana, Missing)]:
        with pytest.raises(error):
            accept(person, made)
    with pytest.raises(Missing):
        services.withdraw(actor=actor(yann), person=yann, handover_id=made.id)
    services.withdraw(actor=actor(dana), person=dana, handover_id=made.id)
    with pytest.raises(Conflict, match="closed"):
        accept(yann, made)


@pytest.mark.parametrize("how", ["removed", "lowered", "ended", "left the lab"])
def test_an_offer_is_worth_what_its_maker_may_still_give(
    app: App, dana: Person, yann: Person, genomics: Project, physics: Project, how: str
) -> None:
    """Who offers an app to a project of their own and is shown the door does not walk off with it."""
    rosa = people.person("rosa")
    member = projects.member(genomics, rosa, Role.OWNER)
    mine = projects.shared("mine", rosa)
    made = offer(rosa, app, "mine")
    match how:
        case "removed":
            member.delete()
        case "lowered":
            Membership.objects.filter(id=member.id).update(role=Role.DEVELOPER)
        case "ended":
            day = timezone.localdate() - timedelta(days=1)
            Membership.objects.filter(id=member.id).update(ends_on=day)
        case _:
            Person.objects.filter(id=rosa.id).update(is_active=False)
            projects.member(mine, yann, Role.OWNER)
    with pytest.raises(Conflict, match="giver"):
        accept(yann if how == "left the lab" else rosa, made)
    assert App.objects.get(id=app.id).project == genomics
    services.withdraw(actor=actor(dana), person=dana, handover_id=made.id)
    accept(yann, offer(dana, app))


def test_whether_a_project_exists_is_not_told(app: App, dana: Person, bob: Person) -> None:
    made = offer(dana, app, "no-such-project")
    assert (made.to_slug, made.to_project) == ("no-such-project", None)
    with pytest.raises(Missing):
        accept(bob, made)
    services.withdraw(actor=actor(dana), person=dana, handover_id=made.id)
    for wrong in ("", "genomics", "x" * 25):
        with pytest.raises(Refused) as told:
            offer(dana, app, wrong)
        assert told.value.field == "project"


def test_declined_and_expired(app: App, dana: Person, yann: Person, physics: Project) -> None:
    made = offer(dana, app)
    services.decline(actor=actor(yann), person=yann, handover_id=made.id)
    assert Notice.objects.get(kind="app.offer_declined").person_id == dana.id
    late = offer(dana, app)
    Handover.objects.filter(id=late.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="closed"):
        accept(yann, late)
    follow_days()
    assert Handover.objects.get(id=late.id).outcome == "expired"
    told = Event.objects.get(verb="app.offer_expired")
    assert (told.actor_kind, told.project_id, told.target_id) == ("system", app.project_id, str(app.id))
    follow_days()
    assert Event.objects.filter(verb="app.offer_expired").count() == 1
    offer(dana, app)


def test_one_that_ran_out_unnoticed_is_closed_by_the_next(app: App, dana: Person, physics: Project) -> None:
    late = offer(dana, app)
    Handover.objects.filter(id=late.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    offer(dana, app)
    late.refresh_from_db()
    assert (late.outcome, late.closed_by) == ("expired", "")
    assert Event.objects.filter(verb="app.offer_expired").count() == 1


def test_an_app_is_offered_a_few_times_a_day(app: App, dana: Person, yann: Person, physics: Project) -> None:
    """Each offer tells the other project's owners: who makes and withdraws them is no bell to ring."""
    for _ in range(OFFERS_A_DAY):
        made = offer(dana, app)
        services.withdraw(actor=actor(dana), person=dana, handover_id=made.id)
    with pytest.raises(Conflict, match="too_many") as told:
        offer(dana, app)
    assert status_of(told.value) == 429
    assert Notice.objects.filter(kind="app.offered", person=yann).count() == OFFERS_A_DAY
    Handover.objects.filter(id=made.id).update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    offer(dana, app)


def test_a_deleted_app_is_not_handed_over(
    chain: Chain, app: App, dana: Person, yann: Person, physics: Project
) -> None:
    made = offer(dana, app)
    services.delete(actor=actor(dana), app_id=app.id)
    with pytest.raises(Conflict, match="not_now"):
        accept(yann, made)
    services.purge(actor=actor(dana), app_id=app.id)
    chain.until(app, ObservedState.GONE)
    assert Handover.objects.get(id=made.id).outcome == "withdrawn"


def test_what_waits_for_a_decision_stays_with_the_old_project(
    app: App, dana: Person, bob: Person, yann: Person, physics: Project
) -> None:
    asked = approvals.submit_change(
        actor=actor(dana), person=dana, app_id=app.id, resources={"cpu_mhz": 8000}, reason="A course"
    )
    assert asked.request is not None
    accept(yann, offer(dana, app))
    with pytest.raises(Conflict, match="app_moved"):
        approvals.approve(actor=actor(bob), person=bob, request_id=asked.request.id, reason="yes")
    approvals.withdraw_orphans(actor=actor(bob))
    asked.request.refresh_from_db()
    assert asked.request.state == RequestState.WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_two_that_cross_each_other(dana: Person, genomics: Project, yann: Person, physics: Project) -> None:
    """One goes there while another comes here: no ring of locks, and both ledgers are right."""
    catalogue.template()
    here, there = (
        submit(dana, "here", project_id=genomics.id).app,
        submit(yann, "there", project_id=physics.id).app,
    )
    for _ in range(2):
        one, other = offer(dana, here), offer(yann, there, "genomics")
        done = at_once([partial(accept, yann, one), partial(accept, dana, other)])
        assert not [each for each in done if isinstance(each, Exception)], done
        back, forth = offer(yann, here, "genomics"), offer(dana, there)
        done = at_once([partial(accept, dana, back), partial(accept, yann, forth)])
        assert not [each for each in done if isinstance(each, Exception)], done
    assert quotas.recount() == ()


def test_its_files_go_along_and_can_be_kept_in_a_change(
    chain: Chain, dana: Person, genomics: Project, yann: Person, physics: Project
) -> None:
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    kept = uploads.store(person_id=dana.id, project_id=genomics.id, file=file)
    app = submit(dana, "files", project_id=genomics.id, uploads={"data": kept.id}).app
    accept(yann, offer(dana, app))
    changed = approvals.submit_change(
        actor=actor(yann), person=yann, app_id=app.id, parameters={"title": "Ours"}
    )
    assert changed.decision is not None
    copied = approvals.duplicate(
        actor=actor(yann), person=yann, app_id=app.id, copy=approvals.Copy(physics.id, "twin")
    )
    release = App.objects.get(id=copied.app.id).release
    assert release is not None
    assert [each["sha256"] for each in release.files] == [kept.sha256]


def test_a_file_that_came_along_is_kept_on_the_page_and_comes_back_with_its_release(
    chain: Chain,
    dana: Person,
    genomics: Project,
    yann: Person,
    physics: Project,
    signed_in: SignedIn,
) -> None:
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    kept = uploads.store(person_id=dana.id, project_id=genomics.id, file=file)
    app = submit(dana, "files", project_id=genomics.id, uploads={"data": kept.id}).app
    accept(yann, offer(dana, app))
    assert "table.csv" in signed_in(yann).get(f"/apps/{app.id}/change/").content.decode()
    told: dict[str, Any] = {"actor": actor(yann), "person": yann, "app_id": app.id}
    approvals.submit_change(**told, uploads={"data": None})
    approvals.roll_back(**told, number=1)
    release = App.objects.get(id=app.id).release
    assert release is not None
    assert [each["sha256"] for each in release.files] == [kept.sha256]


def test_a_copy_is_like_it_but_for_its_secrets(chain: Chain, app: App, dana: Person) -> None:
    own = personal_of(dana)
    assert own is not None
    copy = approvals.Copy(own.id, "twin", label="Twin")
    foreseen = approvals.duplicate(actor=actor(dana), person=dana, app_id=app.id, copy=copy, dry_run=True)
    assert (foreseen.operation, App.objects.count()) == (None, 1)
    made = approvals.duplicate(actor=actor(dana), person=dana, app_id=app.id, copy=copy).app
    chain.until(made, RUNNING)
    twin, first = App.objects.get(id=made.id).release, App.objects.get(id=app.id).release
    assert twin is not None
    assert first is not None
    for field in ("template_version", "parameters", "resources", "driver"):
        assert getattr(twin, field) == getattr(first, field)
    values = [chain.lab.secrets.paths[f"apps/{each.slug}"].values["password"] for each in (app, made)]
    assert values[0] != values[1]
    told = Event.objects.get(verb="app.copied")
    assert (told.project_id, told.target_id) == (app.project_id, str(app.id)), "its old project reads it"
    assert told.after == {"app": str(made.id), "project": str(own.id)}


def test_a_copy_is_asked_for_like_any_app(app: App, dana: Person, charlie: Person, alice: Person) -> None:
    own = personal_of(charlie)
    assert own is not None
    with pytest.raises(Missing):
        approvals.duplicate(
            actor=actor(charlie), person=charlie, app_id=app.id, copy=approvals.Copy(own.id, "twin")
        )
    with pytest.raises(Missing):
        approvals.duplicate(
            actor=actor(dana), person=dana, app_id=app.id, copy=approvals.Copy(own.id, "twin")
        )
    mine = personal_of(alice)
    assert mine is not None
    submit(alice, "greedy", resources={"cpu_mhz": 4000})
    copy = approvals.Copy(mine.id, "twin")
    with pytest.raises(QuotaExceeded):
        approvals.duplicate(actor=actor(alice), person=alice, app_id=app.id, copy=copy)


def test_the_pages(
    app: App,
    dana: Person,
    yann: Person,
    physics: Project,
    alice: Person,
    signed_in: SignedIn,
    settings: Settings,
) -> None:
    settings.LANGUAGE_CODE = "en"
    assert "Offer the app" not in signed_in(alice).get(f"/apps/{app.id}/settings/").content.decode()
    sent = signed_in(dana).post(f"/apps/{app.id}/handover/", {"project": "physics", "note": "<b>x</b>"})
    assert sent.status_code == 302
    made = Handover.objects.get()
    assert "It is offered to the project" in signed_in(dana).get(f"/apps/{app.id}/settings/").content.decode()
    page = signed_in(yann).get(f"/handovers/{made.id}/").content.decode()
    assert "Its copies are replaced once" in page
    assert "&lt;b&gt;x" in page
    answered = signed_in(yann).post(f"/handovers/{made.id}/accept/")
    assert answered["Location"] == f"/apps/{app.id}/"
    client = signed_in(yann)
    again = client.post(f"/handovers/{made.id}/accept/")
    assert "This offer is over" in client.get(again["Location"]).content.decode()
    copied = signed_in(yann).post(f"/apps/{app.id}/duplicate/", {"project": str(physics.id), "name": "Twin"})
    assert App.objects.get(name="twin").id.hex in copied["Location"].replace("-", "")
    taken = signed_in(yann).post(f"/apps/{app.id}/duplicate/", {"project": str(physics.id), "name": "twin"})
    assert taken.status_code == 422


def test_gone_with_its_charge(chain: Chain, app: App, dana: Person, yann: Person, physics: Project) -> None:
    accept(yann, offer(dana, app))
    remove(yann, app.id)
    chain.until(app, ObservedState.GONE)
    assert chain.left() == {}
    assert not Charge.objects.exists()
