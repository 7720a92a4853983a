"""What a program answered its check, in the words that a person can read."""

import pytest
from django.utils import translation

from apps.workloads.explain import why

ANSWERS = [
    ("not ready", "It said: “not ready”."),
    ("<!doctype html><title>404</title><p>No such page.</p>", "It said: “404 No such page.”."),
    ("a < b, and no page", "It said: “a < b, and no page”."),
    ("<p></p>", "It said: “<p></p>”."),  # nothing would be left of it
    ("<" * 900, f"It said: “{'<' * 900}”."),  # hostile: no tag at all, and no work to find that out
]


@pytest.mark.parametrize(("text", "told"), ANSWERS)
def test_an_answer_is_told_without_its_tags(text: str, told: str) -> None:
    facts = {"came": "status", "asked": "GET /", "status": 404, "text": text}
    with translation.override("en"):
        assert why("check.failing", facts).endswith(told)
