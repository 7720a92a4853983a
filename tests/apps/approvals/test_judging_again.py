"""What was changed, or sent again, meets the rules as they are then, and slips past none of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import Move, RequestState
from apps.approvals.models import Decision, Judgement, Message, Request
from apps.approvals.rules import Candidate, Terms
from apps.approvals.selectors.trying import try_rule
from apps.approvals.services import rules as writing
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.quotas.models import Charge
from apps.workloads.models import App
from tests.apps.approvals.test_ruling import write
from tests.cast import actor
from tests.factories import catalogue, projects
from tests.factories.apps import submit

BIG = {"cpu_mhz": 8000, "memory_mib": 64}  # 4000 are in the quota
SMALL = {"cpu_mhz": 400, "memory_mib": 64}


@pytest.fixture(autouse=True)
def _page(db: None) -> None:
    catalogue.template()


@pytest.fixture
def asked(alice: Person, genomics: Project) -> Request:
    """Alice asks for more than the quota has: it waits."""
    return sent(alice, genomics)


def sent(person: Person, project: Project, name: str = "wiki") -> Request:
    request = submit(person, name, project_id=project.id, resources=BIG, reason="a course").request
    assert request is not None
    assert request.state == RequestState.SUBMITTED
    return request


def by(person: Person, asked: Request) -> dict[str, Any]:
    return {"actor": actor(person), "person": person, "request_id": asked.id}


def questioned(bob: Person, asked: Request) -> None:
    services.request_changes(**by(bob, asked), reason="smaller?")


def app_of(asked: Request) -> App:
    """As it stands now."""
    assert asked.app is not None
    return App.objects.get(id=asked.app.id)


def verdict(asked: Request) -> tuple[str, str]:
    """Where it stands, and which rule decided."""
    found = Decision.objects.filter(request=asked).first()
    return Request.objects.get(id=asked.id).state, found.rule if found else ""


APPROVED, WAITS = RequestState.APPROVED, RequestState.SUBMITTED


def test_made_smaller_while_it_waits_it_starts_at_once(asked: Request, alice: Person, bob: Person) -> None:
    Notice.objects.all().delete()
    services.edit(**by(alice, asked), changes={"resources": SMALL})
    assert verdict(asked) == (APPROVED, "within-quota")
    app = app_of(asked)
    assert (app.desired, app.release and app.release.resources["cpu_mhz"]) == ("present", 400)
    assert Charge.objects.get(holder=app.id, dimension="cpu_mhz").reserved == 400
    assert Decision.objects.get(request=asked).version == 2
    assert Event.objects.get(verb="request.approved", target_id=asked.id).actor_label == "within-quota"
    assert not Notice.objects.filter(kind="request.answered").exists(), "nobody is called to a decision"
    assert quotas.recount() == ()


def test_sent_again_after_a_question_it_is_judged_as_it_is_then(
    asked: Request, alice: Person, bob: Person
) -> None:
    questioned(bob, asked)
    services.edit(**by(alice, asked), changes={"resources": SMALL})
    assert verdict(asked) == (RequestState.CHANGES_REQUESTED, ""), "it was not sent yet"
    services.answer(**by(alice, asked), text="400 will do")
    assert verdict(asked) == (APPROVED, "within-quota")
    moves = Message.objects.filter(request=asked).order_by("at").values_list("move", flat=True)
    assert list(moves) == [Move.REQUEST_CHANGES, Move.EDIT, Move.ANSWER]


def test_by_the_rules_of_that_day(asked: Request, alice: Person, bob: Person, genomics: Project) -> None:
    questioned(bob, asked)
    rule = write(bob, "courses", kinds=["app"], most_limit={"cpu_mhz": 9000}, days=30)
    services.answer(**by(alice, asked), text="it is in May")
    assert verdict(asked) == (APPROVED, "courses")
    writing.change_rule(actor=actor(bob), person=bob, rule_id=rule.id, enabled=False)
    other = sent(alice, genomics, "other")
    questioned(bob, other)
    services.answer(**by(alice, other), text="the same")
    assert verdict(other) == (WAITS, "")


@pytest.mark.parametrize("again", ["edited", "asked and answered"])
def test_what_is_raised_goes_past_no_rule(alice: Person, bob: Person, genomics: Project, again: str) -> None:
    """It waits for another reason, is raised beyond what the rule gives, and waits on."""
    catalogue.template("careful", approval={"rule": "always", "why": {"fr": "x", "en": "x"}})
    asked = submit(alice, template="careful", project_id=genomics.id, resources=SMALL, reason="x").request
    assert asked is not None
    write(bob, "small", templates=["careful"], most_asked={"cpu_mhz": 1000})
    if again != "edited":
        questioned(bob, asked)
    services.edit(**by(alice, asked), changes={"resources": {"cpu_mhz": 1001, "memory_mib": 64}})
    if again != "edited":
        services.answer(**by(alice, asked), text="more")
    assert verdict(asked) == (WAITS, "")
    assert Judgement.objects.get(request=asked).facts["asked"]["cpu_mhz"] == 1001
    services.edit(**by(alice, asked), changes={"resources": {"cpu_mhz": 1000, "memory_mib": 64}})
    assert verdict(asked) == (APPROVED, "small")


def test_nobody_gets_by_anothers_request_what_a_rule_gives_to_that_one(
    alice: Person, bob: Person, dana: Person, genomics: Project
) -> None:
    """The rule is for alice's group; dana owns the project, may edit what alice asked, and is not in it."""
    Person.objects.filter(id=alice.id).update(groups=["/lab/it"])
    asked = sent(alice, genomics)
    write(bob, "for-it", groups=["/lab/it"], kinds=["app"], most_limit={"cpu_mhz": 9000})
    services.edit(**by(dana, asked), changes={"resources": {"cpu_mhz": 7999, "memory_mib": 64}})
    assert verdict(asked) == (WAITS, "")
    alice.refresh_from_db()
    services.edit(**by(alice, asked), changes={"reason": "a course in May"})
    assert verdict(asked) == (APPROVED, "for-it")


