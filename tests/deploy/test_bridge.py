"""The bridge of a stack's own Docker Engine: in a network where nobody else gives out addresses."""

from ipaddress import IPv4Network

import pytest

from stack.layout import StackError
from stack.parts import bridge

ONE, OTHER = "0000002a", "0000002b"


def test_each_stack_has_a_network_of_its_own() -> None:
    first, second = bridge.network(ONE, []), bridge.network(OTHER, [])
    assert not first.overlaps(second), "two checkouts run side by side"
    assert first == bridge.network(ONE, []), "and find theirs again"


@pytest.mark.parametrize("width", [16, 24, 30])
def test_a_network_that_the_machine_stands_in_is_left_alone(width: int) -> None:
    first = bridge.network(ONE, [])
    taken = IPv4Network(f"{first.network_address}/{width}", strict=False)
    assert not bridge.network(ONE, [taken]).overlaps(taken)


def test_where_none_is_free_it_is_said() -> None:
    with pytest.raises(StackError, match="no free network"):
        bridge.network(ONE, [bridge.RANGE])


def test_the_name_is_one_that_linux_takes() -> None:
    assert len(bridge.name("f" * 64)) <= 15


def test_the_networks_of_all_interfaces_are_known() -> None:
    assert IPv4Network("127.0.0.0/8") in bridge.interfaces()
