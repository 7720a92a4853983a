"""A volume's whole life, of each kind and on each driver: kept, measured, put back, copied, deleted."""

from collections.abc import Callable

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
WHOLE = [
    pytest.param("exec host", id="processes, on one machine"),
    pytest.param("exec csi", id="processes, of the lab's plugin"),
    pytest.param("docker host", id="containers, on one machine", marks=pytest.mark.engine),
    pytest.param("docker csi", id="containers, of the lab's plugin", marks=pytest.mark.engine),
]
COPIES = [
    pytest.param("exec copies", id="processes"),
    pytest.param("docker copies", id="containers", marks=pytest.mark.engine),
]


@pytest.mark.parametrize("life", WHOLE)
def test_what_a_volume_holds_outlives_everything_but_its_owner_s_word(
    lives: Callable[[str], None], life: str
) -> None:
    lives(life)


@pytest.mark.parametrize("life", COPIES)
def test_all_copies_of_an_app_have_the_plugin_s_volume(lives: Callable[[str], None], life: str) -> None:
    lives(life)
