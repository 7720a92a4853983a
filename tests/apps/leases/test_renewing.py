"""Renewing: on the page, by a program, by the link of a mail; what is refused leaves the app as it was."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.leases import services
from apps.leases.models import Renewal
from apps.leases.services.links import DAYS, path_of
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.quotas import services as quotas
from apps.quotas.selectors import held_by
from apps.workloads import services as workloads
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, QuotaExceeded, Refused
from kernel.units import Amounts
from tests.apps.leases.days import Calendar
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
S = LeaseState


def row(app: App) -> dict[str, Any]:
    return dict(App.objects.filter(id=app.id).values().get())


def today() -> date:
    return timezone.localdate()


def link_of(person: Person) -> str:
    """Where the button of the newest warning leads."""
    newest = Notice.objects.filter(person=person, kind__startswith="app.").order_by("-created_at").first()
    assert newest is not None
    return str(newest.path)


def renew(person: Person, app: App, **more: Any) -> App:
    return services.renew(actor=actor(person), person=person, app_id=app.id, **more)


# -- the first end ---------------------------------------------------------------------------------------


def test_where_nobody_says_an_end_the_terms_do(alice: Person, genomics: Project, days: Calendar) -> None:
    catalogue.template()
    catalogue.template("course", lease={"default_days": 14, "max_days": 60})
    assert submit(alice, "one", project_id=genomics.id).app.ends_on == today() + timedelta(days=365)
    assert submit(alice, "two", template="course").app.ends_on == today() + timedelta(days=14)


@pytest.mark.parametrize(("in_days", "code"), [(0, "app.ends_in_past"), (731, "lease.beyond")])
def test_an_end_that_cannot_be_is_refused(
    alice: Person, genomics: Project, days: Calendar, in_days: int, code: str
) -> None:
    catalogue.template()
    with pytest.raises(Refused) as refused:
        submit(alice, ends_on=today() + timedelta(days=in_days))
    assert (refused.value.code, refused.value.field) == (code, "ends_on")
    assert not App.objects.exists()


@pytest.mark.parametrize(("in_days", "code"), [(0, "app.ends_in_past"), (731, "lease.beyond")])
def test_an_end_that_cannot_be_is_refused_in_a_request_that_waits_too(
    alice: Person, genomics: Project, days: Calendar, in_days: int, code: str
) -> None:
    """Else whoever may not choose a day sends another one, and writes that one into their request."""
    from apps.approvals import services as approvals

    catalogue.template()
    asked = submit(alice, resources={"cpu_mhz": 8000, "memory_mib": 64}, reason="a course")
    assert asked.request is not None
    request_id = asked.request.id

    def edit(in_days: int) -> None:
        changes = {"ends_on": today() + timedelta(days=in_days)}
        approvals.edit(actor=actor(alice), person=alice, request_id=request_id, changes=changes)

    edit(730)
    with pytest.raises(Refused) as refused:
        edit(in_days)
    assert (refused.value.code, refused.value.field) == (code, "ends_on")
    assert App.objects.get().ends_on == today() + timedelta(days=730)


def test_a_project_has_terms_of_its_own(
    alice: Person, bob: Person, genomics: Project, days: Calendar
) -> None:
    catalogue.template()
    told: dict[str, Any] = {
        "project_id": genomics.id,
        "default_days": 30,
        "max_days": 1000,
        "reason": "a cohort",
    }
    with pytest.raises(Forbidden):
        services.set_terms(actor=actor(alice), person=alice, **told)
    services.set_terms(actor=actor(bob), person=bob, **told)
    assert submit(alice, "one", project_id=genomics.id).app.ends_on == today() + timedelta(days=30)
    later = today() + timedelta(days=1000)
    assert submit(alice, "two", project_id=genomics.id, ends_on=later).app.ends_on == later
    assert Event.objects.filter(verb="lease.terms_set", project_id=genomics.id).count() == 1
    with pytest.raises(Refused) as refused:
        services.set_terms(actor=actor(bob), person=bob, **{**told, "max_days": 20})
    assert refused.value.field == "default_days"


def test_a_day_that_passes_while_a_request_waits_is_not_held_against_it(
    alice: Person, genomics: Project, bob: Person, days: Calendar
) -> None:
    from apps.approvals import services as approvals

    catalogue.template()
    soon = today() + timedelta(days=3)
    asked = submit(alice, ends_on=soon, resources={"cpu_mhz": 8000, "memory_mib": 64}, reason="a course")
    assert asked.request is not None
    days.forward(days=5)
    approvals.approve(actor=actor(bob), person=bob, request_id=asked.request.id)
    assert App.objects.get(id=asked.app.id).ends_on == today() + timedelta(days=365)


# -- renewing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "state", "desired"),
    [
        (10, S.ACTIVE, Desired.PRESENT),
        (75, S.EXPIRING, Desired.PRESENT),
        (103, S.GRACE, Desired.PRESENT),
        (110, S.ASLEEP_EXPIRED, Desired.ASLEEP),
        (140, S.ARCHIVED, Desired.ASLEEP),
    ],
)
def test_it_is_renewed_from_every_stage(
    days: Calendar, app: App, alice: Person, after: int, state: LeaseState, desired: Desired
) -> None:
    """What runs goes on; what the end had stopped stays stopped, and starts by a click."""
    days.live(after, app)
    assert app.lease_state == state
    renewed = renew(alice, app)
    assert (renewed.lease_state, renewed.ends_on) == (S.ACTIVE, today() + timedelta(days=365))
    app.refresh_from_db()
    assert (app.lease_state, app.desired) == (S.ACTIVE, desired)
    if desired == Desired.ASLEEP:
        workloads.start(actor=actor(alice), app_id=app.id)
    assert Event.objects.filter(verb="lease.renew", target_id=str(app.id)).count() == 1
    assert quotas.recount() == ()


def test_what_is_purged_is_not_renewed(days: Calendar, app: App, alice: Person) -> None:
    days.live(200, app)
    before = row(app)
    with pytest.raises(Conflict):
        renew(alice, app)
    assert row(app) == before


@pytest.mark.parametrize(
    ("in_days", "code"),
    [(-1, "lease.not_later"), (50, "lease.not_later"), (100, "lease.not_later"), (731, "lease.beyond")],
)
def test_a_day_that_cannot_be_is_refused(
    days: Calendar, app: App, alice: Person, in_days: int, code: str
) -> None:
    before = row(app)
    with pytest.raises(Refused) as refused:
        renew(alice, app, ends_on=today() + timedelta(days=in_days))
    assert (refused.value.code, refused.value.field) == (code, "ends_on")
    assert row(app) == before
    assert not Renewal.objects.exists()


def test_the_place_of_what_was_archived_may_be_taken(
    days: Calendar, app: App, alice: Person, genomics: Project
) -> None:
    """Refused with figures, and still archived."""
    days.live(140, app)
    quotas.release(holder=app.id, parts={"place"})  # as the reconciler does once it is seen gone
    quotas.reserve(project_id=genomics.id, holder=genomics.id, amounts=Amounts(apps=5))
    before = row(app)
    with pytest.raises(QuotaExceeded) as refused:
        renew(alice, app)
    assert [each.dimension for each in refused.value.shortfalls] == ["apps"]
    assert row(app) == before


# -- the link ---------------------------------------------------------------------------------------------


@pytest.fixture
def warned(days: Calendar, app: App) -> App:
    """30 days before its end."""
    days.live(75, app)
    return app


def test_one_click_renews_and_looking_does_not(warned: App, alice: Person, signed_in: SignedIn) -> None:
    """Mail programs follow links: GET shows one button."""
    browser, link, before = signed_in(alice), link_of(alice), row(warned)
    for ask in (browser.get, browser.head, browser.get):
        assert ask(link).status_code == 200
    page = browser.get(link).content.decode()
    assert len(re.findall(r"<button[^>]*btn-large", page)) == 1
    assert row(warned) == before
    assert browser.post(link).status_code == 200
    assert row(warned)["ends_on"] == today() + timedelta(days=365)
    assert Renewal.objects.get().way == "link"


def test_a_second_use_is_refused(warned: App, alice: Person, signed_in: SignedIn) -> None:
    browser, link = signed_in(alice), link_of(alice)
    browser.post(link)
    before = row(warned)
    for ask in (browser.post, browser.get):
        again = ask(link)
        assert again.status_code == 409
    assert row(warned) == before
    assert Renewal.objects.count() == 1
    App.objects.filter(id=warned.id).update(ends_on=today() + timedelta(days=25))  # the same day once more
    assert browser.post(link).status_code == 409, "it has been used"


def test_another_person_is_refused(
    warned: App, alice: Person, charlie: Person, dana: Person, signed_in: SignedIn
) -> None:
    """A stranger, and an owner who has a link of their own: a mail is forwarded, its right is not."""
    before, link = row(warned), link_of(alice)
    for person in (charlie, dana):
        for ask in (signed_in(person).get, signed_in(person).post):
            assert ask(link).status_code == 403
    assert Client().post(link).status_code == 302, "who has not signed in does so first"
    assert row(warned) == before


def test_who_may_no_longer_renew_is_refused(warned: App, alice: Person, signed_in: SignedIn) -> None:
    link, before = link_of(alice), row(warned)
    Membership.objects.filter(person=alice, project_id=warned.project_id).update(role=Role.VIEWER)
    assert signed_in(alice).post(link).status_code == 403
    Membership.objects.filter(person=alice, project_id=warned.project_id).delete()
    assert signed_in(alice).post(link).status_code in {403, 404}
    assert row(warned) == before


def test_links_that_are_none(warned: App, alice: Person, signed_in: SignedIn, days: Calendar) -> None:
    browser, link, before = signed_in(alice), link_of(alice), row(warned)
    for broken in (link[:-3] + "x/", "/leases/renew/nothing/", "/leases/renew/a:b:c/"):
        assert browser.post(broken).status_code == 404
    days.forward(days=DAYS + 1)
    assert signed_in(alice).post(link).status_code == 409, "too old"
    assert row(warned) == before


def test_a_link_of_an_earlier_end_does_nothing(
    warned: App, alice: Person, dana: Person, signed_in: SignedIn
) -> None:
    """Dana renewed it on the page; alice's mail is of before."""
    link = link_of(alice)
    renew(dana, warned, ends_on=today() + timedelta(days=200))
    before = row(warned)
    answer = signed_in(alice).post(link)
    assert answer.status_code == 409
    assert row(warned) == before


