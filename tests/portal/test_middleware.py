"""What happens to every request: its id, the apps' names, what no address holds."""

import logging
from uuid import UUID

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from pytest_django import Settings

from portal.middleware import RequestLog

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _views(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.portal.views"
    settings.EXPLAIN_VIEW = "tests.portal.views.explain"


@pytest.mark.parametrize("given", ["abc-1", "a" * 64, "00000000-0000-4000-8000-00000000000a"])
def test_a_caller_s_id_is_kept(client: Client, given: str) -> None:
    response = client.get("/fail/ok/", headers={"X-Request-ID": given})
    assert response["X-Request-ID"] == given
    assert given in response.content.decode()


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "a\nb", "é", "<script>", '{"a":1}'])
def test_another_is_replaced(client: Client, given: str) -> None:
    response = client.get("/fail/ok/", headers={"X-Request-ID": given})
    assert UUID(response["X-Request-ID"]).version == 4


HOSTS: list[tuple[str, str, bool]] = [
    ("an app's name", "wiki.apps.localhost", True),
    ("with a port", "wiki.apps.localhost:18443", True),
    ("in upper case", "WIKI.APPS.LOCALHOST", True),
    ("with a dot behind", "wiki.apps.localhost.", True),
    ("two names deep", "a.b.apps.localhost", True),
    ("the domain itself", "apps.localhost", True),
    ("the portal", "paillasse.localhost", False),
    ("the portal's own address", "127.0.0.1", False),
]


@pytest.mark.parametrize(("reason", "host", "explained"), HOSTS, ids=[each[0] for each in HOSTS])
@pytest.mark.parametrize("path", ["/", "/fail/ok/", "/api/v1/fail/ok/", "/oidc/authenticate/", "/none/"])
def test_apps_hosts(client: Client, reason: str, host: str, explained: bool, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert (response.headers.get("X-Paillasse-Explains") == "1") == explained, reason
    if explained:
        assert response.status_code == 503
        assert response.content.decode() == host.split(":", maxsplit=1)[0].lower().rstrip(".")
        assert not response.cookies, "a member's app shares this domain"


def test_a_post_there_is_explained_too() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/", headers={"Host": "wiki.apps.localhost"})["X-Paillasse-Explains"] == "1"


@pytest.mark.parametrize("host", ["evil.example", "apps.localhost.evil.example", "xapps.localhost", "a b"])
def test_other_hosts_are_refused(client: Client, host: str) -> None:
    assert client.get("/fail/ok/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/fail/ok/%00", "/fail/ok/?a=%00", "/%00"])
def test_nul_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_log_holds_no_query_and_no_key(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/oidc/callback/?code=s3cret-code&state=s")
        client.get("/files/s3cret-key/aaaa/site.zip")
    told = " ".join(str(record.msg) for record in caplog.records if "django_structlog" in record.name)
    assert "/oidc/callback/" in told
    assert "/files/•/aaaa/site.zip" in told
    assert "s3cret" not in told


def test_the_page_that_explains_is_there(client: Client) -> None:
    """The console's own page, without a session and whatever the path."""
    with override_settings(EXPLAIN_VIEW="apps.console.views.explain"):
        response = client.get("/any/path", headers={"Host": "nothing-here.apps.localhost"})
    assert response.status_code in {404, 503}
    assert response["X-Paillasse-Explains"] == "1"
    assert response["Content-Type"].startswith("text/html")
    assert not response.cookies


class Asked:
    """A user who cannot be found out without the database; counts who asks."""

    times = 0

    @property
    def pk(self) -> str:
        """Count."""
        self.times += 1
        return ""

    id = pk


@pytest.mark.parametrize(("error", "asked"), [(OperationalError("no connection"), 0), (ValueError("x"), 1)])
def test_without_a_database_nobody_waits_for_it_twice(
    rf: RequestFactory, error: Exception, asked: int
) -> None:
    """Who asked would be looked up once more for the log: each look waits ten seconds for a connection."""
    request, middleware = rf.get("/"), RequestLog(lambda _: HttpResponse())
    user = Asked()
    request.user = user  # type: ignore[assignment]  # as far as the log asks
    try:
        raise error
    except type(error):
        middleware.process_got_request_exception(type(user), request)
    assert bool(user.times) == bool(asked)
