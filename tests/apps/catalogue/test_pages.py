"""A member's text becomes a page in which nothing of theirs runs."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalogue.pages import page

ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "br", "a"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def read(title: str, text: str) -> Reader:
    reader = Reader()
    reader.feed(page(title, text).decode())
    reader.close()
    return reader


HOSTILE = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/<script>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "<!--",
    "]]>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    found = read(text, text)
    assert set(found.tags) <= ALLOWED
    names = {name for name, _ in found.attributes}
    assert names <= {"charset", "name", "content", "href", "rel"}
    assert all(value and value.startswith("https://") for name, value in found.attributes if name == "href")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_no_text_brings_a_tag_of_its_own(text: str) -> None:
    assert set(read("t", text).tags) <= ALLOWED


def test_paragraphs_lines_and_addresses() -> None:
    text = "First line\nsecond line\n\n\nNext, see https://lab.example/a?b=1&c=2."
    content = page("Titre à deux mots", text).decode()
    assert "<title>Titre à deux mots</title>" in content
    assert "<p>First line<br>\nsecond line</p>" in content
    assert content.count("<p>") == 2
    assert '<a href="https://lab.example/a?b=1&amp;c=2" rel="noopener nofollow">' in content
    assert "</a>.</p>" in content, "the full stop is not part of the address"


def test_the_same_text_is_the_same_page() -> None:
    assert page("a", "b") == page("a", "b")
