"""Every error has a sentence in the reader's language, whatever its parameters."""

import ast

import pytest
from django.utils import translation

from apps.base.messages import SENTENCES, sentence, text
from kernel.errors import PaillasseError, QuotaExceeded, Refused, RefusedMany, Shortfall, Unavailable
from tests.architecture.source import modules


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_is_whole_without_parameters(code: str) -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            assert text(code)


def test_an_unknown_code_falls_back_to_its_kind() -> None:
    with translation.override("en"):
        assert sentence(Unavailable("nomad")) == text("unavailable", {"part": "nomad"})
        assert sentence(PaillasseError("never.heard")) == text("error")


def test_several_refusals_are_all_told_once() -> None:
    error = RefusedMany([Refused("upload.empty"), Refused("upload.empty"), Refused("upload.name")])
    with translation.override("en"):
        assert sentence(error) == f"{text('upload.empty')} {text('upload.name')}"


def test_a_quota_refusal_brings_its_figures() -> None:
    error = QuotaExceeded([Shortfall("cpu_mhz", 3000, 500, 1000, 4000)])
    with translation.override("en"):
        for figure in ("3000", "500", "1000", "4000 MHz"):
            assert figure in sentence(error)


KINDS = {"Refused", "Forbidden", "Missing", "Conflict", "PaillasseError", "refused", "_refused"}


def test_every_code_that_is_raised_has_its_sentence() -> None:
    raised = {
        call.args[0].value: f"{module.path}:{call.lineno}"
        for module in modules("apps", "platform/portal", "platform/orchestration")
        for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
        if isinstance(call.func, ast.Name)
        and call.func.id in KINDS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }
    assert len(raised) > 30
    missing = {f"{place} {code}" for code, place in raised.items() if code not in SENTENCES}
    assert not missing, "give each a sentence in apps/base/messages.py:\n" + "\n".join(sorted(missing))
