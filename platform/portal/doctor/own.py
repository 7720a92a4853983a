"""What the portal stands on itself: settings, PostgreSQL, Redis, the catalogue, runtimes, mail."""

import smtplib
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.catalogue import selectors as catalogue
from apps.quotas import selectors as quotas
from apps.volumes import selectors as volumes
from portal.checks import TAG
from portal.doctor.findings import Report

POSTGRESQL, REDIS, MAIL, RUNTIMES = "PostgreSQL", "Redis", "Mail", "Runtimes"
SETTINGS, CATALOGUE, QUOTAS, VOLUMES = "Settings", "Catalogue", "Quotas", "Volumes"
POSTGRESQL_MIN, REDIS_MIN = 15, 7
TIMEOUT_S = 5
_PROCESSES = {"exec", "raw_exec"}


def examine(report: Report) -> None:
    """Everything but the cluster."""
    for found in run_checks(tags=[TAG]):
        (report.error if found.is_serious() else report.warn)(SETTINGS, "settings.check", text=found.msg)
    if _postgresql(report):
        _catalogue(report)
        _quotas(report)
        _volumes(report)
        _runtimes(report)
    _redis(report)
    _mail(report)


def _postgresql(report: Report) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            major = int(cursor.fetchone()[0]) // 10_000
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        report.error(POSTGRESQL, "postgresql.no_answer", detail=str(error).strip()[:200])
        return False
    if major < POSTGRESQL_MIN:
        report.error(POSTGRESQL, "part.too_old", version=major, least=POSTGRESQL_MIN)
    if waiting:
        report.error(POSTGRESQL, "postgresql.migrations", count=len(waiting))
        return False
    report.ok(POSTGRESQL, "part.version", version=major)
    return True


def _redis(report: Report) -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
    try:
        version = str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        report.error(REDIS, "redis.no_answer", detail=str(error)[:200])
        return
    finally:
        client.close()
    if int(version.split(".", maxsplit=1)[0]) < REDIS_MIN:
        report.error(REDIS, "part.too_old", version=version, least=REDIS_MIN)
    else:
        report.ok(REDIS, "part.version", version=version)


def _catalogue(report: Report) -> None:
    """Templates that the last load refused, and whether there is any."""
    refused = sorted({each.folder for each in catalogue.errors()})
    if refused:
        report.warn(CATALOGUE, "catalogue.refused", folders=", ".join(refused))
    count = catalogue.offered(AnonymousUser()).count()
    if count:
        report.ok(CATALOGUE, "catalogue.loaded", count=count)
    else:
        report.error(CATALOGUE, "catalogue.empty")


def _quotas(report: Report) -> None:
    """Looks itself: every counter is the sum of its charges, unless there is a defect."""
    unequal = quotas.differences()
    if unequal:
        where = ", ".join(sorted({each.label for each in unequal}))
        report.error(QUOTAS, "quotas.unequal", count=len(unequal), where=where[:200])
    else:
        report.ok(QUOTAS, "quotas.exact")


def _volumes(report: Report) -> None:
    """What the worker last found in Nomad that no app has."""
    names = [each.name for each in volumes.strays()]
    if names:
        report.warn(VOLUMES, "volumes.nobodys", count=len(names), names=", ".join(names)[:200])
    else:
        report.ok(VOLUMES, "volumes.owned")


def _runtimes(report: Report) -> None:
    """Software that tasks run as processes need. On a cluster it stands on the nodes, out of sight."""
    if not _PROCESSES & set(settings.ALLOWED_DRIVERS):
        return
    offered = catalogue.offered(AnonymousUser())
    wanted = sorted({_runtime(each.current.manifest) for each in offered if each.current} - {""})
    folder = Path(settings.RUNTIMES_DIR)
    missing = [name for name in wanted if not (folder / name).is_dir()]
    here = "raw_exec" in settings.ALLOWED_DRIVERS
    if not here:
        report.ok(RUNTIMES, "runtimes.on_nodes", names=", ".join(wanted), folder=folder)
    elif missing:
        report.error(RUNTIMES, "runtimes.missing", names=", ".join(missing), folder=folder)
    else:
        report.ok(RUNTIMES, "runtimes.here", names=", ".join(wanted))


def _runtime(manifest: dict[str, object]) -> str:
    runtimes = manifest.get("runtimes")
    found = runtimes if isinstance(runtimes, list) else []
    return next((str(each["runtime"]) for each in found if each.get("runtime")), "")


def _mail(report: Report) -> None:
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend in {"console", "dummy", "locmem"}:
        report.warn(MAIL, "mail.nowhere", backend=backend)
        return
    more: dict[str, Any] = {"timeout": TIMEOUT_S} if backend == "smtp" else {}
    try:
        sender = get_connection(**more)
        sender.open()
        sender.close()
    except (OSError, smtplib.SMTPException) as error:
        report.error(MAIL, "mail.no_answer", detail=str(error)[:200])
    else:
        report.ok(MAIL, "mail.answers", backend=backend)
