"""What a request is called in lists: what is asked, and its kind once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import RequestKind, RequestState
from apps.approvals.models import Request
from apps.approvals.templatetags.requests import title_of
from apps.projects.models import Project
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
THEN = {"cpu_mhz": 4000, "memory_mib": 4096, "gpus": 1}
QUOTAS: list[tuple[dict[str, int], dict[str, int], str, str, str]] = [
    ({"memory_mib": 8192}, THEN, "Quota: memory +4 GiB", "Quota : mémoire +4 Gio", "more of one"),
    (
        {"memory_mib": 8192, "cpu_mhz": 6500},
        THEN,
        "Quota: CPU +2.5 GHz, memory +4 GiB",
        "Quota : CPU +2,5 GHz, mémoire +4 Gio",
        "of two, in the order of the gauges",
    ),
    ({"gpus": 0}, THEN, "Quota: GPUs −1", "Quota : GPU −1", "less than there is"),
    ({"gpus": 2, "cpu_mhz": 4000}, THEN, "Quota: GPUs +1", "Quota : GPU +1", "what stays is not asked"),
    ({"gpus": 1}, THEN, "Quota: GPUs 1", "Quota : GPU 1", "for good what a grant gives for a time"),
    ({"memory_mib": 8192}, {}, "Quota: memory 8 GiB", "Quota : mémoire 8 Gio", "of before limits were noted"),
    (
        {"apps": 9, "cpu_mhz": 9000, "memory_mib": 9216, "gpus": 2},
        {},
        "Quota: apps 9, CPU 9 GHz, memory 9 GiB, …",
        "Quota : applications 9, CPU 9 GHz, mémoire 9 Gio, …",
        "of many, the first",
    ),
    ({}, {}, "Quota", "Quota", "nothing is known of it"),
]


@pytest.mark.parametrize(
    ("amounts", "then", "english", "french", "reason"), QUOTAS, ids=[each[4] for each in QUOTAS]
)
def test_a_quota_says_what_is_asked(
    amounts: dict[str, int], then: dict[str, int], english: str, french: str, reason: str
) -> None:
    asked = Request(kind=RequestKind.QUOTA, amounts=amounts, payload={"limits_then": then})
    for language, title in (("en", english), ("fr", french)):
        with translation.override(language):
            assert title_of(asked).replace("\N{NO-BREAK SPACE}", " ") == title, reason


@pytest.mark.parametrize(
    ("kind", "payload", "title"),
    [
        (RequestKind.PROJECT, {"name": "Bio course"}, "New project · Bio course"),
        (RequestKind.RIGHTS, {"label": "Genomics"}, "More rights · Genomics"),
        (RequestKind.RIGHTS, {}, "More rights"),
    ],
)
def test_others_say_their_kind_and_what_it_is_about(kind: str, payload: dict[str, Any], title: str) -> None:
    with translation.override("en"):
        assert title_of(Request(kind=kind, payload=payload)) == title


def rows(page: str) -> list[str]:
    """What the first cell of each row says."""
    cells = re.findall(r"<td>(.*?)</td>", page.split("<tbody>")[1], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells if "data-row" in cell]


def test_a_list_says_the_kind_once(
    alice: Person, dana: Person, genomics: Project, signed_in: SignedIn, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()
    submit(alice, "wiki", project_id=genomics.id)
    services.ask_quota(
        actor=actor(dana), person=dana, project_id=genomics.id, limits={"gpus": 2}, reason="a course"
    )
    Request.objects.create(
        kind=RequestKind.QUOTA, state=RequestState.SUBMITTED, project=genomics, requester=dana
    )
    told = rows(signed_in(dana).get("/requests/").content.decode())
    assert told == ["Quota", "Quota: GPUs +2", "wiki New app · title"]
