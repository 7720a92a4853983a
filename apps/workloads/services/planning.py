"""What a release will be made of, checked before anything is written."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils.translation import get_language

from apps.accounts.models import Person
from apps.base import uploads as kept_files
from apps.base.models import Upload
from apps.catalogue import parameters as questions
from apps.catalogue import selectors as catalogue
from apps.catalogue.models import TemplateVersion
from apps.projects.models import Project
from apps.workloads import lab
from apps.workloads.models import App, Release
from apps.workloads.services.rollouts import ROLLING, Rollout, beside, charge, require_canary
from apps.workloads.specs import build
from kernel.errors import Refused, RefusedMany
from orchestration.policy import judge
from orchestration.render import render_job
from orchestration.specs import AppSpec, Resources


@dataclass(frozen=True)
class Plan:
    """A release to be: everything checked, nothing kept yet but members' uploads."""

    template_version: TemplateVersion
    parameters: Mapping[str, Any]
    resources: Resources
    driver: str
    approval: str  #: the template's rule: within-quota or always
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    rollout: Rollout = ROLLING
    standing: tuple[Resources, ...] = ()  #: what runs beside its canaries; nothing where it has none

    def amounts(self) -> dict[str, int]:
        """What the quota is charged, by dimension."""
        return charge(self.resources, self.standing).as_dict()

    def payload(self) -> dict[str, Any]:
        """What a request keeps of it."""
        return {
            "template": self.template_version.template.slug,
            "version": self.template_version.version,
            "template_version": str(self.template_version.id),
            "parameters": dict(self.parameters),
            "resources": vars(self.resources),
            "files": list(self.files),
            "driver": self.driver,
            **self.rollout.payload(),
        }


def plan(
    *,
    person: Person,
    project: Project,
    app: App,
    template_version: TemplateVersion,
    parameters: Mapping[str, Any],
    resources: Mapping[str, Any] | None,
    uploads: Mapping[str, UUID],
    rollout: Rollout = ROLLING,
    copied: Collection[UUID] = (),
) -> Plan:
    """Check an answer to a template's questions. `app` need not be saved.

    `copied` names files of another project that the caller may take over from one of its apps.

    Raises RefusedMany with everything that is wrong, each with its field.
    """
    manifest = catalogue.manifest(template_version)
    refusals: list[Refused] = []
    given = _collect(refusals, lambda: _uploads(project, uploads, _named(app) | frozenset(copied)), {})
    context = questions.MemberContext(person.name, person.email, project.name)
    language = get_language() or "en"
    cleaned = _collect(
        refusals, lambda: questions.check(manifest, parameters, context, language, uploads=given), {}
    )
    size = _collect(refusals, lambda: catalogue.resources_of(manifest, resources), None)
    driver = _collect(refusals, lambda: catalogue.choose_runtime(manifest, settings.ALLOWED_DRIVERS), "")
    _collect(refusals, lambda: catalogue.require_database(manifest, catalogue.lab_database()), None)
    _collect(refusals, lambda: _zips(manifest, given), None)
    _collect(refusals, lambda: _volumes(manifest), None)
    if refusals or size is None:
        raise RefusedMany(refusals)
    files, standing = _described(manifest, given), beside(app, rollout)
    made = Plan(template_version, cleaned, size, driver, manifest.approval, given, files, rollout, standing)
    job = draft_job(app, made)
    require_canary(job, rollout)
    _require_allowed(job)
    return made


def keep_files(planned: Plan, *, person: Person, project: Project) -> Plan:
    """Store what the portal makes from a member's text, beside their uploads."""
    manifest = catalogue.manifest(planned.template_version)
    files = list(planned.files)
    for made in catalogue.made_files(manifest, planned.parameters, planned.uploads):
        upload = kept_files.store(
            person_id=person.id, project_id=project.id, file=ContentFile(made.content), name=made.filename
        )
        files.append(_entry(made.name, "", upload))
    return replace(planned, files=tuple(files))


def check_policy(app: App, planned: Plan) -> None:
    """Judge the job that this release would be. Raises Refused("policy.refused") with what forbids it."""
    _require_allowed(draft_job(app, planned))


def _require_allowed(job: Mapping[str, Any]) -> None:
    violations = judge(job, lab.rules())
    if violations:
        codes = ", ".join(dict.fromkeys(each.code for each in violations))
        paths = "; ".join(f"{each.path}: {each.value}" for each in violations)
        raise Refused("policy.refused", field="template", rules=codes, detail=paths[:500])


