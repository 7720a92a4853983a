"""In-memory stand-ins of the five ports, and a small lab that moves them step by step.

They keep to tests/contract/ports, the suite that the real drivers pass too (design 8.15).
"""

from tests.fakes.addresses import FakeAddresses
from tests.fakes.jobs import FakeJobs
from tests.fakes.lab import Lab
from tests.fakes.routes import FakeRoutes
from tests.fakes.secrets import FakeSecrets
from tests.fakes.services import FakeServices
from tests.fakes.troubles import Trouble

__all__ = ["FakeAddresses", "FakeJobs", "FakeRoutes", "FakeSecrets", "FakeServices", "Lab", "Trouble"]
