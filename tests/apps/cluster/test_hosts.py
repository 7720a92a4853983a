"""A host that Traefik serves for somebody else counts as taken (design 8.3)."""

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.cluster import selectors, services
from apps.workloads.services import name_available
from apps.workloads.specs import host_of


def test_a_served_host_is_no_free_name(db: None) -> None:
    services.note_hosts(served={host_of("wiki"): "neighbour"}, now=timezone.now())
    found = name_available("wiki")
    assert not found.free
    assert "wiki" not in found.suggestions
    assert name_available("wiki-2").free


def test_a_new_list_replaces_the_old_one(db: None) -> None:
    services.note_hosts(served={"a.example.org": "r", "b.example.org": "r"}, now=timezone.now())
    services.note_hosts(served={"b.example.org": "other"}, now=timezone.now())
    assert selectors.served_elsewhere({"a.example.org", "b.example.org"}) == {"b.example.org"}


@pytest.mark.usefixtures("genomics")
def test_suggestions_pass_over_it_too(alice: Person) -> None:
    services.note_hosts(served={host_of("wiki"): "r", host_of("wiki-2"): "r"}, now=timezone.now())
    assert name_available("wiki").suggestions[0] == "wiki-3"