def test_each_person_has_a_link_of_their_own_and_viewers_none(
    days: Calendar, alice: Person, dana: Person, genomics: Project, app: App
) -> None:
    Membership.objects.filter(person=alice, project=genomics).update(role=Role.VIEWER)
    days.live(75)
    assert link_of(alice) == f"/apps/{app.id}/", "who may not renew is told, and looks at the app"
    assert link_of(dana).startswith("/leases/renew/")
    assert len(path_of(alice.id, app)) < 500


# -- always on --------------------------------------------------------------------------------------------


def test_always_on_is_a_right_that_is_granted(
    days: Calendar, app: App, alice: Person, bob: Person, genomics: Project
) -> None:
    def turn(on: bool) -> App:
        return services.set_always_on(actor=actor(alice), person=alice, app_id=app.id, on=on)

    before = row(app)
    with pytest.raises(QuotaExceeded) as refused:
        turn(True)
    assert [(each.dimension, each.limit) for each in refused.value.shortfalls] == [("always_on", 0)]
    assert row(app) == before
    quotas.set_limit(actor=actor(bob), project=genomics, limits={"always_on": 1}, reason="the home page")
    turn(True)
    days.live(200, app)
    assert (app.lease_state, app.ends_on, app.always_on) == (S.ACTIVE, None, True)
    assert app.desired == Desired.PRESENT
    with pytest.raises(Conflict):
        renew(alice, app)
    turn(False)
    app.refresh_from_db()
    assert (app.always_on, app.ends_on) == (False, today() + timedelta(days=365))
    assert held_by(app.id).always_on == 0
    assert quotas.recount() == ()


