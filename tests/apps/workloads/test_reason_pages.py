"""Every reason code has its page: in the portal, in docs/, in both languages, and what links to it."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from apps.workloads.helping import why
from apps.workloads.helping.pages import page_of, pages, title
from apps.workloads.helping.words import BUTTONS, PIECES, WHO
from apps.workloads.helping.writing import FILES, written
from orchestration.explain import REASONS
from orchestration.reconcilers.base import Writer
from portal.problems import problem

ROOT = Path(__file__).resolve().parents[3]
CODES = sorted(REASONS)


def test_every_code_has_a_page_and_no_page_is_of_nothing() -> None:
    assert [code for code in CODES if page_of(code) is None] == []
    kinds = {code.partition(".")[2] for code in REASONS}
    astray = [code for code in pages() if code not in REASONS and code.removeprefix("*.") not in kinds]
    assert astray == []


@pytest.mark.parametrize("code", list(pages()))
def test_each_text_is_there_in_both_languages(code: str) -> None:
    found = page_of(code.replace("*", "nomad"))
    assert found is not None
    for texts in (found.means, found.you, found.engineer):
        _both(texts)


def _both(texts: Mapping[str, str]) -> None:
    assert set(texts) == {"fr", "en"}
    assert all(text.strip() for text in texts.values())
    assert texts["fr"] != texts["en"]


@pytest.mark.parametrize(("language", "name"), FILES.items())
def test_the_docs_say_the_same(language: str, name: str) -> None:
    stands = (ROOT / name).read_text(encoding="utf-8")
    assert stands == written(language), "run manage.py reason_pages"
    assert [line for line in stands.splitlines() if line.startswith("## ")] == [
        f"## {code}" for code in CODES
    ]


@pytest.mark.parametrize(
    ("language", "told"), [("fr", "29 novembre 2026"), ("en", "Nov. 29, 2026"), ("en", "3 p.m.")]
)
def test_a_time_is_told_as_the_reader_writes_it(language: str, told: str) -> None:
    facts = {"volume": "data", "node": "n1", "since": "2026-11-29T14:00:00+00:00"}
    with override(language):
        assert told in why("volume.node_away", facts)
        assert "?" in why("volume.node_away", {**facts, "since": ""})


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_the_portal_serves_it_in_the_readers_language(client: Client, code: str) -> None:
    page = page_of(code)
    assert page is not None
    for language in ("fr", "en"):
        answer = client.get(f"/help/reasons/{code}/", headers={"Accept-Language": language})
        said = answer.content.decode().replace("&#x27;", "'")
        assert (answer.status_code, f'lang="{language}"' in said) == (200, True)
        assert page.means[language] in said
        assert page.engineer[language].replace("<", "&lt;").replace(">", "&gt;") in said


@pytest.mark.django_db
def test_the_list_names_them_all_and_an_unknown_code_is_nothing(client: Client) -> None:
    said = client.get("/help/reasons/").content.decode()
    assert [code for code in CODES if f"/help/reasons/{code}/" not in said] == []
    assert client.get("/help/reasons/no.such/").status_code == 404


def test_whoever_helps_and_each_button_has_its_words() -> None:
    assert {each.who for each in REASONS.values()} <= set(WHO)
    assert {each.button for each in REASONS.values()} - {""} <= set(BUTTONS)


def test_whatever_another_program_changes_has_its_word() -> None:
    """`part.differs` names the reconciler: each that stops at a quarrel."""
    import_module("orchestration.engine")  # which knows them all
    quarrels = {kind.name for kind in Writer.__subclasses__() if not kind.repeats}
    assert set(PIECES) == quarrels
    for part in quarrels:
        with override("fr"):
            assert f"ceci\u00a0: {PIECES[part]}." in why("part.differs", {"part": part})
            assert part not in why("part.differs", {"part": part}).split()


def test_a_problem_of_that_code_leads_to_its_page() -> None:
    assert problem(503, "nomad.unavailable", "")["type"].endswith("/help/reasons/nomad.unavailable/")
    assert problem(400, "name.taken", "")["type"].endswith("/api/problems/#name.taken")


def test_a_title_has_no_gap_that_looks_like_code() -> None:
    assert [code for code in CODES if "%(" in title(code) or "?" in title(code)] == []
