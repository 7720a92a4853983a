"""The status page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.cluster.models import PartStatus


@pytest.mark.parametrize(
    ("reachable", "words"),
    [(True, "Every part answers"), (False, "A part does not answer"), (None, "Nothing has been looked at")],
)
def test_status(
    alice: Person,
    signed_in: Callable[[Person], Client],
    settings: Settings,
    reachable: bool | None,
    words: str,
) -> None:
    settings.LANGUAGE_CODE = "en"
    if reachable is not None:
        now = timezone.now()
        PartStatus.objects.create(
            part="nomad", reachable=reachable, since=now, checked_at=now, version="2.0.5"
        )
    page = signed_in(alice).get("/status/").content.decode()
    assert words in page
    assert ("Nomad" in page) == (reachable is not None)
