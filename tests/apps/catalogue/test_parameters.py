"""Answers are judged once, the same for everybody, with codes that programs can read."""

from dataclasses import dataclass
from typing import Any

import pytest

from apps.catalogue.parameters import MemberContext, check, defaults
from kernel.errors import RefusedMany
from tests.apps.catalogue.questions import asking

PLAIN = {"fr": "Adresse", "en": "Address"}
ALICE = MemberContext("Alice Example", "alice@lab.example", "genomics")


@dataclass(frozen=True)
class Sent:
    name: str | None
    size: int | None


def refused(
    values: dict[str, Any], *required: str, uploads: dict[str, Any] | None = None, **more: Any
) -> set[Any]:
    with pytest.raises(RefusedMany) as told:
        check(asking(*required, **more), values, ALICE, "en", uploads=uploads)
    return {(each.field, each.code) for each in told.value.refusals}


HOSTILE: list[tuple[str, dict[str, Any], str, str]] = [
    ("a parameter that is not asked", {"x": 1}, "x", "parameter.unknown"),
    ("a parameter named like code", {"__class__": 1}, "__class__", "parameter.unknown"),
    ("a number for text", {"line": 12}, "line", "parameter.type"),
    ("a list for text", {"line": ["a"]}, "line", "parameter.type"),
    ("an object for text", {"line": {"$ref": "#"}}, "line", "parameter.type"),
    ("too short", {"line": "a"}, "line", "parameter.too_short"),
    ("too short once the blanks are gone", {"line": "  a  "}, "line", "parameter.too_short"),
    ("too long", {"line": "a" * 11}, "line", "parameter.too_long"),
    ("far too long", {"text": "a" * 10_000_000}, "text", "parameter.too_long"),
    ("a form that does not fit", {"word": "Ab"}, "word", "parameter.pattern"),
    ("a second line behind a form that fits", {"word": "ab\ncd"}, "word", "parameter.characters"),
    ("a line end in a single line", {"line": "a\nb"}, "line", "parameter.characters"),
    ("a NUL, which PostgreSQL refuses", {"text": "a\x00b"}, "text", "parameter.characters"),
    ("half a character", {"text": "a\ud800"}, "text", "parameter.characters"),
    ("an escape sequence", {"text": "a\x1b[31m"}, "text", "parameter.characters"),
    ("text that runs the other way", {"line": "a\u202eb"}, "line", "parameter.characters"),
    ("Nomad's interpolation", {"said": "${attr.kernel.name}"}, "said", "parameter.interpolation"),
    ("a template's braces", {"said": '{{ key "a" }}'}, "said", "parameter.interpolation"),
    ("a choice that is not offered", {"choice": "green"}, "choice", "parameter.choice"),
    ("below zero", {"whole": -1}, "whole", "parameter.minimum"),
    ("above the most", {"whole": 11}, "whole", "parameter.maximum"),
    ("a part of a whole", {"whole": 1.5}, "whole", "parameter.type"),
    ("a number as text", {"whole": "1"}, "whole", "parameter.type"),
    ("true for one", {"whole": True}, "whole", "parameter.type"),
    ("not a number", {"half": float("nan")}, "half", "parameter.not_finite"),
    ("infinity", {"half": float("inf")}, "half", "parameter.not_finite"),
    ("infinity for a whole", {"whole": float("-inf")}, "whole", "parameter.not_finite"),
    ("a number of ten thousand digits", {"whole": 10**10_000}, "whole", "parameter.huge"),
    ("a float beyond what is exact", {"half": 1e300}, "half", "parameter.huge"),
    ("between the steps", {"half": 0.3}, "half", "parameter.step"),
    ("text for yes", {"flag": "yes"}, "flag", "parameter.type"),
    ("one for yes", {"flag": 1}, "flag", "parameter.type"),
    ("a file written as text", {"file": "a.csv"}, "file", "parameter.upload"),
]


@pytest.mark.parametrize(("values", "name", "code"), [c[1:] for c in HOSTILE], ids=[c[0] for c in HOSTILE])
def test_hostile_answers_are_refused_by_field_and_code(values: dict[str, Any], name: str, code: str) -> None:
    assert refused(values) == {(f"parameters.{name}", code)}


