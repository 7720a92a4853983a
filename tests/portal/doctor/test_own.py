"""What the portal stands on itself."""

from pathlib import Path

import pytest
from pytest_django import Settings as DjangoSettings

from portal.doctor import own
from portal.doctor.findings import Report
from tests.factories import catalogue
from tests.portal.doctor.nomads import found


@pytest.mark.django_db
def test_postgresql_and_the_catalogue() -> None:
    report = Report()
    assert own._postgresql(report)
    own._catalogue(report)
    assert found(report) == {"catalogue.empty"}
    catalogue.template()
    report = Report()
    own._catalogue(report)
    assert report.sound


@pytest.mark.django_db
def test_migrations_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "portal.doctor.own.MigrationExecutor.migration_plan", lambda _self, _targets: [("m", False)]
    )
    report = Report()
    assert not own._postgresql(report)
    assert found(report) == {"postgresql.migrations"}


def test_redis_that_does_not_answer(settings: DjangoSettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    report = Report()
    own._redis(report)
    assert found(report) == {"redis.no_answer"}


@pytest.mark.parametrize(("version", "codes"), [("6.2.1", {"part.too_old"}), ("7.0.15", set())])
def test_redis_version(monkeypatch: pytest.MonkeyPatch, version: str, codes: set[str]) -> None:
    monkeypatch.setattr(
        "portal.doctor.own.redis.Redis.info", lambda _self, _section: {"redis_version": version}
    )
    report = Report()
    own._redis(report)
    assert found(report) == codes


@pytest.mark.parametrize(
    ("backend", "codes"),
    [("console", {"mail.nowhere"}), ("smtp", {"mail.no_answer"}), ("filebased", set())],
)
def test_mail(settings: DjangoSettings, tmp_path: Path, backend: str, codes: set[str]) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_FILE_PATH, settings.EMAIL_HOST, settings.EMAIL_PORT = str(tmp_path), "127.0.0.1", 1
    report = Report()
    own._mail(report)
    assert found(report) == codes


@pytest.mark.django_db
def test_runtimes(settings: DjangoSettings, tmp_path: Path) -> None:
    catalogue.template(runtimes=[{"driver": "exec", "runtime": "datasette", "command": "bin/x"}])
    settings.RUNTIMES_DIR = str(tmp_path)
    for drivers, there, wanted in (
        (["docker"], False, []),
        (["exec"], False, ["runtimes.on_nodes"]),
        (["raw_exec"], False, ["runtimes.missing"]),
        (["raw_exec"], True, ["runtimes.here"]),
    ):
        settings.ALLOWED_DRIVERS = drivers
        if there:
            (tmp_path / "datasette").mkdir()
        report = Report()
        own._runtimes(report)
        assert [each.code for each in report.findings] == wanted
