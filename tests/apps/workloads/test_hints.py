"""Which apps a message goes out for."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.accounts.models import Person
from apps.workloads.management.loops.base import Hints
from apps.workloads.management.loops.dispatch import Dispatcher
from apps.workloads.models import App, Claim
from apps.workloads.services import hints
from tests.factories import catalogue
from tests.factories.apps import submit


@pytest.fixture(autouse=True)
def _template(db: None) -> None:
    catalogue.template()


def many(person: Person, number: int) -> list[App]:
    return [submit(person, f"app-{index}", resources={"cpu_mhz": 20}).app for index in range(number)]


class Stop:
    """A stop that never comes and waits for nothing."""

    @staticmethod
    def wait(_seconds: float) -> bool:
        return False


def dispatcher() -> Dispatcher:
    return Dispatcher(Hints(), Stop())  # type: ignore[arg-type]


def test_a_message_goes_out_once_and_again_when_it_is_lost(alice: Person) -> None:
    (app,) = many(alice, 1)
    assert hints.choose() == [(app.id, False)]
    assert hints.choose() == []
    Claim.objects.update(hinted_at=timezone.now() - timedelta(seconds=hints.AGAIN_S + 1))
    assert hints.choose() == [(app.id, False)]


def test_few_are_out_at_a_time(alice: Person) -> None:
    many(alice, 4)
    assert len(hints.choose(most=3)) == 3
    assert hints.choose(most=3) == []


def test_projects_take_turns(alice: Person, dana: Person) -> None:
    many(alice, 4)
    Claim.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    late = submit(dana, "late").app
    assert late.id in [each.app_id for each in hints.choose(most=2)]


def test_parked_settled_claimed_and_future_ones_are_left_alone(alice: Person) -> None:
    now = timezone.now()
    states: list[dict[str, Any]] = [
        {"parked_at": now},
        {"due_at": None},
        {"claimed_until": now + timedelta(seconds=5)},
        {"due_at": now + timedelta(seconds=5)},
    ]
    for app, state in zip(many(alice, 4), states, strict=True):
        Claim.objects.filter(app=app).update(**state)
    assert hints.choose() == []


def test_without_a_broker_nothing_is_lost_and_nobody_waits(alice: Person) -> None:
    many(alice, 3)
    with patch(
        "apps.workloads.tasks.reconcile_app.apply_async", side_effect=OperationalError("away")
    ) as send:
        assert dispatcher().send() == 0
    assert send.call_count == 1, "the first refusal is enough"
    assert not Claim.objects.filter(hinted_at__isnull=False).exists()
    with patch("apps.workloads.tasks.reconcile_app.apply_async") as send:
        assert dispatcher().send() == 3
    assert {each.kwargs["kwargs"]["app_id"] for each in send.call_args_list} == {
        str(app.id) for app in App.objects.all()
    }


def test_what_is_deleted_for_good_goes_to_who_may(alice: Person) -> None:
    kept, gone = many(alice, 2)
    App.objects.filter(id=gone.id).update(desired="absent")
    with (
        patch("apps.workloads.tasks.reconcile_app.apply_async") as reconciles,
        patch("apps.workloads.tasks.purge_app.apply_async") as purges,
    ):
        assert dispatcher().send() == 2
    assert reconciles.call_args.kwargs["kwargs"] == {"app_id": str(kept.id)}
    assert purges.call_args.kwargs["kwargs"] == {"app_id": str(gone.id)}
