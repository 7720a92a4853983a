"""Public addresses in memory: an app answers once a router leads to it, the portal's own page before that."""

from drivers import safe
from kernel.errors import Misconfigured, OutsideError
from orchestration.ports import Answer
from tests.fakes.faults import Faults, answers


class FakeAddresses(Faults):
    """The port `Addresses`. `said` overrides what a host answers; `routed` is kept by the lab."""

    part = "addresses"

    def __init__(self) -> None:
        super().__init__()
        self.routed: set[str] = set()  #: hosts that lead to an app
        self.said: dict[str, Answer] = {}
        self.explains = True  #: whether the portal's explaining page stands behind the rest

    def cut(self, error: OutsideError | None = None) -> None:
        """What keeps it from asking at all: an address that does not answer is an answer (`said`)."""
        super().cut(error or Misconfigured(self.part, "no certificates"))

    @answers
    def ask(self, host: str, path: str = "/") -> Answer:
        safe.host(self.part, host)
        safe.target(self.part, path)
        if host in self.said:
            return self.said[host]
        if host in self.routed:
            return Answer(status=200, elapsed_ms=3)
        return Answer(status=503, from_portal=True) if self.explains else Answer(status=404)
