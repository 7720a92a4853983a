"""The words of each kind, in both languages; nobody's name writes a header or a page."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from apps.notices.kinds import KINDS
from apps.notices.mail import Item, compose
from apps.notices.messages import FACTS, WORDS, told
from tests.apps.notices.told import PARAMS

PERSON = UUID("00000000-0000-4000-8000-00000000000a")
VERDICTS = ("approved", "partially_approved", "rejected", "expired", "withdrawn")


@pytest.fixture(autouse=True)
def _compiled(french: None) -> Iterator[None]:
    with translation.override("en"):
        yield


def made(kind: str, language: str = "en", **changes: object) -> EmailMessage:
    """The mail, as a mail program reads it."""
    item = Item(kind, {**PARAMS, **changes}, "/there/")
    mail = compose([item], to="a@lab.example", language=language, batch=str(uuid4()), person=PERSON)
    parsed = BytesParser(policy=default).parsebytes(mail.message().as_bytes())
    assert isinstance(parsed, EmailMessage)
    return parsed


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


def test_every_kind_has_words() -> None:
    assert set(KINDS) == {name for name in WORDS if not name.startswith("request.decided.")}
    for kind in KINDS.values():
        assert kind.params <= set(FACTS) | {"days"}, "what is told is also shown as a fact"


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_need_no_more_than_the_kind_demands(kind: str) -> None:
    demanded = {name: PARAMS[name] for name in KINDS[kind].params}
    for verdict in VERDICTS if "verdict" in demanded else ("",):
        withdrawn = {"by": "Bob"} if verdict == "withdrawn" else {}
        words = told(kind, {**demanded, **withdrawn, **({"verdict": verdict} if verdict else {})})
        assert "?" not in words.subject + words.lead, "a gap"


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("kind", KINDS)
def test_french_differs_from_english(kind: str, verdict: str) -> None:
    english = told(kind, {**PARAMS, "verdict": verdict})
    with translation.override("fr"):
        french = told(kind, {**PARAMS, "verdict": verdict})
    for field in ("subject", "lead", "button"):
        assert getattr(english, field) != getattr(french, field), f"{kind}: {field} is not translated"
    assert ("Kind", "Quota") in english.facts
    assert ("Role", "Developer") in english.facts
    assert ("Ends on", "May 6, 2030") in english.facts
    assert ("Prend fin le", "6 mai 2030") in french.facts
    assert ("Quantités", "CPU : 4 GHz, mémoire : 2 Gio") in french.facts


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_of_each_kind(kind: str, language: str) -> None:
    mail = made(kind, language)
    plain, html = parts(mail)
    with translation.override(language):
        words = told(kind, PARAMS)
    assert mail["Subject"].strip() == words.subject
    assert f'<html lang="{language}">' in html
    for label, value in words.facts:
        assert value in plain
        assert label in plain
        assert value in html
    assert plain.split("\n\n")[1] == words.lead, "the first line says what to do"
    assert html.count("display: inline-block") == 1, "one button"
    assert plain.count("/there/") == html.count("/there/") == 1
    assert "/notices/preferences/" in plain
    assert "%(" not in plain + html
    assert "{{" not in plain + html


NAMES = [
    ("<script>alert(1)</script>", "markup"),
    ('"><img src=x onerror=alert(1)>', "an attribute's end"),
    ("{{ lab }}{% now 'Y' %}", "a template's own signs"),
    ("%(project)s %s %d", "signs of the sentences"),
    ("Eve\r\nBcc: all@lab.example", "a header"),
    ("Eve\nSubject: you won", "another subject"),
    ("Eve\u2028Bcc: all@lab.example", "Unicode's own line break"),
    ("\u202eevE", "text that turns round"),
    ("\x00\x1b[31mEve", "controls"),
    ("Ève " * 400, "far too long"),
]


@pytest.mark.parametrize(("name", "reason"), NAMES, ids=[each[1] for each in NAMES])
@pytest.mark.parametrize("kind", KINDS)
def test_names_are_only_names(kind: str, name: str, reason: str) -> None:
    texts = {key: name for key, value in PARAMS.items() if isinstance(value, str) and not key.endswith("_on")}
    mail = made(kind, "en", **{**texts, "verdict": "approved", "role": "owner", "dimension": "cpu_mhz"})
    plain, html = parts(mail)
    assert "Bcc" not in mail, reason
    assert len(mail.get_all("Subject", [])) == 1
    assert not re.search(r"[\r\n\u2028\u2029\u202e\x00\x1b]", mail["Subject"])
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"[\u2028\u2029\u202e\x00\x1b]", plain + html)


def test_a_kind_of_a_later_release_is_still_told() -> None:
    assert told("project.moved", {"project": "Genomics"}).facts == (("Project", "Genomics"),)


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"ends_on": "soon"}, "no date"),
        ({"amounts": ["much", "cpu_mhz=x"]}, "no amounts"),
        ({"role": "king"}, "no role"),
        ({"reason": ""}, "nothing"),
    ],
)
def test_odd_parameters_are_shown_as_they_are(params: dict[str, object], reason: str) -> None:
    facts = dict(told("member.added", {"project": "P", "by": "B", "role": "owner", **params}).facts)
    value = next(iter(params.values()))
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    assert (shown in facts.values()) == bool(shown), reason