def test_a_pattern_is_tried_on_no_text_that_is_too_long() -> None:
    """A pattern may cost the square of a text: on one of a MiB an hour of the portal."""
    assert refused({"word": "A" * 9}) == {("parameters.word", "parameter.too_long")}
    endless = {"type": "string", "pattern": "^[^@]+@[^@]+[.][^@]+$"}
    asked = {"mail": {**endless, "x-portal": {"label": PLAIN, "hint": PLAIN}}}
    assert refused({"mail": "a@" + "." * 2_000}, properties=asked) == {
        ("parameters.mail", "parameter.too_long")
    }


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_nothing_is_no_answer(nothing: str | None) -> None:
    assert refused({"line": nothing}, "line") == {("parameters.line", "parameter.required")}
    assert "line" not in check(asking(), {"line": nothing}, ALICE)


def test_everything_wrong_is_told_at_once() -> None:
    assert len(refused({"line": "a", "whole": 99, "x": 1}, "choice")) == 4


def test_zero_is_an_answer_and_a_bound() -> None:
    assert check(asking("whole"), {"whole": 0}, ALICE)["whole"] == 0


def test_answers_are_kept_tidy() -> None:
    given = {"line": "  ab ", "text": "one\r\ntwo\rthree", "whole": 3.0, "half": 2.5}
    kept = check(asking(), given, ALICE)
    assert kept == {
        "line": "ab",
        "text": "one\ntwo\nthree",
        "whole": 3,
        "half": 2.5,
        "flag": False,
        "who": "Alice Exampl",
    }
    assert isinstance(kept["whole"], int)


def test_text_that_reaches_no_environment_may_hold_braces() -> None:
    assert check(asking(), {"text": "${x} {{ y }}"}, ALICE)["text"] == "${x} {{ y }}"


def test_defaults_are_taken_where_nothing_is_said_and_not_where_it_is_emptied() -> None:
    assert defaults(asking(), ALICE) == {"flag": False, "who": "Alice Exampl"}
    assert check(asking(), {}, ALICE)["who"] == "Alice Exampl"
    assert "who" not in check(asking(), {"who": ""}, ALICE)


def test_a_member_without_a_name_is_asked() -> None:
    with pytest.raises(RefusedMany) as told:
        check(asking("who"), {}, MemberContext())
    assert told.value.refusals[0].code == "parameter.required"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (Sent("a.exe", 5), "upload.kind"),
        (Sent(None, 5), "upload.kind"),
        (Sent("csv", 5), "upload.kind"),
        (Sent("a.csv", 0), "upload.empty"),
        (Sent("a.csv", 1024 * 1024 + 1), "upload.too_big"),
    ],
    ids=["another kind", "no name", "a name that is only the ending", "empty", "one byte too many"],
)
def test_uploads_are_judged_by_name_and_size(sent: Sent, code: str) -> None:
    assert refused({}, uploads={"file": sent}) == {("parameters.file", code)}


def test_uploads_that_fit_pass() -> None:
    manifest = asking("file")
    for name in ("a.csv", "A.CSV", "b.tar.gz"):
        assert "file" not in check(manifest, {}, ALICE, uploads={"file": Sent(name, 1024 * 1024)})
    assert refused({}, "file") == {("parameters.file", "parameter.required")}
    assert refused({}, uploads={"line": Sent("a.csv", 1)}) == {("parameters.line", "parameter.upload")}
    assert refused({}, uploads={"x": Sent("a.csv", 1)}) == {("parameters.x", "parameter.unknown")}


def test_one_of_several_is_enough() -> None:
    manifest = asking(one_of=("text", "file"))
    assert check(manifest, {"text": "a"}, ALICE)["text"] == "a"
    assert check(manifest, {}, ALICE, uploads={"file": Sent("a.csv", 1)})
    assert refused({"text": ""}, one_of=("text", "file")) == {("parameters.text", "parameter.one_of")}
