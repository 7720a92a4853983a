"""Every shipped template loads, speaks two languages, and makes a job that the lab's policy lets through."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from apps.catalogue.composing import choose_runtime, resources_of
from apps.catalogue.manifests.model import Docker, Exec
from apps.catalogue.parameters import form_class
from kernel.errors import Refused
from kernel.units import Amounts
from orchestration.policy import PolicyRules, judge
from orchestration.render import render_job
from tests.catalogue.shipped import ALICE, FILES_URL, FOLDER, SLUGS, composed, spec, template, ways

GOLDEN = Path(__file__).parent / "golden"
RUNTIMES = FOLDER.parents[1] / "deploy" / "runtimes"
IMAGES = ["elabftw", "keycloak", "mailpit", "openldap", "pgadmin4", "postgrest", "statuspage"]
HERE = ["data-explorer", "notebook", "static-site"]
DEFAULT_QUOTA = Amounts(apps=5, cpu_mhz=4000, memory_mib=4096, storage_mib=10240)


def test_the_ten_are_there() -> None:
    assert set(SLUGS) == {*HERE, *IMAGES}


def texts(data: Any, path: str = "$") -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(data, dict):
        if set(data) == {"fr", "en"}:
            yield path, data
        for key, value in data.items():
            yield from texts(value, f"{path}.{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts(value, f"{path}[{index}]")


@pytest.mark.parametrize("slug", SLUGS)
def test_french_is_written_as_french_is(slug: str) -> None:
    """No language is a copy of the other, and French has its spaces and quotation marks."""
    alike = {"Question", "Organisation", "Port", "Paris"}
    for path, text in texts(template(slug).data):
        french = text["fr"]
        assert french != text["en"] or french in alike, f"{path} is not translated"
        assert not re.search(r"\w[;!?»]|«\w", french), f"{path}: a space is missing in {french!r}"
        assert not re.search(r"[“”]", french), f"{path}: English quotation marks in {french!r}"


@pytest.mark.parametrize("slug", SLUGS)
def test_each_has_an_icon_and_a_form(slug: str) -> None:
    found = template(slug)
    assert found.icon.startswith("<svg")
    form = form_class(found.manifest, ALICE)()
    assert list(form.fields) == [each.name for each in found.manifest.parameters]


@pytest.mark.parametrize(("slug", "driver"), ways())
def test_composed_as_it_was_agreed(slug: str, driver: str) -> None:
    """A change of these files is a change of what runs: raise the template's version with it.

    After a change that is meant: `python -m tests.catalogue.golden` writes them anew.
    """
    kept = json.loads((GOLDEN / f"{slug}.{driver}.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(asdict(composed(slug, driver)))) == kept


def test_no_agreement_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {f"{slug}.{driver}" for slug, driver in ways()}


@pytest.mark.parametrize(("slug", "driver"), ways())
def test_the_policy_lets_the_job_through(slug: str, driver: str) -> None:
    wanted = spec(slug, driver)
    rules = PolicyRules(
        placement=wanted.placement,
        edge=wanted.edge,
        drivers=(driver,),
        image_prefixes=("docker.io/", "ghcr.io/", "quay.io/", "paillasse/"),
        apps_domain="apps.lab.example",
        files_url=FILES_URL,
    )
    assert judge(render_job(wanted), rules) == ()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_size_fits_its_bounds(slug: str) -> None:
    manifest = template(slug).manifest
    for name in manifest.sizing.sizes:
        size = resources_of(manifest, {"size": name})
        assert resources_of(manifest, asdict(size)) == size


@pytest.mark.parametrize("slug", HERE)
def test_one_machine_runs_three_within_a_first_quota(slug: str) -> None:
    manifest = template(slug).manifest
    assert choose_runtime(manifest, ["raw_exec"]) == "raw_exec"
    asked = resources_of(manifest).charge()
    assert all(
        amount <= limit for (_, amount), (_, limit) in zip(asked.items(), DEFAULT_QUOTA.items(), strict=True)
    )


@pytest.mark.parametrize("slug", IMAGES)
def test_images_alone_are_not_available_without_an_engine(slug: str) -> None:
    with pytest.raises(Refused) as told:
        choose_runtime(template(slug).manifest, ["raw_exec"])
    assert told.value.code == "runtime.unavailable"
    assert choose_runtime(template(slug).manifest, ["docker", "raw_exec"]) == "docker"


def test_runtimes_that_templates_name_are_in_the_house() -> None:
    for slug in SLUGS:
        for runtime in template(slug).manifest.runtimes:
            if isinstance(runtime, Exec):
                folder = RUNTIMES / runtime.runtime
                assert (folder / "requirements.txt").is_file()
                for value in runtime.args:
                    if value.file:
                        assert (folder / "files" / value.file.removeprefix("share/")).is_file()
            elif isinstance(runtime, Docker) and runtime.image.startswith("paillasse/"):
                name = runtime.image.removeprefix("paillasse/").split(":")[0]
                assert runtime.image in (RUNTIMES / name / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SLUGS)
def test_no_secret_has_a_value_in_the_pieces(slug: str) -> None:
    for name, driver in ways():
        if name == slug:
            found = composed(slug, driver)
            assert not {each.env for each in found.secrets} & set(found.env)