def test_whoever_asked_is_told_where_an_owner_changed_it(asked: Request, alice: Person, dana: Person) -> None:
    services.edit(**by(dana, asked), changes={"resources": SMALL})
    assert verdict(asked) == (APPROVED, "within-quota")
    told = Notice.objects.get(kind="request.decided", person=alice)
    assert (told.params["verdict"], told.params["by"]) == ("approved", "within-quota")


def test_whoever_may_not_have_it_any_more_is_decided_by_a_person(
    asked: Request, alice: Person, dana: Person, genomics: Project
) -> None:
    genomics.memberships.filter(person=alice).update(role=Role.VIEWER)
    services.edit(**by(dana, asked), changes={"resources": SMALL})
    assert verdict(asked) == (WAITS, "")
    assert not app_of(asked).release
    assert quotas.recount() == ()


def test_a_change_and_a_quota_are_judged_again_too(
    alice: Person, dana: Person, bob: Person, genomics: Project
) -> None:
    app = submit(alice, project_id=genomics.id).app
    change = services.submit_change(
        actor=actor(alice), person=alice, app_id=app.id, resources=BIG, reason="a course"
    ).request
    assert change is not None
    services.edit(**by(alice, change), changes={"resources": SMALL})
    assert verdict(change) == (APPROVED, "within-quota")
    write(bob, "more", kinds=["quota"], most_limit={"cpu_mhz": 6000})
    quota = services.ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"cpu_mhz": 9000}, reason="growth"
    )
    questioned(bob, quota)
    services.edit(**by(dana, quota), changes={"limits": {"cpu_mhz": 6000}})
    services.answer(**by(dana, quota), text="this much")
    assert verdict(quota) == (APPROVED, "more")


def test_a_longer_life_counts_from_the_day_on_which_it_is_sent_again(
    alice: Person, bob: Person, genomics: Project
) -> None:
    app = submit(alice, project_id=genomics.id, ends_on=day(100)).app
    told: dict[str, Any] = {"actor": actor(alice), "person": alice}
    asked = services.ask_lease(**told, app_id=app.id, until=day(1200), reason="a thesis")
    write(bob, "theses", kinds=["lease"], lease_days=1100)
    services.edit(**by(alice, asked), changes={"until": day(1101)})
    assert verdict(asked) == (WAITS, "")
    services.edit(**by(alice, asked), changes={"until": day(1100)})
    assert verdict(asked) == (APPROVED, "theses")


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_projects_and_rights_stay_with_people(alice: Person, bob: Person, genomics: Project) -> None:
    write(bob, "all")
    projects.member(genomics, bob, Role.VIEWER)
    asked = services.ask_rights(
        actor=actor(bob), person=bob, project_id=genomics.id, role=Role.DEVELOPER, reason="to help"
    )
    services.edit(**by(bob, asked), changes={"reason": "to help out"})
    assert verdict(asked) == (WAITS, "")


def test_a_dry_run_knows_it_as_it_was_judged_last(asked: Request, alice: Person, bob: Person) -> None:
    services.edit(**by(alice, asked), changes={"resources": {"cpu_mhz": 5000, "memory_mib": 64}})
    terms = Terms(kinds=frozenset({"app"}), most_limit={"cpu_mhz": 5000})
    assert try_rule(bob, Candidate("draft", 1, terms)).decided == 1
