"""Texts in the languages of the portal."""

from collections.abc import Mapping

LANGUAGES = ("fr", "en")
Texts = Mapping[str, str]  #: language -> text; both languages, always


def pick(texts: Texts, language: str | None) -> str:
    """The text in a language (`fr`, `en-gb`, ...), or in English where the portal does not speak it."""
    return texts.get((language or "en").split("-")[0]) or texts.get("en", "")
