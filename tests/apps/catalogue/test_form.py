"""The generated form asks what the schema says and judges as the API does."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.base.messages import SENTENCES
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.parameters import MemberContext, ParametersForm, check, form_class
from kernel.errors import RefusedMany
from tests.apps.catalogue.questions import PROPERTIES, asking

ALICE = MemberContext("Alice", "alice@lab.example", "genomics")


def filled(
    data: dict[str, str], *required: str, files: dict[str, Any] | None = None, **more: Any
) -> ParametersForm:
    return form_class(asking(*required, **more), ALICE)(data, files or {})


def test_order_labels_and_defaults() -> None:
    label = {"fr": "Nom", "en": "Name"}
    properties = {
        "late": {"type": "boolean", "x-portal": {"label": label, "order": 9}},
        "hidden": {"type": "boolean", "x-portal": {"label": label, "advanced": True, "order": 1}},
        "first": {
            "type": "string",
            "maxLength": 9,
            "x-portal": {"label": label, "default_from": "member.name"},
        },
    }
    form = form_class(asking(properties=properties), ALICE)()
    assert list(form.fields) == ["first", "late", "hidden"]
    assert form["first"].value() == "Alice"
    with translation.override("fr"):
        assert form["first"].label == "Nom"
    with translation.override("en"):
        assert form["first"].label == "Name"


def test_the_browser_is_told_the_bounds() -> None:
    form = form_class(asking("line"), ALICE)()
    whole = str(form["whole"])
    assert 'min="0"' in whole, "a minimum of zero counts"
    assert 'max="10"' in whole
    assert 'step="0.5"' in str(form["half"])
    line = str(form["line"])
    assert 'minlength="2"' in line
    assert 'maxlength="10"' in line
    assert " required" in line
    assert "<textarea" in str(form["text"])
    assert '<option value="red"' in str(form["choice"])
    assert 'type="checkbox"' in str(form["flag"])
    assert 'accept=".csv,.tar.gz"' in str(form["file"])


def test_answers_come_out_as_the_schema_types_them() -> None:
    form = filled(
        {"line": " ab ", "whole": "0", "half": "1.5", "flag": "on", "choice": "red", "text": "a\r\nb"}
    )
    assert form.is_valid(), form.errors
    assert form.parameters == {
        "line": "ab",
        "whole": 0,
        "half": 1.5,
        "flag": True,
        "choice": "red",
        "text": "a\nb",
    }


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"line": ""}, "line", "parameter.required"),
        ({"line": "ab", "whole": "many"}, "whole", "parameter.type"),
        ({"line": "ab", "whole": "11"}, "whole", "parameter.maximum"),
        ({"line": "ab", "whole": "9" * 5000}, "whole", "parameter.type"),
        ({"line": "ab", "half": "nan"}, "half", "parameter.not_finite"),
        ({"line": "ab", "choice": "green"}, "choice", "parameter.choice"),
        ({"line": "ab", "word": "A"}, "word", "parameter.pattern"),
        ({"line": "ab", "said": "${x}"}, "said", "parameter.interpolation"),
    ],
)
def test_errors_stand_beside_their_field_in_both_languages(
    data: dict[str, str], field: str, code: str
) -> None:
    said = {}
    for language in ("fr", "en"):
        with translation.override(language):
            form = filled(data, "line")
            assert not form.is_valid()
            assert set(form.errors) == {field}
            (error,) = form.errors.as_data()[field]
            assert error.code == code
            said[language] = str(error.message)
            assert form[field].value() == data.get(field), "what was typed is kept"
    assert said["fr"]
    assert said["en"]


def test_the_pattern_is_explained_in_the_readers_language() -> None:
    for language, words in (("fr", "Des lettres minuscules."), ("en", "Lower-case letters.")):
        with translation.override(language):
            assert words in str(filled({"word": "A"}).errors["word"])


def test_uploads_are_handed_on() -> None:
    sent = SimpleUploadedFile("a.csv", b"a,b\n")
    form = filled({}, "file", files={"file": sent})
    assert form.is_valid(), form.errors
    assert form.uploads == {"file": sent}
    assert "file" not in form.parameters


def test_a_change_keeps_the_file_that_the_release_has() -> None:
    manifest = asking("file")
    kept = SimpleUploadedFile("old.csv", b"a,b\n")
    form = form_class(manifest, ALICE)({}, {}, kept={"file": kept})
    assert form.is_valid(), form.errors
    assert form.uploads == {}
    assert not form_class(manifest, ALICE)({}, {}).is_valid()


def test_every_code_has_its_sentence() -> None:
    """Codes of this room are written out here, so that a new one is not forgotten."""
    codes = "required type choice pattern minimum maximum step too_short too_long not_finite huge characters"
    wanted = {f"parameter.{code}" for code in codes.split()}
    wanted |= {"parameter.unknown", "parameter.upload", "parameter.one_of", "parameter.interpolation"}
    wanted |= {"upload.kind", "upload.empty", "upload.too_big", "runtime.unavailable", "template.missing"}
    wanted |= {"database.none", "database.role"}
    wanted |= {f"resources.{code}" for code in ("unknown", "size", "type", "minimum", "maximum")}
    assert wanted <= set(SENTENCES)


TYPED = st.one_of(
    st.text(max_size=14),
    st.integers(-3, 14).map(str),
    st.floats(-2, 7).map(str),
    st.sampled_from(["", "red", "ab", "0", "0.5", "-0", "1e1", "nan", "${a}", " x ", "a\r\nb", "true"]),
)


@settings(max_examples=150)
@given(data=st.dictionaries(st.sampled_from(sorted(set(PROPERTIES) - {"file", "flag"})), TYPED))
def test_form_and_schema_agree(data: dict[str, str]) -> None:
    """What a browser sends is judged as the same answer sent through the API."""
    manifest = asking("line", "choice")
    form = form_class(manifest, ALICE)(data, {})
    typed = {name: _as_program(manifest, name, text) for name, text in data.items()}
    empty = {each.name: None for each in manifest.parameters if not each.upload and each.name != "flag"}
    wanted, refused = _judged(manifest, {**empty, "flag": False, **typed})
    assert form.is_valid() == (not refused)
    told = {
        (f"parameters.{name}", error.code) for name in form.errors for error in form.errors.as_data()[name]
    }
    assert told == refused
    assert form.parameters == wanted


def _judged(manifest: Manifest, values: dict[str, Any]) -> tuple[dict[str, Any], set[tuple[str | None, str]]]:
    """The cleaned answers, or what is refused of them."""
    try:
        return check(manifest, values, ALICE), set()
    except RefusedMany as refusals:
        return {}, {(each.field, each.code) for each in refusals.refusals}


def _as_program(manifest: Manifest, name: str, text: str) -> Any:
    """The text as a program would send it: numbers as numbers."""
    parameter = manifest.parameter(name)
    assert parameter is not None
    kind = parameter.type
    if kind == "string" or not text.strip():
        return text
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return text
