"""Sizes on the page of an app's data."""

import pytest
from django.utils.translation import override

from apps.volumes.templatetags.volumes import bytes_read


@pytest.mark.parametrize(("language", "told"), [("en", "52.0 KiB"), ("fr", "52,0 Kio")])
def test_a_size_has_the_unit_of_what_stands_beside_it(language: str, told: str) -> None:
    """A volume of 1 GiB holds 52 KiB of it: not 52 KB."""
    with override(language):
        assert bytes_read(53_248).replace("\u00a0", " ") == told
