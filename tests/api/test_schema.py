"""The API's description: whole, valid, committed as it is, and its page under the content security policy."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the code says now; a warning fails."""
    file = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command(
        "spectacular", validate=True, fail_on_warn=True, lang="en", file=str(file), stderr=io.StringIO()
    )
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def schema(generated: str) -> Any:
    return yaml.safe_load(generated)


def test_the_committed_one_is_current(generated: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == generated, (
        "manage.py spectacular --lang en --file docs/openapi.yaml"
    )


def test_every_call_has_its_words_problems_and_token(schema: Any) -> None:
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            where = f"{method} {path}"
            assert call.get("description"), where
            assert {"token": []} in call["security"], where
            assert "401" in call["responses"], where
            for status, answer in call["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], where


def test_tokens_are_a_bearer_scheme(schema: Any) -> None:
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_changes_take_an_idempotency_key(schema: Any) -> None:
    without = {
        f"{method} {path}"
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
        if method in {"post", "patch", "delete"}
        and not any(each["name"] == "Idempotency-Key" for each in call.get("parameters", ()))
    }
    assert without == {
        "post /api/v1/apps/{id}/secrets/reveal/",  # its answer must not be kept
        "post /api/v1/apps/{id}/secrets/rotate/",  # it writes to OpenBao, which no transaction may wait for
    }


@pytest.mark.django_db
def test_the_page_brings_everything_along() -> None:
    page = Client().get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", text)
    assert "default-src 'self'" in page["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/"), "nothing from elsewhere"
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
    script = Client().get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode()


@pytest.mark.django_db
def test_the_description_is_served() -> None:
    served = Client().get("/api/schema/?format=json")
    assert served.status_code == 200
    assert served.json()["openapi"].startswith("3.")
