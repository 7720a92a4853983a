"""Amounts as people read them."""

import pytest
from django.utils import translation

from apps.base.templatetags.pages import amount


@pytest.mark.parametrize(
    ("value", "dimension", "english", "french"),
    [
        (3950, "cpu_mhz", "3.95 GHz", "3,95 GHz"),  # of 4 GHz, 50 MHz are taken: the rest is not all of them
        (4000, "cpu_mhz", "4 GHz", "4 GHz"),
        (500, "cpu_mhz", "500 MHz", "500 MHz"),
        (4032, "memory_mib", "3.94 GiB", "3,94 Gio"),
        (1536, "storage_mib", "1.5 GiB", "1,5 Gio"),
        (3, "apps", "3", "3"),
    ],
)
def test_an_amount(value: int, dimension: str, english: str, french: str) -> None:
    for language, text in (("en", english), ("fr", french)):
        with translation.override(language):
            assert amount(value, dimension) == text
