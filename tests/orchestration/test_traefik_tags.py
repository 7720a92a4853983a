"""Tags: the lab's own form, and the same after reading them back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kernel.names import OutsideNames
from orchestration.render.traefik_tags import (
    CANARY_TAGS,
    is_host,
    read_tags,
    route_of,
    router_names,
    traefik_tags,
)
from orchestration.specs import Edge, Route
from tests.orchestration.examples import SLUG

NAMES = OutsideNames(SLUG)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
LAB = [
    "traefik.enable=true",
    "traefik.http.routers.sso-nossl.entrypoints=web",
    "traefik.http.routers.sso-nossl.rule=Host(`sso.example.org`)",
    "traefik.http.routers.sso-nossl.middlewares=http-to-https@file",
    "traefik.http.routers.sso.rule=Host(`sso.example.org`)",
    "traefik.http.routers.sso.entrypoints=websecure",
    "traefik.http.routers.sso.tls=true",
    "traefik.http.routers.sso.tls.options=intermediate@file",
]


def test_same_form_as_the_lab_writes_by_hand() -> None:
    """Besides the explicit service, the fields are those of the lab's own jobs."""
    ours = read_tags(traefik_tags(NAMES, Route("http", "sso.example.org"), Edge()))
    for fields in ours.values():
        assert fields.pop("service") == SLUG
    theirs = read_tags(LAB)
    assert sorted(map(json.dumps, map(_sorted, ours.values()))) == sorted(
        map(json.dumps, map(_sorted, theirs.values()))
    )


def _sorted(fields: dict[str, str]) -> dict[str, str]:
    return dict(sorted(fields.items()))


@given(labels=st.lists(LABEL, min_size=2, max_size=4), kind=st.sampled_from(["http", "tcp"]))
def test_tags_read_back_give_the_same_tags(labels: list[str], kind: str) -> None:
    host = ".".join(labels)
    route = Route("tcp" if kind == "tcp" else "http", host)
    tags = traefik_tags(NAMES, route, Edge())
    again = route_of(tags)
    assert again is not None
    assert (again.kind, again.host) == (route.kind, host)
    assert traefik_tags(NAMES, again, Edge()) == tags
    assert set(read_tags(tags)) == set(router_names(NAMES, route, Edge()))


@given(one=LABEL, other=LABEL, entrypoint=st.sampled_from(["websecure", "public"]))
def test_two_different_routers_never_share_a_name(one: str, other: str, entrypoint: str) -> None:
    """Traefik drops both where a rolling change brings two contents under one name."""
    first = read_tags(traefik_tags(NAMES, Route("http", f"{one}.org"), Edge()))
    second = read_tags(traefik_tags(NAMES, Route("http", f"{other}.org"), Edge(entrypoint_https=entrypoint)))
    for name in first.keys() & second.keys():
        assert first[name] == second[name]


@given(text=st.text(max_size=80))
def test_only_plain_host_names_reach_a_rule(text: str) -> None:
    if is_host(text):
        assert not set(text) - set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_a_copy_on_trial_contradicts_no_tag_of_those_that_serve() -> None:
    """Traefik reads the tags of all instances as one list: `enable=false` of one took the others' address."""
    serving = dict(each.split("=", 1) for each in traefik_tags(NAMES, Route("http", "wiki.org"), Edge()))
    for key, value in (each.split("=", 1) for each in CANARY_TAGS):
        assert serving.get(key, value) == value
        assert key != "traefik.enable"


def test_an_app_without_an_address_has_no_tags() -> None:
    assert traefik_tags(NAMES, Route("none", ""), Edge()) == []
    assert router_names(NAMES, Route("none", ""), Edge()) == ()
