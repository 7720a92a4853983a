"""The catalogue's order: what can be had here first, then as the reader would look for it."""

import re
from collections.abc import Callable

from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from tests.factories import catalogue

EXEC = [{"driver": "exec", "runtime": "page", "command": "bin/python"}]


def test_what_runs_here_first_then_by_title(
    alice: Person, signed_in: Callable[[Person], Client], settings: Settings
) -> None:
    settings.ALLOWED_DRIVERS = ["docker"]
    for slug, french in (("a", "Zoologie"), ("b", "Écologie"), ("c", "Faune")):
        catalogue.template(slug, title={"fr": french, "en": slug})
    catalogue.template("d", title={"fr": "Atlas", "en": "d"}, runtimes=EXEC)
    client = signed_in(alice)
    client.post("/language/", {"language": "fr"})
    page = client.get("/catalogue/").content.decode()
    assert re.findall(r"Zoologie|Écologie|Faune|Atlas", page) == ["Écologie", "Faune", "Zoologie", "Atlas"]
