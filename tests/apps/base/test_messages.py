"""Every error has a sentence in the reader's language, whatever its parameters."""

import pytest
from django.utils import translation

from apps.base.messages import SENTENCES, sentence, text
from kernel.errors import PaillasseError, QuotaExceeded, Refused, RefusedMany, Shortfall, Unavailable


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
