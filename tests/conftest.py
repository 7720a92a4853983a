"""Shared fixtures: a real PostgreSQL, the cast, and settings under which a test needs nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import get_resolver
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker, Settings

from tests import stack as stack_file
from tests.cast import alice, bob, charlie, dana, erik, genomics, signed_in

__all__ = ["alice", "bob", "charlie", "dana", "erik", "genomics", "signed_in"]


# How fast the machine is proves nothing. `.ci/run` takes the profile `ci`: the same examples each time.
hypothesis.register_profile("paillasse", deadline=None)
hypothesis.load_profile("paillasse")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load what a first request loads, and let TransactionTestCase empty the tables between tests.

    Loaded within a test's transaction, the addresses take a busy machine longer than PostgreSQL lets a
    transaction be idle (ten seconds): the first test of the API failed by it.

    That is done by TRUNCATE, which the triggers of the audit refuse. Only those are off, and only in the
    test database: the ones that refuse UPDATE and DELETE stay, and tests/apps/audit tries both.
    """
    get_resolver().url_patterns  # noqa: B018 - importing them is what is wanted
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_no_truncate")
        cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER audit_seal_no_truncate")


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    """Without the stack: a folder for files, a cache of its own, and no need of collected static files."""
    if request.node.get_closest_marker("stack") or request.node.get_closest_marker("browser"):
        return
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = str(tmp_path)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """Addresses and accounts of the stack that deploy/test brought up."""
    return stack_file.load()
