"""Each action of the audit has its word, in both languages; files and addresses keep the code."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.kinds import ACTIONS
from apps.audit.services import record
from kernel.actors import system
from tests.apps.audit.gathering import recorded

SignedIn = Callable[[Person], Client]


def test_every_action_that_the_code_records_has_a_word() -> None:
    found = recorded()
    assert len(found) > 100, "the code was read"
    assert not found - set(ACTIONS), "give these a word in apps/audit/kinds.py"
    assert not set(ACTIONS) - found, "nobody records these"


def test_no_two_actions_read_the_same() -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            words = [str(word) for word in ACTIONS.values()]
        assert len(set(words)) == len(words), language


@pytest.mark.parametrize(("language", "word"), [("en", "App requested"), ("fr", "Application demandée")])
def test_the_page_says_the_word_and_the_code(
    erik: Person, signed_in: SignedIn, settings: Settings, language: str, word: str
) -> None:
    settings.LANGUAGE_CODE = language
    record(actor=system("test"), verb="app.requested", target_kind="app", target_id="1")
    page = signed_in(erik).get("/audit/?verb=app.requested").content.decode()
    assert re.search(rf"{word}\s*<p[^>]*><code>app\.requested</code>", page), "the code stays in sight"
    assert f'<option value="app.requested">{word}</option>' in page, "the filter offers codes by their words"


def test_an_action_without_a_word_shows_its_code(erik: Person, signed_in: SignedIn) -> None:
    """What another release recorded is read all the same."""
    record(actor=system("test"), verb="moon.landed", target_kind="app", target_id="1")
    assert "moon.landed</code>" in signed_in(erik).get("/audit/").content.decode()


def test_files_keep_the_code(erik: Person, signed_in: SignedIn) -> None:
    record(actor=system("test"), verb="app.requested", target_kind="app", target_id="1")
    for form in ("csv", "jsonl"):
        answer = signed_in(erik).post("/audit/export/?verb=app.requested", {"form": form})
        assert b"app.requested" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # streams
