"""Whatever is done in whatever order: counters and ceilings are the sums of their charges, within limits."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Ceiling, Charge, Counter
from kernel.errors import QuotaExceeded, Refused
from kernel.units import DIMENSIONS, Amounts
from tests.cast import actor
from tests.factories import projects

HOLDERS = st.integers(0, 3)
OF = st.sampled_from(["shared", "personal"])
AMOUNTS = st.builds(
    Amounts,
    apps=st.just(1),
    cpu_mhz=st.integers(0, 600),
    memory_mib=st.integers(0, 600),
    storage_mib=st.integers(0, 600),
    gpus=st.integers(0, 2),
)
DIMENSION = st.sampled_from(list(DIMENSIONS))
LIMIT = st.integers(0, 3000)


class Ledger(RuleBasedStateMachine):
    """Two projects, one of them personal, below one ceiling of the lab: a refusal changes nothing at all."""

    bob: Person
    owned: dict[str, Project]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.holders = {
            of: [UUID(int=100 * place + n) for n in range(4)] for place, of in enumerate(self.owned)
        }
        self.who = actor(self.bob)

    def teardown(self) -> None:
        """Every run begins with the same empty ledger."""
        transaction.savepoint_rollback(self.point)

    def attempt(self, change: object, **arguments: object) -> None:
        """Do it; what is refused must leave every figure as it was."""
        before = self.all_figures()
        try:
            change(**arguments)  # type: ignore[operator]
        except (QuotaExceeded, Refused):
            assert self.all_figures() == before

    @staticmethod
    def all_figures() -> list[object]:
        """Every counter, ceiling and charge."""
        return [
            *Counter.objects.order_by("id").values_list("used", "reserved", "limit", "base_limit"),
            *Ceiling.objects.order_by("id").values_list("used", "reserved", "limit"),
            *Charge.objects.order_by("holder", "dimension").values_list("holder", "used", "reserved"),
        ]

    @rule(of=OF, n=HOLDERS, amounts=AMOUNTS)
    def request(self, of: str, n: int, amounts: Amounts) -> None:
        """A rule decides within the quota."""
        holder, project = self.holders[of][n], self.owned[of]
        self.attempt(services.reserve, project_id=project.id, holder=holder, amounts=amounts)

    @rule(of=OF, n=HOLDERS, amounts=AMOUNTS)
    def approve(self, of: str, n: int, amounts: Amounts) -> None:
        """An admin decides beyond it."""
        self.attempt(
            services.reserve_beyond,
            actor=self.who,
            project_id=self.owned[of].id,
            holder=self.holders[of][n],
            amounts=amounts,
            reason="property",
        )

    @rule(of=OF, n=HOLDERS)
    def runs(self, of: str, n: int) -> None:
        """Its job was seen running."""
        services.mark_used(holder=self.holders[of][n])

    @rule(of=OF, n=HOLDERS, part=st.sampled_from(["running", "storage", "all"]))
    def cancel_or_expire(self, of: str, n: int, part: str) -> None:
        """It failed and was deleted, was cancelled, expired, or was put to sleep."""
        services.release(holder=self.holders[of][n], parts={part})

    @rule(of=OF, dimension=DIMENSION, limit=LIMIT)
    def limit(self, of: str, dimension: str, limit: int) -> None:
        """For good."""
        self.attempt(
            services.set_limit,
            actor=self.who,
            project=self.owned[of],
            limits={dimension: limit},
            reason="property",
        )

    @rule(of=OF, dimension=DIMENSION, limit=LIMIT, days=st.integers(0, 3))
    def grant(self, of: str, dimension: str, limit: int, days: int) -> None:
        """For a time."""
        self.attempt(
            services.set_limit,
            actor=self.who,
            project=self.owned[of],
            limits={dimension: limit},
            reason="property",
            until=timezone.localdate() + timedelta(days=days),
        )

    @rule()
    def days_go_by(self) -> None:
        """Every grant's last day is over."""
        over = timezone.localdate() - timedelta(days=1)
        Counter.objects.filter(granted_until__isnull=False).update(granted_until=over)
        services.end_grants()

    @rule(dimension=DIMENSION, limit=st.one_of(st.none(), LIMIT), own=st.booleans())
    def ceiling(self, dimension: str, limit: int | None, own: bool) -> None:
        """Of the lab, or of the one member."""
        self.attempt(
            services.set_ceiling,
            actor=self.who,
            limits={dimension: limit},
            reason="property",
            person=self.owned["personal"].personal_of if own else None,
        )

    @invariant()
    def counters_are_sums(self) -> None:
        """Compared by adding up here, not by what the portal itself compares with."""
        charges = list(Charge.objects.all())
        for row in Counter.objects.all():
            held = [
                each
                for each in charges
                if (each.project_id, each.dimension) == (row.project_id, row.dimension)
            ]
            assert (row.used, row.reserved) == (sum(e.used for e in held), sum(e.reserved for e in held))
            assert row.limit >= max(row.base_limit, row.used + row.reserved)
            assert row.limit == row.base_limit or row.granted_until or row.free <= 0, (
                "a lifted limit stays full"
            )
        for ceiling in Ceiling.objects.all():
            own = ceiling.person_id is not None
            held = [
                each
                for each in charges
                if each.dimension == ceiling.dimension
                and (not own or each.project_id == self.owned["personal"].id)
            ]
            if own and ceiling.person_id != self.owned["personal"].personal_of_id:
                held = []
            assert (ceiling.used, ceiling.reserved) == (
                sum(e.used for e in held),
                sum(e.reserved for e in held),
            )
            assert ceiling.limit is None or ceiling.limit >= ceiling.used + ceiling.reserved
        assert selectors.differences() == ()


@pytest.mark.django_db
def test_counters_are_the_sums_of_their_charges(bob: Person, dana: Person) -> None:
    Ledger.bob = bob
    own = dana.personal_project
    services.set_limit(
        actor=actor(bob), project=own, limits=Amounts(3, 1000, 1000, 1000, 2), reason="property"
    )
    shared = projects.shared("props", dana, Amounts(3, 1000, 1000, 1000, 2))
    Ledger.owned = {"shared": shared, "personal": own}
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )
