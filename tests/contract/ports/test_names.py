"""No fake lets a hostile name through; tests/drivers tries the same table on the real drivers."""

from collections.abc import Callable

import pytest

from kernel.errors import OutsideRefused
from orchestration.ports import Drivers
from tests.contract.ports.hostile import CALLS, NAMES
from tests.fakes import Lab


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_hostile_names_are_refused(call: Callable[[Drivers, str], object]) -> None:
    for name in NAMES:
        with pytest.raises(OutsideRefused):
            call(Lab().drivers(), name)
