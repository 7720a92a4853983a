"""Whatever is done in whatever order: counters are the sums of their charges, within their limit."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import services
from apps.quotas.models import Charge, Counter
from kernel.errors import QuotaExceeded
from kernel.units import DIMENSIONS, Amounts
from tests.cast import actor
from tests.factories import projects

HOLDERS = [UUID(int=number) for number in range(1, 5)]
AMOUNTS = st.builds(
    Amounts,
    apps=st.just(1),
    cpu_mhz=st.integers(0, 600),
    memory_mib=st.integers(0, 600),
    storage_mib=st.integers(0, 600),
    gpus=st.integers(0, 2),
)
STEPS = st.one_of(
    st.tuples(st.just("reserve"), st.sampled_from(HOLDERS), AMOUNTS),
    st.tuples(st.just("beyond"), st.sampled_from(HOLDERS), AMOUNTS),
    st.tuples(st.just("use"), st.sampled_from(HOLDERS), st.none()),
    st.tuples(st.just("stop"), st.sampled_from(HOLDERS), st.none()),
    st.tuples(st.just("delete"), st.sampled_from(HOLDERS), st.none()),
    st.tuples(st.just("limit"), st.none(), AMOUNTS),
)


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("props", dana, Amounts(3, 1000, 1000, 1000, 2))


def apply(project: Project, bob: Person, step: str, holder: UUID | None, amounts: Amounts | None) -> None:
    """One step; what goes beyond the quota is refused and changes nothing."""
    who = actor(bob)
    if step == "limit" and amounts:
        services.set_limit(actor=who, project=project, limits=amounts, reason="property")
    if holder is None:
        return
    if step == "reserve" and amounts:
        services.reserve(project_id=project.id, holder=holder, amounts=amounts)
    if step == "beyond" and amounts:
        services.reserve_beyond(
            actor=who, project_id=project.id, holder=holder, amounts=amounts, reason="property"
        )
    if step == "use":
        services.mark_used(holder=holder)
    if step in {"stop", "delete"}:
        services.release(holder=holder, parts={"running"} if step == "stop" else {"all"})


def sums(project: Project, dimension: str) -> tuple[int, int]:
    charges = Charge.objects.filter(project=project, dimension=dimension)
    return sum(each.used for each in charges), sum(each.reserved for each in charges)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=15))
def test_counters_are_the_sums_of_their_charges(
    project: Project, bob: Person, steps: list[tuple[str, UUID | None, Amounts | None]]
) -> None:
    for step, holder, amounts in steps:
        before = list(Counter.objects.order_by("id").values_list("used", "reserved", "limit", "base_limit"))
        try:
            apply(project, bob, step, holder, amounts)
        except QuotaExceeded:
            after = list(
                Counter.objects.order_by("id").values_list("used", "reserved", "limit", "base_limit")
            )
            assert after == before
        for dimension in DIMENSIONS:
            counter = Counter.objects.get(project=project, dimension=dimension)
            assert (counter.used, counter.reserved) == sums(project, dimension)
            assert counter.used + counter.reserved <= counter.limit
            assert counter.limit >= counter.base_limit
