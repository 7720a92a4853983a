"""Cells of a CSV file: text that a spreadsheet would run as a formula is disarmed (ASVS 1.2.10)."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run it."""
    return text.startswith(_STARTS)


def disarm(text: str) -> str:
    """Put an apostrophe before what might be run; undone by rearm(), so apostrophes before it count too."""
    return _MARK + text if is_formula(text.lstrip(_MARK)) else text


def rearm(text: str) -> str:
    """What disarm() was given."""
    return text[1:] if text.startswith(_MARK) and is_formula(text.lstrip(_MARK)) else text
