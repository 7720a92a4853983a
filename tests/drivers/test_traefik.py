"""Traefik's driver."""

from typing import Any

import pytest
import responses
from responses import matchers

from drivers.traefik import convert
from drivers.wiring import Opened
from kernel.errors import Misconfigured, OutsideError, Unavailable
from tests.drivers.sent import params

URL = "http://traefik.test:8080/api"
NAME = "genomics-wiki--7f3k2q-web-0123abcd"


def router(name: str = NAME, rule: str = "Host(`wiki.apps.example.org`)", **more: Any) -> dict[str, Any]:
    told = {"name": f"{name}@consulcatalog", "provider": "consulcatalog", "status": "enabled", "service": "s"}
    return {**told, "rule": rule, **more}


def absent(wire: responses.RequestsMock, kind: str) -> None:
    url = f"{URL}/{kind}/routers/{NAME}@consulcatalog"
    wire.get(url, status=404, json={"message": f"router not found: {NAME}@consulcatalog"})


def test_a_disabled_router_says_why(opened: Opened, wire: responses.RequestsMock) -> None:
    told = router(status="disabled", error=["the service does not exist"])
    wire.get(f"{URL}/http/routers/{NAME}@consulcatalog", json=told)
    found = opened.routes.router(NAME)
    assert found is not None
    assert (found.name, found.status, found.errors) == (NAME, "disabled", ("the service does not exist",))


def test_a_router_of_either_kind_is_found(opened: Opened, wire: responses.RequestsMock) -> None:
    absent(wire, "http")
    wire.get(f"{URL}/tcp/routers/{NAME}@consulcatalog", json=router(rule="HostSNI(`db.apps.example.org`)"))
    assert opened.routes.router(NAME) is not None


def test_absence_is_said_by_the_api(opened: Opened, wire: responses.RequestsMock) -> None:
    absent(wire, "http")
    absent(wire, "tcp")
    assert opened.routes.router(NAME) is None


ERRORS: list[tuple[int, str, type[OutsideError]]] = [
    (404, "404 page not found\n", Misconfigured),
    (401, "401 Unauthorized", Misconfigured),
    (302, "", Misconfigured),
    (502, "Bad Gateway", Unavailable),
    (200, "<html>", Unavailable),
]


@pytest.mark.parametrize(("status", "text", "kind"), ERRORS)
def test_other_answers_are_no_absence(
    opened: Opened, wire: responses.RequestsMock, status: int, text: str, kind: type[OutsideError]
) -> None:
    wire.get(f"{URL}/http/routers/{NAME}@consulcatalog", status=status, body=text)
    with pytest.raises(kind):
        opened.routes.router(NAME)


def test_all_pages_of_a_list_are_read(opened: Opened, wire: responses.RequestsMock) -> None:
    pages = [([router()], "2"), ([router("other"), router(f"{NAME[:-1]}e")], "1")]
    for number, (lines, following) in enumerate(pages, start=1):
        wanted = matchers.query_param_matcher({"per_page": "10000", "page": str(number)})
        wire.get(f"{URL}/http/routers", json=lines, headers={"X-Next-Page": following}, match=[wanted])
    wire.get(f"{URL}/tcp/routers", json=[], headers={"X-Next-Page": "1"})
    assert opened.routes.list_ours() == (NAME, f"{NAME[:-1]}e")


def test_a_host_is_compared_whole(opened: Opened, wire: responses.RequestsMock) -> None:
    rules = (
        "Host(`a.org`)",
        "Host(`aa.org`)",
        "Host(`b.org`) || Host(`A.org`, `c.org`)",
        "PathPrefix(`/a.org`)",
    )
    wire.get(f"{URL}/http/routers", json=[router(str(n), rule) for n, rule in enumerate(rules)])
    wire.get(f"{URL}/tcp/routers", json=[])
    assert [each.name for each in opened.routes.routers_of_host("a.org")] == ["0", "2"]
    assert params(wire.calls[0])["search"] == "a.org"


OURS = [(NAME, True), ("genomics-wiki-web-0123abcd", False), ("wiki", False), (f"{NAME}x", False)]


@pytest.mark.parametrize(("name", "ours"), OURS)
def test_the_form_of_a_name_says_whose_it_is(name: str, ours: bool) -> None:
    assert convert.is_ours(name) is ours


def test_hosts_of_others_are_told_apart_from_ours(opened: Opened, wire: responses.RequestsMock) -> None:
    """Ours, a neighbour's, one outside the domain, and the catch-all, which is no host."""
    wire.get(
        f"{URL}/http/routers",
        json=[
            router(),
            router("neighbour", "Host(`Old.apps.example.org`) || Host(`two.apps.example.org`)"),
            router("elsewhere", "Host(`www.example.org`)"),
            router("explain", "HostRegexp(`.+[.]apps[.]example[.]org`)"),
        ],
    )
    wire.get(f"{URL}/tcp/routers", json=[])
    served = opened.routes.foreign_hosts("apps.example.org")
    assert served == {"old.apps.example.org": "neighbour", "two.apps.example.org": "neighbour"}
