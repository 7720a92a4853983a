"""Whatever a program writes is shown as text: no terminal and no reader is led astray."""

import pytest

from kernel.disarm import LINE_MAX, disarm
from tests.apps.telemetry.hostile import PAYLOADS


@pytest.mark.parametrize(
    ("written", "shown", "why"),
    [
        ("\x1b[31mred\x1b[0m plain", "red plain", "colours"),
        ("\x9b31mred", "red", "the same in eight bits"),
        ("\x1b]8;;javascript:alert(1)\x07here\x1b]8;;\x07", "here", "a terminal's link, whatever its scheme"),
        ("\x1b]52;c;cm0gLXJm\x1b\\x", "x", "the clipboard"),
        ("\x1b]0;title", "", "a sequence without its end takes the line"),
        ("\x1b", "", "an escape alone"),
        ("\x1bP+q\x1b\\x", "x", "a device's control string"),
        ("a\rb", "a␍b", "what would write over the line"),
        ("a\tb", "a\tb", "a tabulator is text"),
        ("a\x00b\x08\x7f", "a␀b␈␡", "controls as their pictures"),
        ("safe\u202eexe.txt", "safe⟦U+202E⟧exe.txt", "the direction turned"),
        ("\u2066a\u2069\u200f", "⟦U+2066⟧a⟦U+2069⟧⟦U+200F⟧", "isolates and marks"),
        ("a\u200bb\ufeff", "a⟦U+200B⟧b⟦U+FEFF⟧", "what has no width"),
        ("\U000e0041", "⟦U+E0041⟧", "tags"),
        ("a\u2028b", "a⟦U+2028⟧b", "ends of line that JavaScript knows"),
        ("line\r\n", "line", "an end of line as Windows writes it"),
        (
            "<script>alert(1)</script>",
            "<script>alert(1)</script>",
            "text stays as it is: the page escapes it",
        ),
        ("été 日本 👩‍🔬", "été 日本 👩‍🔬", "other scripts, and what joins emoji"),
    ],
)
def test_one_line(written: str, shown: str, why: str) -> None:
    assert disarm(written) == shown, why


def test_a_long_line_says_how_much_is_left_out() -> None:
    told = disarm("x" * (LINE_MAX + 5))
    assert len(told) < LINE_MAX + 20
    assert told.endswith("… (+5)")


def test_nothing_hostile_is_left() -> None:
    assert len(PAYLOADS) >= 500
    for payload in PAYLOADS:
        for line in payload.split("\n"):
            told = disarm(line)
            left = [hex(ord(c)) for c in told if not c.isprintable() and c not in "\t\u200c\u200d\u00ad"]
            assert not [each for each in left if not _harmless(each)], (payload, left)


def _harmless(code: str) -> bool:
    """Spaces of other widths are no controls."""
    return chr(int(code, 16)).isspace()
