"""The form, generated from the schema. It only reads what a browser sent; `check` alone judges."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import get_language

from apps.base.messages import sentence
from apps.catalogue.manifests.model import Manifest, Parameter
from apps.catalogue.manifests.texts import Texts, pick
from apps.catalogue.parameters.check import UploadFacts, check
from apps.catalogue.parameters.context import MemberContext, defaults
from kernel.errors import RefusedMany


class Answer(forms.Field):
    """One question. It refuses nothing itself, so that pages and API refuse with the same codes."""

    def __init__(self, parameter: Parameter, **kwargs: Any) -> None:
        self.parameter = parameter
        self.advanced = parameter.advanced
        super().__init__(
            label=_lazily(parameter.label),
            help_text=_lazily(parameter.help),
            required=parameter.required and parameter.type != "boolean",
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Text as the type that the schema asks for, where it can be read so."""
        if isinstance(value, str) and self.parameter.type in {"integer", "number"}:
            return _number(value.strip(), whole=self.parameter.type == "integer")
        return value

    def validate(self, value: Any) -> None:
        """Leave the judgement to `check`."""


class UploadAnswer(Answer):
    """A question answered by a file; a release may keep the one it had."""

    def __init__(self, parameter: Parameter) -> None:
        kinds = parameter.upload.kinds if parameter.upload else ()
        super().__init__(parameter, widget=forms.FileInput(attrs={"accept": ",".join(kinds)}))


class ParametersForm(forms.Form):
    """The base of generated forms. After `is_valid()`: `parameters` and `uploads`, ready to be submitted."""

    manifest: ClassVar[Manifest]
    context: ClassVar[MemberContext]

    def __init__(self, *args: Any, kept: Mapping[str, UploadFacts] | None = None, **kwargs: Any) -> None:
        """`kept` are the uploads that the present release has: what is not sent anew stays."""
        super().__init__(*args, **kwargs)
        self.kept = dict(kept or {})
        self.parameters: dict[str, Any] = {}
        self.uploads: dict[str, UploadedFile[bytes]] = {}
        for name in self.kept:
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Judge the answers as the API would, and put each refusal beside its field."""
        given = dict(self.cleaned_data)
        asked = {each.name for each in self.manifest.parameters if each.upload}
        self.uploads = {name: given[name] for name in asked if given.get(name) is not None}
        values = {name: value for name, value in given.items() if name not in asked}
        try:
            self.parameters = check(
                self.manifest,
                values,
                self.context,
                get_language() or "en",
                uploads={**self.kept, **self.uploads},
            )
        except RefusedMany as error:
            for refusal in error.refusals:
                name = (refusal.field or "").removeprefix("parameters.")
                self.add_error(
                    name if name in self.fields else None,
                    ValidationError(sentence(refusal), code=refusal.code),
                )
        return given


def form_class(manifest: Manifest, context: MemberContext) -> type[ParametersForm]:
    """The form of a template for this member: in order, the advanced questions last, with defaults."""
    start = defaults(manifest, context)
    members: dict[str, Any] = {each.name: _field(each, start.get(each.name)) for each in manifest.parameters}
    return type("GeneratedForm", (ParametersForm,), {**members, "manifest": manifest, "context": context})


def _field(parameter: Parameter, initial: Any) -> Answer:
    if parameter.upload:
        return UploadAnswer(parameter)
    return Answer(parameter, widget=_widget(parameter, initial), initial=initial)


def _widget(parameter: Parameter, initial: Any) -> forms.Widget:
    schema = parameter.schema
    if parameter.type == "boolean":
        return forms.CheckboxInput()
    if parameter.type in {"integer", "number"}:
        step = schema.get("multipleOf", 1 if parameter.type == "integer" else "any")
        return forms.NumberInput(attrs={"min": schema["minimum"], "max": schema["maximum"], "step": step})
    if "enum" in schema:
        empty = [] if parameter.required and initial else [("", "—")]
        return forms.Select(
            choices=[*empty, *((value, _choice(parameter, value)) for value in schema["enum"])]
        )
    attrs = {key.lower(): schema[key] for key in ("minLength", "maxLength") if key in schema}
    return forms.Textarea(attrs={**attrs, "rows": 8}) if parameter.multiline else forms.TextInput(attrs=attrs)


def _choice(parameter: Parameter, value: str) -> str:
    return _lazily(parameter.choices[value]) if value in parameter.choices else value


def _number(text: str, *, whole: bool) -> Any:
    """The number; None for nothing; the text itself where it is no number, for `check` to refuse."""
    if not text:
        return None
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


def _text(texts: Texts) -> str:
    return pick(texts, get_language())


_lazily = lazy(_text, str)