def test_a_right_is_taken_from_grace_too(
    days: Calendar, app: App, alice: Person, bob: Person, genomics: Project
) -> None:
    quotas.set_limit(actor=actor(bob), project=genomics, limits={"always_on": 1}, reason="the home page")
    days.live(110, app)
    services.set_always_on(actor=actor(alice), person=alice, app_id=app.id, on=True)
    app.refresh_from_db()
    assert (app.lease_state, app.desired, app.ends_on) == (S.ACTIVE, Desired.ASLEEP, None)
    workloads.start(actor=actor(alice), app_id=app.id)


# -- the API -----------------------------------------------------------------------------------------------


def test_a_program_sees_and_renews(days: Calendar, app: App, alice: Person, charlie: Person) -> None:
    tool = caller(alice)
    seen = tool.call("GET", f"apps/{app.id}/").json()["lease"]
    end = today() + timedelta(days=100)
    assert seen == {
        "state": "active",
        "ends_on": end.isoformat(),
        "always_on": False,
        "next": {"move": "grace", "on": (end + timedelta(days=1)).isoformat()},
    }
    renewed = tool.call("POST", f"apps/{app.id}/lease/renew/", {}).json()
    assert renewed["ends_on"] == (today() + timedelta(days=365)).isoformat()
    later = (today() + timedelta(days=700)).isoformat()
    assert tool.call("POST", f"apps/{app.id}/lease/renew/", {"ends_on": later}).json()["ends_on"] == later
    beyond = tool.call("POST", f"apps/{app.id}/lease/renew/", {"ends_on": "2100-01-01"})
    assert beyond.status_code == 400
    assert beyond.json()["errors"][0]["pointer"] == "#/ends_on"
    assert caller(charlie).call("POST", f"apps/{app.id}/lease/renew/", {}).status_code == 404
    refused = tool.call("PATCH", f"apps/{app.id}/lease/", {"always_on": True})
    assert (refused.status_code, refused.json()["shortfalls"][0]["dimension"]) == (409, "always_on")


def test_two_projects_do_not_share_terms(bob: Person, genomics: Project, dana: Person) -> None:
    other = projects.shared("proteins", dana)
    services.set_terms(actor=actor(bob), person=bob, project_id=genomics.id, default_days=5, max_days=9)
    told = caller(dana).call("GET", f"projects/{other.id}/lease/").json()
    assert told == {"default_days": None, "max_days": None}
    assert caller(dana).call("GET", f"projects/{genomics.id}/lease/").json()["max_days"] == 9
