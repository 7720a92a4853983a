"""The world of the API's tests, and a cache that remembers no earlier test's calls."""

import pytest
from django.core.cache import cache

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads import live
from tests.api.world import World, build
from tests.apps.workloads.chain import Chain
from tests.web.conftest import french

__all__ = ["french"]


@pytest.fixture
def world(alice: Person, genomics: Project, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everything that the tables of calls need."""
    cache.clear()

    def use(chain: Chain) -> None:
        monkeypatch.setattr(live, "drivers", chain.lab.drivers)

    return build(alice, genomics, use)
