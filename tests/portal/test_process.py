"""The processes: health, checks at the start, Celery's settings, logs, the body's limit."""

import asyncio
import json
import logging
import logging.config
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from portal import broker, celery, checks, health, logs
from portal import settings as base
from portal.limits import LimitBody


@pytest.mark.django_db
def test_lives_and_is_ready(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


@pytest.mark.django_db
def test_without_redis_it_is_degraded_and_not_down(client: Client, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:24049/0",
        }
    }
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_without_postgresql_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", gone)
    assert health.readyz(client.get("/livez").wsgi_request).status_code == 503


SETTINGS: list[tuple[str, dict[str, Any], str]] = [
    ("a short secret key", {"SECRET_KEY": "dev", "PROCESS": "web"}, "SECRET_KEY"),
    ("no PKCE", {"OIDC_USE_PKCE": False}, "PKCE"),
    ("plain PKCE", {"OIDC_PKCE_CODE_CHALLENGE_METHOD": "plain"}, "PKCE"),
    ("a symmetric algorithm", {"OIDC_RP_SIGN_ALGO": "HS256"}, "RS256"),
    ("unsigned tokens", {"OIDC_ALLOW_UNSECURED_JWT": True}, "unsigned"),
    ("unchecked certificates", {"OIDC_VERIFY_SSL": False}, "certificates"),
    ("no deadline", {"OIDC_TIMEOUT": None}, "OIDC_TIMEOUT"),
    ("a CA that is not there", {"VAULT_CACERT": "/nowhere/ca.pem"}, "VAULT_CACERT"),
    ("a token that cannot be read", {"NOMAD_TOKEN_FILE": "/nowhere/token"}, "NOMAD_TOKEN_FILE"),
    ("no TLS", {"PORTAL_URL": "http://paillasse.localhost"}, "PORTAL_URL"),
    ("the portal on the apps' domain", {"PORTAL_HOST": "apps.localhost"}, "APPS_DOMAIN"),
    ("the portal below it", {"PORTAL_HOST": "portal.apps.localhost"}, "APPS_DOMAIN"),
    (
        "in other letters",
        {"PORTAL_HOST": "portal.apps.localhost", "APPS_DOMAIN": "Apps.Localhost."},
        "APPS_DOMAIN",
    ),
    ("no domain for apps", {"APPS_DOMAIN": ""}, "APPS_DOMAIN"),
    ("another language", {"LANGUAGE_CODE": "de"}, "LANGUAGE"),
    ("trial copies given up at once", {"CANARY_HOURS": 0}, "CANARY_HOURS: at least 1, not 0"),
    ("trial copies given up before they are asked for", {"CANARY_HOURS": -3}, "CANARY_HOURS"),
    ("volumes measured without end", {"MEASURE_HOURS": 0}, "MEASURE_HOURS"),
    ("requests closed at once", {"REQUEST_EXPIRES_DAYS": 0}, "REQUEST_EXPIRES_DAYS"),
    ("files gone before anything can name them", {"UPLOAD_UNUSED_HOURS": 0}, "UPLOAD_UNUSED_HOURS"),
]


@pytest.mark.parametrize(("reason", "changes", "named"), SETTINGS, ids=[each[0] for each in SETTINGS])
def test_does_not_start(settings: Settings, reason: str, changes: dict[str, Any], named: str) -> None:
    settings.SECRET_KEY = "x" * 50
    for name in checks.FILES:  # of a stack, which need not be there
        setattr(settings, name, "")
    checks.require_sound()
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        checks.require_sound()


def test_limits_stand_in_their_order() -> None:
    """Else a task still runs while another takes its row, or its message is delivered twice."""
    conf = celery.app.conf
    visibility = conf.broker_transport_options["visibility_timeout"]
    assert conf.task_soft_time_limit < conf.task_time_limit < visibility


def test_nothing_is_lost_with_a_worker() -> None:
    conf = celery.app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.accept_content == ["json"]
    for name in ("unacked_restore_interval", "unacked_restore_throttle"):
        assert conf.broker_transport_options[name] == 1


def test_every_name_that_is_sent_is_a_task() -> None:
    celery.app.loader.import_default_modules()
    sent = {entry["task"] for entry in broker.SCHEDULE.values()}
    assert sent <= set(celery.app.tasks)


def test_a_line_is_json_without_secrets(tmp_path: Path) -> None:
    config = logs.configuration("INFO")["formatters"]["json"]
    formatter = config.pop("()")(
        processors=config["processors"], foreign_pre_chain=config["foreign_pre_chain"]
    )
    secret = "lab_abcdefghijkl." + "0" * 64
    record = logging.LogRecord("x", logging.INFO, "f", 1, "used %s", (secret,), None)
    line = json.loads(formatter.format(record))
    assert line["level"] == "info"
    assert secret not in str(line)


@pytest.mark.parametrize(
    ("kind", "limit", "reason"),
    [
        ("multipart/form-data; boundary=x", 4_000_000, "files"),
        ("application/x-www-form-urlencoded", 1024 * 1024, "a form, which Django reads into memory"),
        ("application/json", 1024 * 1024, "JSON"),
        ("", 1024 * 1024, "nothing said"),
    ],
)
def test_a_body_that_only_grows_is_cut(kind: str, limit: int, reason: str) -> None:
    sent: list[Any] = []
    read: list[int] = []

    async def reads_all(_scope: Any, receive: Any, _send: Any) -> None:
        more = True
        while more:
            message = await receive()
            read.append(len(message["body"]))
            more = message["more_body"]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 40_000, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-type", kind.encode())] if kind else []}
    asyncio.run(LimitBody(reads_all, 4_000_000)(scope, receive, send))
    assert limit - 40_000 <= sum(read) <= limit, reason
    assert sent[0]["status"] == 413


class Planted:
    """What pickle would run while it reads."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a value of the cache was run",))


def test_what_stands_in_the_cache_is_never_run() -> None:
    """Whoever may write to Redis, as each process may, has no say in the others."""
    client: Any = RedisCacheClient(["redis://127.0.0.1"], **base.CACHES["default"]["OPTIONS"])
    serializer = client._serializer
    with pytest.raises(ValueError, match="codec"):
        serializer.loads(pickle.dumps(Planted()))
    for value in (3, "é", None, {"a": [1, True]}):
        kept = serializer.dumps(value)
        assert serializer.loads(kept if isinstance(kept, bytes) else str(kept).encode()) == value