def draft_job(app: App, planned: Plan) -> dict[str, Any]:
    """The job that this release would be: judged, and shown to whoever asks for it."""
    return render_job(draft_spec(app, planned))


def draft_spec(app: App, planned: Plan) -> AppSpec:
    """The spec that this release would be."""
    spec = build(app, draft_release(app, planned))
    return replace(spec, strategy="canary" if planned.standing else "rolling", promoted=False)


def draft_release(app: App, planned: Plan) -> Release:
    """The release, not saved: files that the portal makes of a member's text are among its files."""
    files = _whole(planned)
    return Release(
        app=app,
        number=(app.release.number if app.release else 0) + 1,
        template_version=planned.template_version,
        parameters=dict(planned.parameters),
        resources=vars(planned.resources),
        files=files,
        files_key=files_key(app, files, planned.rollout.restores),
        driver=planned.driver,
        auto_promote=planned.rollout.auto_promote,
    )


def files_key(app: App, files: Sequence[Mapping[str, Any]], restores: int | None = None) -> str:
    """A right to read these files: 256 random bits.

    That of the release before, or of one that comes back, where it has the same files: for another address
    Nomad would replace every copy.
    """
    restored = app.releases.filter(number=restores).first() if restores else None
    for release in (restored, app.release):
        if release is not None and files and _content(release.files) == _content(files):
            return release.files_key
    return secrets.token_hex(32)


def _content(files: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((each["name"], each["sha256"], each["filename"]) for each in files)


def _whole(planned: Plan) -> list[Mapping[str, Any]]:
    """The files with those that keep_files would store."""
    manifest = catalogue.manifest(planned.template_version)
    kept = {each["name"] for each in planned.files}
    made = catalogue.made_files(manifest, planned.parameters, [each["parameter"] for each in planned.files])
    entries = [
        {"name": each.name, "parameter": "", "upload": "", "sha256": each.sha256, "filename": each.filename}
        for each in made
        if each.name not in kept
    ]
    return [*planned.files, *entries]


def _collect(refusals: list[Refused], work: Callable[[], Any], otherwise: Any) -> Any:
    """Do it, and note what it refuses."""
    try:
        return work()
    except RefusedMany as many:
        refusals += many.refusals
    except Refused as refused:
        refusals.append(refused)
    return otherwise


def _named(app: App) -> frozenset[UUID]:
    """The files that the app has already: they came with it where it was handed over."""
    return frozenset(UUID(each["upload"]) for each in app.release.files) if app.release else frozenset()


def _uploads(project: Project, uploads: Mapping[str, UUID], known: frozenset[UUID]) -> dict[str, Upload]:
    """The files named, by parameter; only those of the same project are found, and those `known`."""
    if not uploads:
        return {}
    theirs = Q(project_id=project.id) | Q(id__in=known)
    rows = {row.id: row for row in Upload.objects.filter(theirs, id__in=uploads.values())}
    for parameter, upload_id in uploads.items():
        if upload_id not in rows:
            raise Refused("upload.missing", field=f"parameters.{parameter}")
    return {parameter: rows[upload_id] for parameter, upload_id in uploads.items()}


def _volumes(manifest: catalogue.Manifest) -> None:
    """A volume on the lab's storage needs the lab's plugin."""
    if not settings.CSI_PLUGIN_ID and any(each.kind == "csi" for each in manifest.volumes):
        raise Refused("volume.no_csi", field="template")


def _zips(manifest: catalogue.Manifest, given: Mapping[str, Upload]) -> None:
    """What a node will unpack is looked through here, whoever stored it."""
    for rule in manifest.files:
        upload = given.get(rule.upload) if rule.upload else None
        if rule.unpack and upload is not None:
            asked = manifest.parameter(rule.upload or "")
            contains = asked.upload.contains if asked and asked.upload else ()
            field = f"parameters.{rule.upload}"
            kept_files.check_kept_zip(upload.sha256, field=field, contains=contains)


def _described(manifest: catalogue.Manifest, given: Mapping[str, Upload]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        _entry(rule.name, rule.upload, given[rule.upload])
        for rule in manifest.files
        if rule.upload and rule.upload in given
    )


def _entry(name: str, parameter: str, upload: Upload) -> dict[str, Any]:
    return {
        "name": name,
        "parameter": parameter,
        "upload": str(upload.id),
        "sha256": upload.sha256,
        "filename": upload.name,
    }
