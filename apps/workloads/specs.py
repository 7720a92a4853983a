"""From the rows of an app and one of its releases to the spec that rendering and the engine take."""

import hashlib
import json
import re

from django.conf import settings

from apps.catalogue import selectors as catalogue
from apps.workloads import lab
from apps.workloads.enums import Desired, VolumeKinds
from apps.workloads.models import App, AppVolume, Release
from kernel.names import OutsideNames
from orchestration.render import render_job
from orchestration.specs import AppSpec, Resources, Volume, VolumeKind

_USUAL_PORT = {"https": 443, "http": 80}


def host_of(name: str) -> str:
    """The public host of an app of that name."""
    return f"{name}.{settings.APPS_DOMAIN}"


def url_of(host: str) -> str:
    """The public address of a host, with the port where it is not the scheme's own."""
    port = "" if _USUAL_PORT.get(settings.APPS_SCHEME) == settings.APPS_PORT else f":{settings.APPS_PORT}"
    return f"{settings.APPS_SCHEME}://{host}{port}"


def around_name() -> tuple[str, str]:
    """What stands before and after the name in the address of an app."""
    before, _at, after = url_of(host_of("@")).partition("@")
    return before, after


def file_url(release: Release, sha256: str, filename: str) -> str:
    """Where the nodes fetch a file of a release; the same for the release's whole life (design 8.8)."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", filename.rpartition(".")[0]) or "file"
    ending = re.sub(r"[^A-Za-z0-9]+", "", filename.rpartition(".")[2])
    base = settings.FILES_URL.rstrip("/")
    return f"{base}/files/{release.files_key}/{sha256}/{plain[:80]}.{ending or 'bin'}"


def build(app: App, release: Release) -> AppSpec:
    """The spec of one release. Raises Refused for text that would mean something to Nomad."""
    manifest = catalogue.manifest(release.template_version)
    resources = Resources(**release.resources)
    host = app.host or host_of(app.name)
    pieces = catalogue.compose(
        manifest,
        driver=release.driver,
        parameters=release.parameters,
        resources=resources,
        files=_files(release),
        around=catalogue.Surroundings(
            name=app.name,
            host=host,
            url=url_of(host),
            runtimes_dir=settings.RUNTIMES_DIR,
            database=catalogue.lab_database(),
        ),
    )
    return AppSpec(
        names=OutsideNames(app.slug),
        app_id=str(app.id),
        project_id=str(app.project_id),
        project_slug=app.project.slug,
        template=manifest.slug,
        template_version=manifest.version,
        release=release.number,
        runtime=pieces.runtime,
        resources=resources,
        port=pieces.port,
        route=pieces.route,
        check=pieces.check,
        env=pieces.env,
        secrets=pieces.secrets,
        database=pieces.database,
        volumes=pieces.volumes,
        kept=_kept(app) if app.desired == Desired.ABSENT else (),
        files=pieces.files,
        placement=lab.placement(release.driver),
        edge=lab.edge(),
        healthy_deadline_s=pieces.healthy_deadline_s,
        kill_timeout_s=pieces.kill_timeout_s,
        shutdown_delay_s=pieces.shutdown_delay_s,
        strategy="canary" if 0 < app.generation == app.canary_generation else "rolling",
        auto_promote=release.auto_promote,
        promoted=0 < app.generation == app.promoted_generation,
        restart_token=app.restart_token,
    )


def _kept(app: App) -> tuple[Volume, ...]:
    """What the release does not mount, and goes with the app; nobody else asks for it."""
    rows = app.volumes.filter(mounted=False, deleted_at__isnull=True)
    return tuple(volume_of(row) for row in rows)


def volume_of(row: AppVolume) -> Volume:
    """A volume's row as the engine knows it."""
    kind: VolumeKind = "csi" if row.kind == VolumeKinds.CSI else "host"
    return Volume(row.name, row.size_mib, row.destination, kind)


def _files(release: Release) -> list[catalogue.GivenFile]:
    return [
        catalogue.GivenFile(
            name=each["name"],
            filename=each["filename"],
            url=file_url(release, each["sha256"], each["filename"]),
            sha256=each["sha256"],
        )
        for each in release.files
    ]


def job_digest(spec: AppSpec) -> str:
    """SHA-256 of the rendered job: two releases of one digest are the same to Nomad. Raises Refused."""
    text = json.dumps(render_job(spec), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
