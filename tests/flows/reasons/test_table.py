"""The tables of what is made to happen are long enough, and name codes that exist."""

from orchestration.explain import REASONS
from tests.flows.reasons import test_meddling, test_reasons, test_surroundings

MADE_TO_HAPPEN = {
    *(case.told.code for case in test_reasons.TABLE.values()),
    *(case.told.code for case, _meddle in test_meddling.TABLE.values()),
    *(trouble.told.code for trouble in test_surroundings.TABLE.values()),
}


def test_at_least_twenty_reasons_are_made_to_happen() -> None:
    assert REASONS.keys() >= MADE_TO_HAPPEN
    assert len(MADE_TO_HAPPEN) >= 20
