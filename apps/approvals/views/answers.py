"""One form of two parts, what was uploaded with it, and where each refusal belongs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from apps.accounts.models import Person
from apps.approvals.forms import ResourcesForm
from apps.base import uploads
from apps.base.messages import sentence
from apps.base.models import Upload
from apps.catalogue import parameters as questions
from apps.catalogue.manifests.model import Manifest
from apps.catalogue.parameters import ParametersForm
from apps.projects.models import Project
from kernel.errors import PaillasseError, QuotaExceeded, Refused, RefusedMany

PREFIX = "p"  # of the template's questions, so that they never meet the names of the other fields
KEPT = "kept-"  # hidden fields that name uploads which are already here
DROP = "drop-"  # boxes that take one of them away


@dataclass(frozen=True)
class Problem:
    """One line of the summary above the form."""

    text: str
    label: str = ""
    anchor: str = ""


@dataclass
class Answers:
    """A member's answers to a template, bound or not."""

    manifest: Manifest
    main: ResourcesForm
    parameters: ParametersForm
    kept: dict[str, Upload] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)  #: refusals that belong to no field
    dropped: Mapping[str, Upload] = field(default_factory=dict)  #: those that are taken away

    def is_valid(self) -> bool:
        """Whether both parts are; services judge the rest."""
        return self.main.is_valid() & self.parameters.is_valid()

    def keep_uploads(self, person: Person, project: Project) -> None:
        """Store what was sent now, so that it need not be sent again when another answer is wrong."""
        unpacked = {rule.upload for rule in self.manifest.files if rule.unpack}
        for name, file in self.parameters.uploads.items():
            if name in self.parameters.errors:
                continue
            try:
                self.kept[name] = uploads.store(
                    person_id=person.id,
                    project_id=project.id,
                    file=file,
                    as_zip=name in unpacked,
                    field=f"parameters.{name}",
                )
            except Refused as error:
                self.add(error)

    def upload_ids(self) -> dict[str, UUID]:
        """What services take."""
        return {name: upload.id for name, upload in self.kept.items()}

    def upload_changes(self) -> dict[str, UUID | None]:
        """The same for what has files already: None for one that is taken away."""
        return {**dict.fromkeys(self.dropped), **self.upload_ids()}

    def add(self, error: PaillasseError) -> None:
        """Put a refusal beside its field, else above the form."""
        if isinstance(error, RefusedMany):
            for each in error.refusals:
                self.add(each)
            return
        part, _dot, name = (error.field or "").partition(".")
        if isinstance(error, QuotaExceeded):
            self.main.add_error("reason", sentence(error))
        elif part == "parameters" and name in self.parameters.fields:
            self.parameters.add_error(name, sentence(error))
            self.kept.pop(name, None)
        elif (target := name if part == "resources" else part) in self.main.fields:
            self.main.add_error(target, sentence(error))
        else:
            self.others.append(sentence(error))

    def given(self) -> dict[str, Any]:
        """The answers as a program would send them: cleaned where they are good, else as they stand."""
        if self.parameters.parameters:
            return self.parameters.parameters
        asked = [each for each in self.manifest.parameters if not each.upload]
        values = {each.name: self.parameters[each.name].value() for each in asked}
        return {name: value for name, value in values.items() if value not in (None, "")}

    @property
    def problems(self) -> list[Problem]:
        """The summary: every refusal with a link to its field."""
        found = [Problem(text) for text in self.others]
        for form in (self.main, self.parameters):
            if form.is_bound:
                found += _problems(form)
        return found

    @property
    def usual(self) -> list[forms.BoundField]:
        """The questions that everybody sees."""
        return [each for each in self.parameters if not getattr(each.field, "advanced", False)]

    @property
    def advanced(self) -> list[forms.BoundField]:
        """The questions in the fold."""
        return [each for each in self.parameters if getattr(each.field, "advanced", False)]


def _problems(form: forms.Form) -> list[Problem]:
    found = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        for text in errors:
            label, anchor = (str(bound.label), bound.id_for_label or bound.auto_id) if bound else ("", "")
            found.append(Problem(str(text), label, str(anchor)))
    return found


def kept_files(
    request: HttpRequest, person: Person, manifest: Manifest, before: Mapping[str, Upload]
) -> tuple[dict[str, Upload], dict[str, Upload]]:
    """The files that stay as the form stands, and those that it takes away, each by its parameter.

    `before`: those of the release or of the request that is changed.
    """
    taken = _dropped(request, manifest)
    here = {**before, **_left_here(request, person, manifest)}
    here = {name: file for name, file in here.items() if manifest.parameter(name)}
    gone = {name: file for name, file in here.items() if name in taken}
    return {name: file for name, file in here.items() if name not in taken}, gone


def _left_here(request: HttpRequest, person: Person, manifest: Manifest) -> dict[str, Upload]:
    """Uploads of this person that an earlier try of this form left here."""
    wanted = {}
    for each in manifest.parameters:
        text = request.POST.get(f"{KEPT}{each.name}", "")
        if each.upload and text:
            wanted[each.name] = text
    found = uploads.of_person(person.id, wanted.values())
    return {name: found[text] for name, text in wanted.items() if text in found}


def _dropped(request: HttpRequest, manifest: Manifest) -> frozenset[str]:
    """Parameters whose file the form takes away; one that is sent anew replaces instead."""
    asked = (
        each.name for each in manifest.parameters if each.upload and f"{DROP}{each.name}" in request.POST
    )
    return frozenset(name for name in asked if f"{PREFIX}-{name}" not in request.FILES)


def files_of(files: Iterable[Mapping[str, str]]) -> dict[str, Upload]:
    """The files that a release or a request has already, by parameter."""
    ids = {each["parameter"]: each["upload"] for each in files if each["parameter"]}
    found = uploads.kept(ids.values())
    return {name: found[text] for name, text in ids.items() if text in found}


def size_of(manifest: Manifest, resources: Mapping[str, int]) -> dict[str, Any]:
    """The size that these resources are, else the default one with the figures over it."""
    for name, size in manifest.sizing.sizes.items():
        if all(resources.get(key, 0) == value for key, value in vars(size).items()):
            return {"size": name}
    return {"size": manifest.sizing.default, **resources}


def questions_form(
    manifest: Manifest,
    context: questions.MemberContext,
    request: HttpRequest,
    *,
    initial: Mapping[str, Any],
    kept: Mapping[str, Upload],
) -> ParametersForm:
    """The template's questions, bound to what was sent."""
    made = questions.form_class(manifest, context)
    if request.method == "POST":
        return made(request.POST, request.FILES, prefix=PREFIX, kept=kept)
    return made(prefix=PREFIX, initial=dict(initial), kept=kept)


def launched(request: HttpRequest, manifest: Manifest) -> dict[str, str]:
    """Answers that a launch link brings: they fill the form, and never send it."""
    names = [each.name for each in manifest.parameters if not each.upload]
    return {name: request.GET[f"{PREFIX}-{name}"] for name in names if f"{PREFIX}-{name}" in request.GET}
