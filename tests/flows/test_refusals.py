"""What is refused names its field and leaves nothing half-made; where no app is, the portal explains."""

import io
import stat
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.outside import Outside

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
Apis = Callable[[str], Api]
Names = Callable[[str], str]


def packed(*entries: tuple[str, bytes], link: str = "") -> bytes:
    """A zip of these entries, with a symbolic link where one is named."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo("passwords.html")
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, link)
    return target.getvalue()


INDEX = ("index.html", b"<h1>Hello</h1>")
HOSTILE = [
    pytest.param(b"no zip at all", "zip.not_zip", id="no zip"),
    pytest.param(packed(INDEX)[:-30], "zip.", id="cut off"),
    pytest.param(packed(INDEX, ("../../etc/cron.d/x", b"x")), "zip.path", id="a path that leads outside"),
    pytest.param(packed(INDEX, ("/etc/passwd", b"x")), "zip.path", id="an absolute path"),
    pytest.param(packed(INDEX, link="/etc/shadow"), "zip.link", id="a symbolic link"),
    pytest.param(packed(INDEX, ("zeros", b"\0" * (600 << 20))), "zip.bomb", id="a bomb"),
    pytest.param(packed(("folder/index.html", b"x")), "zip.missing", id="no first page at the root"),
]


@pytest.mark.parametrize(("content", "code"), HOSTILE)
def test_a_hostile_zip_is_refused(api: Apis, fresh: Names, content: bytes, code: str) -> None:
    alice = api("alice")
    before = alice.get(f"projects/{alice.project()['id']}/quota/")
    name = fresh("zip")
    refused = alice.ask(name, parameters={"title": "T"}, uploads={"archive": alice.upload("s.zip", content)})
    assert refused.status_code in {400, 422}, refused.text
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "#/parameters/archive"
    assert error["code"].startswith(code)
    assert alice.get(f"apps/?name={name}")["count"] == 0
    assert alice.get(f"projects/{alice.project()['id']}/quota/") == before


@pytest.mark.parametrize(
    ("wishes", "pointers"),
    [
        pytest.param({"parameters": {"text": "x", "title": ""}}, {"#/parameters/title"}, id="too short"),
        pytest.param(
            {"parameters": {"text": "x", "title": "T", "shell": "sh"}},
            {"#/parameters/shell"},
            id="not in the schema",
        ),
        pytest.param({"resources": {"memory_mib": 1 << 20}}, {"#/resources/memory_mib"}, id="out of bounds"),
        pytest.param({"template": "no-such-thing"}, set(), id="no such template"),
        pytest.param({"name": "Not A Name"}, {"#/name"}, id="no name for an address"),
        pytest.param({"name": "two--dashes"}, {"#/name"}, id="the slug's own separator"),
        pytest.param(
            {"uploads": {"archive": "00000000-0000-4000-8000-0000000000ff"}},
            {"#/parameters/archive"},
            id="a file that is not there",
        ),
        pytest.param({"colour": "blue"}, {"#/colour"}, id="an unknown field"),
    ],
)
def test_a_wrong_wish_names_its_field(
    api: Apis, fresh: Names, wishes: dict[str, Any], pointers: set[str]
) -> None:
    alice = api("alice")
    refused = alice.ask(wishes.pop("name", fresh("wrong")), **wishes)
    assert refused.status_code in {400, 404, 422}, refused.text
    assert {error["pointer"] for error in refused.json()["errors"]} == pointers


def test_a_file_of_others_is_none(api: Apis, fresh: Names) -> None:
    alice, charlie = api("alice"), api("charlie")
    hers = alice.upload("site.zip", packed(INDEX))
    refused = charlie.ask(fresh("theft"), parameters={"title": "T"}, uploads={"archive": hers})
    assert refused.status_code in {400, 422}, refused.text
    assert "#/parameters/archive" in {error["pointer"] for error in refused.json()["errors"]}


def test_of_ten_who_ask_for_a_name_one_gets_it(api: Apis, fresh: Names) -> None:
    people, name = [api(who) for who in ("alice", "bob", "charlie", "dana")], fresh("once")
    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = list(pool.map(lambda turn: people[turn % 4].ask(name), range(10)))
    assert sum(answer.status_code == 202 for answer in answers) == 1, [a.text for a in answers]
    for refused in (answer for answer in answers if answer.status_code != 202):
        assert refused.json()["code"] == "name.taken", refused.text
        assert [error["pointer"] for error in refused.json()["errors"]] == ["#/name"]


@pytest.mark.parametrize("path", ["/", "/some/where?q=1"])
def test_where_no_app_is_the_portal_explains(stack: dict[str, Any], fresh: Names, path: str) -> None:
    domain, port = stack["apps"]["domain"], stack["apps"]["port"]
    status, body = fetch(stack, f"https://{fresh('nobody')}.{domain}:{port}", path)
    assert status == 404
    assert "<html" in body
    assert "404 page not found" not in body, "Traefik's own"


@pytest.mark.engine
def test_a_site_runs_in_a_container_without_rights(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    site = packed(INDEX, ("data/table.csv", b"a,b\n"))
    app_id = alice.asked(
        fresh("boxed"), parameters={"title": "T"}, uploads={"archive": alice.upload("site.zip", site)}
    )
    app = alice.until(app_id, "running")
    assert fetch(stack, app["address"])[1] == "<h1>Hello</h1>"
    assert fetch(stack, app["address"], "/data/table.csv")[1] == "a,b\n"
    (allocation,) = outside.allocations(app["slug"])
    engine = docker.DockerClient(base_url=stack["docker_host"])
    try:
        (container,) = engine.containers.list(
            filters={"label": f"com.hashicorp.nomad.alloc_id={allocation['ID']}"}
        )
        host = container.attrs["HostConfig"]
        assert container.attrs["Config"]["User"] == "65534:65534"
        assert (host["Privileged"], host["ReadonlyRootfs"]) == (False, True)
        assert "no-new-privileges" in host["SecurityOpt"]
    finally:
        engine.close()
    alice.delete(app_id)
