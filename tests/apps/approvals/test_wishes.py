"""Asking for quota, projects and rights: what is granted, in part, until a day, and each clear refusal."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestState, Verdict
from apps.approvals.models import Message, Request
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.quotas.models import Counter
from apps.quotas.services import recount
from kernel.errors import Conflict, Forbidden, Missing, Refused, RefusedMany
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def quota(person: Person, project: Project, limits: Any, **more: Any) -> Request:
    told: dict[str, Any] = {"reason": "a course in May", **more}
    return services.ask_quota(
        actor=actor(person), person=person, project_id=project.id, limits=limits, **told
    )


def limit(project: Project, dimension: str) -> tuple[int, int]:
    row = Counter.objects.get(project=project, dimension=dimension)
    return row.base_limit, row.limit


def test_granted_in_part_until_a_day_and_back_again(genomics: Project, dana: Person, bob: Person) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000, "memory_mib": 9000})
    decision = services.approve_in_part(
        actor=actor(bob),
        person=bob,
        request_id=asked.id,
        granted={"cpu_mhz": 6000},
        reason="half of it for now",
        until=today(7),
    )
    asked.refresh_from_db()
    assert (asked.state, decision.verdict) == (RequestState.PARTIALLY_APPROVED, Verdict.PARTIALLY_APPROVED)
    assert (decision.granted, decision.until, decision.version) == ({"cpu_mhz": 6000}, today(7), 1)
    assert limit(genomics, "cpu_mhz") == (4000, 6000)
    assert limit(genomics, "memory_mib") == (4096, 4096)
    told = Notice.objects.get(person=dana, kind="request.decided")
    assert told.params["verdict"] == "partially_approved"
    assert Event.objects.filter(verb="request.partially_approved", target_id=str(asked.id)).exists()


def test_edited_asked_for_changes_answered_and_approved(genomics: Project, dana: Person, bob: Person) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    why = "for how long?"
    who: dict[str, Any] = {"actor": actor(bob), "person": bob}
    services.take(**who, request_id=asked.id)
    services.request_changes(**who, request_id=asked.id, reason=why)
    mine: dict[str, Any] = {"actor": actor(dana), "person": dana, "request_id": asked.id}
    services.edit(**mine, changes={"until": today(30), "limits": {"cpu_mhz": 8000}}, version=1)
    services.answer(**mine, text="for a month")
    with pytest.raises(Conflict) as told:
        services.approve(**who, request_id=asked.id, version=1)
    assert told.value.code == "request.moved_on"
    services.approve(**who, request_id=asked.id, version=2)
    assert limit(genomics, "cpu_mhz") == (4000, 8000)
    moves = list(Message.objects.filter(request=asked).order_by("at").values_list("move", flat=True))
    assert moves == ["take", "request_changes", "edit", "answer"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"cpu_mhz": -1}, "limits.cpu_mhz", "negative"),
    ({"cpu_mhz": 1.5}, "limits.cpu_mhz", "a fraction"),
    ({"cpu_mhz": float("nan")}, "limits.cpu_mhz", "not a number"),
    ({"cpu_mhz": 10**30}, "limits.cpu_mhz", "huge"),
    ({"cpu_mhz": True}, "limits.cpu_mhz", "a truth is no amount"),
    ({"cpu_mhz": "many"}, "limits.cpu_mhz", "a word"),
    ({"colour": 5}, "limits.colour", "no dimension"),
    ({"cpu_mhz": 50}, "limits.cpu_mhz", "below what is in use"),
    ({"cpu_mhz": 4000}, "limits", "as it stands"),
]


def refused(call: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Refused) as told:
        call()
    many = told.value.refusals if isinstance(told.value, RefusedMany) else (told.value,)
    return {each.field or "": str(each.params) for each in many}


@pytest.mark.parametrize(("limits", "field", "reason"), WRONG, ids=[each[2] for each in WRONG])
def test_limits_that_cannot_be(
    genomics: Project, dana: Person, limits: dict[str, Any], field: str, reason: str
) -> None:
    catalogue.template()
    submit(dana, "wiki", project_id=genomics.id)
    before = Request.objects.count()
    found = refused(lambda: quota(dana, genomics, limits))
    assert field in found, reason
    if reason == "below what is in use":
        assert "wiki (100)" in found[field], "it names what would have to go"
    assert Request.objects.count() == before
    if limits != {"cpu_mhz": limits.get("cpu_mhz")} or isinstance(limits["cpu_mhz"], float):
        return
    body = {"kind": "quota", "project": str(genomics.id), "limits": limits, "reason": "x"}
    answer = caller(dana).call("POST", "requests/", body)
    assert answer.status_code == 400, reason
    assert answer.json()["errors"][0]["pointer"].startswith("#/limits"), reason


def test_a_last_day_that_is_over(genomics: Project, dana: Person, bob: Person) -> None:
    assert "until" in refused(lambda: quota(dana, genomics, {"cpu_mhz": 9000}, until=today(-1)))
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    told: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": asked.id}
    assert "until" in refused(lambda: services.approve(**told, until=today(-1)))
    asked.refresh_from_db()
    assert (asked.state, limit(genomics, "cpu_mhz")) == (RequestState.SUBMITTED, (4000, 4000))


def test_a_limit_that_was_fine_when_asked_is_looked_at_again(
    genomics: Project, dana: Person, bob: Person
) -> None:
    catalogue.template()
    asked = quota(dana, genomics, {"cpu_mhz": 50})
    submit(dana, "wiki", project_id=genomics.id)
    told: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": asked.id}
    found = refused(lambda: services.approve(**told))
    assert "wiki (100)" in found["limits.cpu_mhz"]
    asked.refresh_from_db()
    assert asked.state == RequestState.SUBMITTED


GRANTS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "granted", "nothing"),
    ({"cpu_mhz": 9000}, "granted", "all of it is no part"),
    ({"cpu_mhz": 9001}, "granted.cpu_mhz", "more than asked"),
    ({"gpus": 1}, "granted.gpus", "not asked for"),
    ({"cpu_mhz": 3999}, "granted.cpu_mhz", "less than there is"),
    ({"cpu_mhz": -5}, "granted.cpu_mhz", "negative"),
    ({"cpu_mhz": "5e3"}, "granted.cpu_mhz", "no whole number"),
]


@pytest.mark.parametrize(("granted", "field", "reason"), GRANTS, ids=[each[2] for each in GRANTS])
def test_parts_that_cannot_be(
    genomics: Project, dana: Person, bob: Person, granted: dict[str, Any], field: str, reason: str
) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    told: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": asked.id, "reason": "part"}
    assert field in refused(lambda: services.approve_in_part(**told, granted=granted)), reason
    asked.refresh_from_db()
    assert (asked.state, limit(genomics, "cpu_mhz")) == (RequestState.SUBMITTED, (4000, 4000))


def test_an_app_granted_smaller_until_a_day(alice: Person, bob: Person) -> None:
    catalogue.template()
    made = submit(alice, resources={"cpu_mhz": 8000, "memory_mib": 64}, reason="a course")
    assert made.request is not None
    told: dict[str, Any] = {
        "actor": actor(bob),
        "person": bob,
        "request_id": made.request.id,
        "reason": "smaller",
    }
    assert "granted.cpu_mhz" in refused(lambda: services.approve_in_part(**told, granted={"cpu_mhz": 1}))
    services.approve_in_part(**told, granted={"cpu_mhz": 5000}, until=today(7))
    row = Counter.objects.get(project=made.app.project, dimension="cpu_mhz")
    assert (row.reserved, row.limit, row.base_limit, row.granted_until) == (5000, 5000, 4000, today(7))
    assert recount() == ()


def test_a_project_is_asked_for_and_made(alice: Person, bob: Person, charlie: Person) -> None:
    asked = services.ask_project(
        actor=actor(alice), person=alice, name="Proteins", slug="proteins", reason="a new team"
    )
    assert not Project.objects.filter(slug="proteins").exists()
    with pytest.raises(Missing):
        services.withdraw(actor=actor(charlie), person=charlie, request_id=asked.id)
    services.approve(actor=actor(bob), person=bob, request_id=asked.id)
    made = Project.objects.get(slug="proteins")
    assert Membership.objects.get(project=made).person == alice
    assert limit(made, "cpu_mhz") == (4000, 4000)


def test_an_owner_decides_about_rights(genomics: Project, alice: Person, dana: Person, erik: Person) -> None:
    asked = services.ask_rights(
        actor=actor(alice), person=alice, project_id=genomics.id, role="owner", reason="I lead it now"
    )
    with pytest.raises(Forbidden):
        services.approve(actor=actor(erik), person=erik, request_id=asked.id)
    with pytest.raises(Forbidden):
        services.approve(actor=actor(alice), person=alice, request_id=asked.id)
    services.approve(actor=actor(dana), person=dana, request_id=asked.id)
    assert Membership.objects.get(project=genomics, person=alice).role == Role.OWNER


@pytest.mark.parametrize("role", ["viewer", "developer", "emperor"])
def test_only_a_higher_role_is_asked_for(genomics: Project, alice: Person, role: str) -> None:
    told: dict[str, Any] = {"actor": actor(alice), "person": alice, "project_id": genomics.id, "reason": "x"}
    assert "role" in refused(lambda: services.ask_rights(**told, role=role))


def test_whoever_left_is_granted_nothing(genomics: Project, dana: Person, bob: Person) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    Person.objects.filter(id=dana.id).update(is_active=False)
    with pytest.raises(Conflict) as told:
        services.approve(actor=actor(bob), person=bob, request_id=asked.id)
    assert told.value.code == "request.requester_gone"
    assert limit(genomics, "cpu_mhz") == (4000, 4000)


def test_an_archived_project_is_granted_nothing(genomics: Project, dana: Person, bob: Person) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    Project.objects.filter(id=genomics.id).update(archived_at=timezone.now())
    with pytest.raises(Conflict) as told:
        services.approve(actor=actor(bob), person=bob, request_id=asked.id)
    assert told.value.code == "project.archived"


def test_what_waits_too_long_is_closed(
    genomics: Project, dana: Person, bob: Person, settings: Settings
) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    late = timezone.now() - timedelta(days=settings.REQUEST_EXPIRES_DAYS + 1)
    Request.objects.update(state_since=late)
    assert services.expire(actor=actor(bob)) == 1
    asked.refresh_from_db()
    assert asked.state == RequestState.EXPIRED
    assert Notice.objects.get(person=dana, kind="request.decided").params["verdict"] == "expired"
    assert services.expire(actor=actor(bob)) == 0


def test_what_admins_say_among_themselves(
    genomics: Project, dana: Person, bob: Person, signed_in: SignedIn
) -> None:
    asked = quota(dana, genomics, {"cpu_mhz": 9000})
    told: dict[str, Any] = {"actor": actor(bob), "person": bob, "request_id": asked.id, "internal": True}
    services.comment(**told, text="Secret opinion")
    assert "Secret opinion" in signed_in(bob).get(f"/requests/{asked.id}/").content.decode()
    assert "Secret opinion" not in signed_in(dana).get(f"/requests/{asked.id}/").content.decode()
    assert not Notice.objects.filter(person=dana).exists()
    with pytest.raises(Forbidden):
        services.comment(**{**told, "actor": actor(dana), "person": dana}, text="mine")


def test_the_pages_from_asking_to_deciding(
    genomics: Project, dana: Person, bob: Person, charlie: Person, signed_in: SignedIn, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    form = f"/projects/{genomics.slug}/quota/ask/"
    owner, admin = signed_in(dana), signed_in(bob)
    assert owner.get(form).status_code == 200
    wrong = owner.post(form, {"cpu_mhz": "1.5", "memory_mib": "-3", "reason": "x"})
    assert wrong.status_code == 422
    assert 'href="#id_cpu_mhz"' in wrong.content.decode()
    assert 'href="#id_memory_mib"' in wrong.content.decode()
    assert "9 GHz" in owner.post(f"{form}preview/", {"cpu_mhz": "9000"}).content.decode()
    owner.post(form, {"cpu_mhz": "9000", "reason": "a course"})
    asked = Request.objects.get()
    page = f"/requests/{asked.id}/"
    assert signed_in(charlie).get(page).status_code == 404
    assert owner.get(f"{page}edit/").status_code == 200
    owner.post(f"{page}edit/", {"cpu_mhz": "8500", "reason": "a course", "version": "1"})
    assert b"a course" in admin.get(page).content
    admin.post(f"{page}request-changes/", {"reason": "How long?", "version": "2"})
    owner.post(f"{page}answer/", {"text": "A month"})
    told: dict[str, Any] = {
        "reason": "some",
        "granted-cpu_mhz": "6000",
        "until": str(today(9)),
        "version": "2",
    }
    assert admin.post(f"{page}approve-in-part/", told).headers["Location"] == "/decisions/"
    assert limit(genomics, "cpu_mhz") == (4000, 6000)
    assert "A month" in owner.get(page).content.decode()
    assert admin.get("/decisions/?order=effect").status_code == 200
    assert owner.get("/requests/?state=partially_approved&kind=quota").content.count(b"data-row ") == 1


def test_the_form_for_a_project_and_for_rights(
    genomics: Project, alice: Person, bob: Person, signed_in: SignedIn
) -> None:
    client = signed_in(alice)
    assert client.get("/requests/project/").status_code == 200
    body = {"name": "Proteins", "slug": "proteins", "reason": "a team"}
    assert client.post("/requests/project/", body).status_code == 302
    rights = f"/projects/{genomics.slug}/rights/ask/"
    assert client.get(rights).status_code == 200
    assert client.post(rights, {"role": "owner", "reason": "I lead it"}).status_code == 302
    for asked in Request.objects.all():
        assert signed_in(bob).get(f"/requests/{asked.id}/").status_code == 200
    assert client.get("/requests/").status_code == 200
    assert signed_in(bob).get("/decisions/").status_code == 200


def test_a_stranger_asks_for_nothing(genomics: Project, charlie: Person, signed_in: SignedIn) -> None:
    for path in ("quota/ask/", "quota/ask/preview/", "rights/ask/"):
        assert signed_in(charlie).post(f"/projects/{genomics.slug}/{path}", {}).status_code == 404


def test_a_viewer_asks_for_no_quota(genomics: Project, charlie: Person) -> None:
    projects.member(genomics, charlie, Role.VIEWER)
    with pytest.raises(Forbidden):
        quota(charlie, genomics, {"cpu_mhz": 9000})
