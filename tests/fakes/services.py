"""Consul in memory: the lab puts instances in as allocations run."""

from drivers import safe
from kernel.names import is_full_slug
from orchestration.ports import Instance, Tally
from tests.fakes.faults import Faults, answers


class FakeServices(Faults):
    """The port `Services`. `failing`: names of services whose checks fail, with what the check said."""

    part = "consul"

    def __init__(self) -> None:
        super().__init__()
        self.registered: dict[str, Instance] = {}  #: by instance id
        self.failing: dict[str, str] = {}

    def put(self, instance: Instance) -> None:
        """Register, or replace what has this id."""
        self.registered[instance.id] = instance

    @answers
    def instances(self, service: str) -> tuple[Instance, ...]:
        name = safe.slug(self.part, service)
        return tuple(each for each in self.registered.values() if each.service == name)

    @answers
    def list_ours(self) -> tuple[str, ...]:
        return tuple(
            sorted({each.service for each in self.registered.values() if is_full_slug(each.service)})
        )

    @answers
    def tallies(self) -> dict[str, Tally]:
        found: dict[str, Tally] = {}
        for each in self.registered.values():
            if is_full_slug(each.service):
                before, well = found.get(each.service, Tally(0, 0)), each.status == "passing"
                found[each.service] = Tally(before.passing + well, before.failing + (not well))
        return found
