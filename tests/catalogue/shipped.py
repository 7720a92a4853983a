"""The templates that the project ships, filled in as a member would."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apps.catalogue.composing import GivenFile, Pieces, Surroundings, compose, made_files, resources_of
from apps.catalogue.manifests.model import Docker, Manifest
from apps.catalogue.manifests.read import Sound, read
from apps.catalogue.parameters import MemberContext, check
from kernel.names import OutsideNames
from orchestration.specs import AppSpec, Placement

FOLDER = Path(__file__).parents[2] / "templates" / "catalogue"
SLUGS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
ALICE = MemberContext("Alice Example", "alice@lab.example", "Genomics")
FILES_URL = "https://portal.lab.example"
RUNTIMES = "/opt/paillasse/runtimes"
ANSWERS: dict[str, dict[str, Any]] = {"static-site": {"text": "Hello from the bench."}}


@dataclass(frozen=True)
class Sent:
    """An uploaded file."""

    name: str
    size: int = 10


@cache
def template(slug: str) -> Sound:
    """A shipped template, read as the loader reads it."""
    return read(FOLDER / slug)


def ways() -> list[tuple[str, str]]:
    """Every shipped template with every driver that can run it."""
    found = []
    for slug in SLUGS:
        for runtime in template(slug).manifest.runtimes:
            found += [
                (slug, driver)
                for driver in (["docker"] if isinstance(runtime, Docker) else ["exec", "raw_exec"])
            ]
    return found


def uploads(manifest: Manifest) -> dict[str, Sent]:
    """A file for each parameter that demands one."""
    asked = [each for each in manifest.parameters if each.upload and each.required]
    return {each.name: Sent(f"my {each.name}{each.upload.kinds[0]}") for each in asked if each.upload}


def composed(slug: str, driver: str) -> Pieces:
    """The pieces of a release with alice's answers and the default size."""
    manifest = template(slug).manifest
    sent = uploads(manifest)
    answers = check(manifest, ANSWERS.get(slug, {}), ALICE, uploads=sent)
    files = [
        GivenFile(rule.name, sent[rule.upload].name, f"{FILES_URL}/files/key/{'a' * 64}/data.bin", "a" * 64)
        for rule in manifest.files
        if rule.upload in sent
    ]
    files += [
        GivenFile(
            made.name, made.filename, f"{FILES_URL}/files/key/{made.sha256}/{made.filename}", made.sha256
        )
        for made in made_files(manifest, answers, sent)
    ]
    around = Surroundings("wiki", "wiki.apps.lab.example", "https://wiki.apps.lab.example", RUNTIMES)
    return compose(
        manifest,
        driver=driver,
        parameters=answers,
        resources=resources_of(manifest),
        files=files,
        around=around,
    )


def spec(slug: str, driver: str) -> AppSpec:
    """The whole spec of a first release."""
    manifest = template(slug).manifest
    return AppSpec(
        names=OutsideNames("genomics-wiki--abc234"),
        app_id="00000000-0000-4000-8000-0000000000aa",
        project_id="00000000-0000-4000-8000-0000000000bb",
        project_slug="genomics",
        template=slug,
        template_version=manifest.version,
        release=1,
        resources=resources_of(manifest),
        placement=Placement(driver=driver, runtimes_dir=RUNTIMES),
        **vars(composed(slug, driver)),
    )
