"""Bad input to requests and decisions: each a clear refusal that names the field, and nothing half done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestState
from apps.approvals.models import Decision, Request
from apps.projects.enums import Role
from apps.projects.models import Membership, Project
from apps.quotas.models import Counter
from tests.cast import actor
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
VERDICTS = ("approve", "approve-in-part", "reject", "request-changes")
SAID: dict[str, dict[str, Any]] = {
    "approve-in-part": {"reason": "some", "granted": {"cpu_mhz": 5000}},
    "reject": {"reason": "no"},
    "request-changes": {"reason": "how long?"},
}


@pytest.fixture
def asked(genomics: Project, dana: Person) -> Request:
    """More CPU for genomics."""
    return services.ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"cpu_mhz": 9000}, reason="a course"
    )


def stands(project: Project, request: Request) -> tuple[object, ...]:
    """What a refusal leaves as it was."""
    limits = list(
        Counter.objects.filter(project=project).order_by("dimension").values_list("limit", "base_limit")
    )
    members = set(Membership.objects.filter(project=project).values_list("person_id", "role"))
    request.refresh_from_db()
    return (request.state, request.version, request.amounts, limits, members, Decision.objects.count())


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_was_withdrawn_meanwhile_is_not_decided(
    genomics: Project, dana: Person, bob: Person, asked: Request, signed_in: SignedIn, verdict: str
) -> None:
    """By the API and on the page: 409, and who decides is told."""
    services.withdraw(actor=actor(dana), person=dana, request_id=asked.id)
    before = stands(genomics, asked)
    call = "approve" if verdict == "approve-in-part" else verdict  # by the API a part is in the body
    answer = caller(bob).call("POST", f"requests/{asked.id}/{call}/", SAID.get(verdict, {}))
    assert (answer.status_code, answer.json()["code"]) == (409, "request.withdrawn")
    form = {"reason": "x", "version": "1", "granted-cpu_mhz": "5000"}
    told = signed_in(bob).post(f"/requests/{asked.id}/{verdict}/", form, follow=True)
    assert "retir" in told.content.decode().lower()
    assert stands(genomics, asked) == before
    assert asked.state == RequestState.WITHDRAWN


GRANTED = [
    ({"granted": {"cpu_mhz": -1}}, "granted.cpu_mhz", "negative"),
    ({"granted": {"cpu_mhz": 5000.5}}, "granted.cpu_mhz", "fractional"),
    ({"granted": {"cpu_mhz": "NaN"}}, "granted.cpu_mhz", "no number"),
    ({"granted": {"cpu_mhz": 10**30}}, "granted.cpu_mhz", "huge"),
    ({"granted": {"cpu_mhz": True}}, "granted.cpu_mhz", "yes is no number"),
    ({"granted": {"cpu_mhz": 9001}}, "granted.cpu_mhz", "more than was asked"),
    ({"granted": {"memory_mib": 5000}}, "granted.memory_mib", "what was not asked"),
    ({"granted": {"magic": 5}}, "granted.magic", "no such dimension"),
    ({"granted": {"cpu_mhz": 5000}, "until": "2001-01-01"}, "until", "an end that is over"),
    ({"granted": {"cpu_mhz": 5000}, "until": "2099-02-30"}, "until", "no day"),
    ({"granted": {"cpu_mhz": 5000}, "role": "owner"}, "role", "a role that is pushed in"),
    ({"granted": {"cpu_mhz": 5000}, "project": "x"}, "project", "a project that is pushed in"),
]


@pytest.mark.parametrize(("body", "field", "reason"), GRANTED, ids=[each[2] for each in GRANTED])
def test_what_cannot_be_granted(
    genomics: Project, bob: Person, asked: Request, body: dict[str, Any], field: str, reason: str
) -> None:
    before = stands(genomics, asked)
    told = {"reason": "some", **body}
    answer = caller(bob).call("POST", f"requests/{asked.id}/approve/", told)
    assert answer.status_code == 400, reason
    pointers = [each["pointer"] for each in answer.json()["errors"]]
    assert pointers == [f"#/{field.replace('.', '/')}"], reason
    assert stands(genomics, asked) == before


ASKED = [
    ({"limits": {"cpu_mhz": -1}}, "limits/cpu_mhz", "negative"),
    ({"limits": {"cpu_mhz": 1.5}}, "limits/cpu_mhz", "fractional"),
    ({"limits": {"cpu_mhz": "NaN"}}, "limits/cpu_mhz", "no number"),
    ({"limits": {"cpu_mhz": 10**30}}, "limits/cpu_mhz", "huge"),
    ({"limits": {"magic": 5}}, "limits/magic", "no such dimension"),
    ({"until": "2001-01-01"}, "until", "an end that is over"),
    ({"role": "owner"}, "role", "a role that is pushed in"),
    ({"requester": "x"}, "requester", "a requester who is pushed in"),
    ({"state": "approved"}, "state", "a state that is pushed in"),
]


@pytest.mark.parametrize(("change", "field", "reason"), ASKED, ids=[each[2] for each in ASKED])
def test_what_cannot_be_asked(
    genomics: Project, dana: Person, asked: Request, change: dict[str, Any], field: str, reason: str
) -> None:
    """Neither in a new request nor by a change of one that waits."""
    before, count = stands(genomics, asked), Request.objects.count()
    body = {
        "kind": "quota",
        "project": str(genomics.id),
        "limits": {"cpu_mhz": 9500},
        "reason": "x",
        **change,
    }
    answer = caller(dana).call("POST", "requests/", body)
    assert answer.status_code == 400, reason
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"#/{field}"], reason
    answer = caller(dana).call("PATCH", f"requests/{asked.id}/", change)
    assert answer.status_code == 400, reason
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"#/{field}"], reason
    assert (stands(genomics, asked), Request.objects.count()) == (before, count)


def test_a_crafted_form_moves_nothing_to_another_project_and_gives_no_role(
    genomics: Project, alice: Person, dana: Person, charlie: Person, asked: Request, signed_in: SignedIn
) -> None:
    """What a form does not hold is not read: the address says which project, the session says who."""
    own = Project.objects.get(personal_of=charlie)
    form = {
        "cpu_mhz": "9500", "reason": "x", "project": str(own.id), "requester": str(charlie.id),
        "role": Role.OWNER, "state": "approved", "kind": "rights",
    }  # fmt: skip
    signed_in(dana).post(f"/projects/{genomics.slug}/quota/ask/", form)
    made = Request.objects.exclude(id=asked.id).get()
    assert (made.kind, made.project, made.requester, made.state) == ("quota", genomics, dana, "submitted")
    assert signed_in(alice).post(f"/projects/{genomics.slug}/quota/ask/", form).status_code == 403
    assert signed_in(charlie).post(f"/projects/{genomics.slug}/quota/ask/", form).status_code == 404
    roles = {"role": Role.OWNER, "email": charlie.email}
    assert signed_in(alice).post(f"/projects/{genomics.slug}/members/", roles).status_code == 403
    assert Membership.objects.get(project=genomics, person=alice).role == Role.DEVELOPER
    assert not Membership.objects.filter(project=genomics, person=charlie).exists()


def test_the_last_day_of_a_decision_is_not_over(genomics: Project, bob: Person, asked: Request) -> None:
    before = stands(genomics, asked)
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = caller(bob).call("POST", f"requests/{asked.id}/approve/", {"until": str(yesterday)})
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["#/until"]
    assert stands(genomics, asked) == before
