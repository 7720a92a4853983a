"""Consul's driver."""

from typing import Any

import pytest
import responses

from drivers.consul import ConsulServices, convert
from drivers.wiring import Opened
from kernel.errors import Misconfigured, OutsideError, OutsideRefused, Unavailable
from orchestration.ports import Tally
from tests.drivers.sent import options, params

SLUG = "genomics-wiki--7f3k2q"
URL = "http://consul.test:8500/v1"
HEALTH = f"{URL}/health/service/{SLUG}"
INDEX = {"X-Consul-Index": "7"}

ERRORS: list[tuple[int, str, type[OutsideError], str]] = [
    (403, "Permission denied", Misconfigured, "the token"),
    (401, "ACL support disabled", Misconfigured, "the server's settings"),
    (404, "404 page not found", Misconfigured, "not Consul"),
    (400, "Bad request", OutsideRefused, "the question"),
    (500, "No cluster leader", Unavailable, "later"),
]


def line(*checks: tuple[str, str], **service: Any) -> dict[str, Any]:
    return {
        "Node": {"Address": "192.0.2.9"},
        "Service": {
            "ID": "i",
            "Service": SLUG,
            "Address": "",
            "Port": 80,
            "Tags": None,
            "Meta": None,
            **service,
        },
        "Checks": [{"Status": status, "Output": output} for status, output in checks],
    }


@pytest.mark.parametrize(("status", "text", "kind", "reason"), ERRORS)
def test_each_answer_is_named_by_what_to_do(
    opened: Opened,
    wire: responses.RequestsMock,
    status: int,
    text: str,
    kind: type[OutsideError],
    reason: str,
) -> None:
    wire.get(HEALTH, status=status, body=text, headers=INDEX)
    with pytest.raises(OutsideError) as caught:
        opened.services.instances(SLUG)
    assert type(caught.value) is kind, reason


def test_a_list_that_rights_shortened_is_no_list(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(HEALTH, json=[], headers={**INDEX, "X-Consul-Results-Filtered-By-ACLs": "true"})
    with pytest.raises(Misconfigured):
        opened.services.instances(SLUG)


def test_the_token_is_in_a_header_and_is_ours(
    opened: Opened, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSUL_HTTP_TOKEN", "of-somebody-else")
    wire.get(HEALTH, json=[], headers=INDEX)
    opened.services.instances(SLUG)
    ConsulServices("consul.test:8500").instances(SLUG)
    ours, anonymous = wire.calls
    assert ours.request.headers["X-Consul-Token"] == "consul-token"
    assert "X-Consul-Token" not in anonymous.request.headers
    assert "token" not in str(ours.request.url)
    assert options(ours)["timeout"] == 8.0
    assert options(ours)["verify"] is True


WORST: list[tuple[list[tuple[str, str]], str, str]] = [
    ([], "passing", ""),
    ([("passing", "ok")], "passing", ""),
    ([("passing", "ok"), ("warning", "slow")], "warning", "slow"),
    ([("warning", "slow"), ("critical", "dead")], "critical", "slow"),
    ([("maintenance", "closed")], "critical", "closed"),
]


@pytest.mark.parametrize(("checks", "status", "output"), WORST)
def test_the_worst_check_counts(checks: list[tuple[str, str]], status: str, output: str) -> None:
    found = convert.instance(line(*checks))
    assert (found.status, found.output) == (status, output)


def test_an_instance_without_address_has_its_nodes() -> None:
    assert convert.instance(line()).address == "192.0.2.9"
    assert convert.instance(line(Address="198.51.100.7")).address == "198.51.100.7"


def test_changes_name_our_services_only(opened: Opened, wire: responses.RequestsMock) -> None:
    def check(name: str, status: str) -> dict[str, str]:
        return {"ServiceName": name, "CheckID": "c", "Status": status}

    url = f"{URL}/health/state/any"
    pages = [
        [check(SLUG, "critical"), check("postgres", "critical"), check("", "passing")],
        [check(SLUG, "critical"), check("postgres", "passing")],
        [check(SLUG, "passing"), check("postgres", "passing")],
        [check("postgres", "passing")],
    ]
    for number, page in enumerate(pages):
        wire.get(url, json=page, headers={"X-Consul-Index": str(10 + number)})
    changes = opened.services.changes()
    assert [next(changes) for _ in pages] == [{SLUG}, set(), {SLUG}, {SLUG}]
    asked = [params(call).get("index") for call in wire.calls]
    assert asked == [None, "10", "11", "12"]


def test_an_index_that_falls_begins_again(opened: Opened, wire: responses.RequestsMock) -> None:
    for index in ("10", "3", "4"):
        wire.get(f"{URL}/health/state/any", json=[], headers={"X-Consul-Index": index})
    changes = opened.services.changes()
    for _ in range(3):
        next(changes)
    assert [params(call).get("index") for call in wire.calls] == [None, "10", None]


def test_deletions_rest_on_the_leaders_word(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(f"{URL}/catalog/services", json={SLUG: [], "consul": []}, headers=INDEX)
    assert opened.services.list_ours() == (SLUG,)
    assert "consistent" in str(wire.calls[0].request.url)


def test_instances_are_counted_by_their_worst_check_or_their_nodes(
    opened: Opened, wire: responses.RequestsMock
) -> None:
    def check(node: str, instance: str, status: str, name: str = SLUG) -> dict[str, str]:
        return {"Node": node, "ServiceName": name, "ServiceID": instance, "CheckID": "c", "Status": status}

    checks = [
        check("one", "a", "passing"),
        check("one", "b", "passing"),
        check("one", "b", "critical"),
        check("two", "a", "passing"),
        check("one", "", "passing", ""),
        check("two", "", "critical", ""),
        check("one", "p", "passing", "postgres"),
    ]
    wire.get(f"{URL}/health/state/any", json=checks, headers=INDEX)
    assert opened.services.tallies() == {SLUG: Tally(passing=1, failing=2)}


def test_a_tally_that_rights_shortened_is_none(opened: Opened, wire: responses.RequestsMock) -> None:
    shortened = {**INDEX, "X-Consul-Results-Filtered-By-ACLs": "true"}
    wire.get(f"{URL}/health/state/any", json=[], headers=shortened)
    with pytest.raises(Misconfigured):
        opened.services.tallies()
