"""Releases: what differs, back to any of them, another number of copies, another version of the template."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.base import uploads
from apps.base.models import Upload
from apps.base.uploads import path_of
from apps.catalogue.models import Template, TemplateVersion
from apps.catalogue.services import load
from apps.quotas.models import Counter
from apps.workloads import services
from apps.workloads.differences import difference
from apps.workloads.models import App, Observation, Release
from kernel.errors import Conflict, Missing, QuotaExceeded, Refused, RefusedMany
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

RUNNING = ObservedState.RUNNING


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


def newest(app: App) -> Release:
    return Release.objects.filter(app=app).select_related("template_version").latest("number")


def change(person: Person, app: App, **more: Any) -> Any:
    return approvals.submit_change(actor=actor(person), person=person, app_id=app.id, **more)


def back(person: Person, app: App, number: int, **more: Any) -> Any:
    return approvals.roll_back(actor=actor(person), person=person, app_id=app.id, number=number, **more)


def scale(person: Person, app: App, count: int, **more: Any) -> Any:
    return approvals.scale(actor=actor(person), person=person, app_id=app.id, count=count, **more)


def table(person: Person, app: App, text: bytes = b"a,b\n1,2\n") -> Upload:
    return uploads.store(
        person_id=person.id, project_id=app.project_id, file=ContentFile(text), name="table.csv"
    )


def version(number: str, **changes: Any) -> TemplateVersion:
    """Another version of the template `page`, which is its current one from now on."""
    template = Template.objects.get(slug="page")
    content = catalogue.manifest(version=number, **changes)
    made = TemplateVersion.objects.create(
        template=template, version=number, digest=f"page-{number}", manifest=content
    )
    template.current = made
    template.save()
    return made


def parameters(**properties: Any) -> dict[str, Any]:
    base = catalogue.manifest()["parameters"]
    kept = {name: each for name, each in base["properties"].items() if name != "data"}
    return {**base, "required": [], "properties": {**kept, **properties}}


def two_releases(chain: Chain, alice: Person) -> App:
    app = submit(alice).app
    chain.until(app, RUNNING)
    change(alice, app, parameters={"title": "New"}, resources={"size": "L"})
    chain.until(app, RUNNING)
    return App.objects.get(id=app.id)


def test_back_to_a_release_is_a_new_release_with_its_content(chain: Chain, alice: Person) -> None:
    app = two_releases(chain, alice)
    back(alice, app, 1)
    seen = chain.until(app, RUNNING)
    release = newest(app)
    assert (release.number, release.restores, seen.serves) == (3, 1, 3)
    assert (release.parameters, release.resources["cpu_mhz"]) == ({"title": "Hello"}, 100)
    assert release.reason == "rollback to 1"
    assert difference(release, Release.objects.get(app=app, number=1)) == ()


def test_what_differs_is_named_with_both_sides(chain: Chain, alice: Person) -> None:
    app = two_releases(chain, alice)
    first, second = Release.objects.filter(app=app).order_by("number")
    found = [(each.kind, each.name, each.before, each.after) for each in difference(second, first)]
    assert found == [
        ("parameter", "title", "Hello", "New"),
        ("resource", "cpu_mhz", 100, 400),
        ("resource", "memory_mib", 64, 256),
    ]
    second.parameters = {"title": "New", "api_token": "abc"}
    hidden = [each.after for each in difference(second, first) if each.name == "api_token"]
    assert "abc" not in str(hidden), "what looks like a secret is hidden"


@pytest.mark.parametrize("number", [9, 0])
def test_back_to_what_never_was(chain: Chain, alice: Person, number: int) -> None:
    app = two_releases(chain, alice)
    with pytest.raises(Missing, match=r"release\.missing"):
        back(alice, app, number)


def test_back_to_what_is_wanted_already(chain: Chain, alice: Person) -> None:
    app = two_releases(chain, alice)
    with pytest.raises(Conflict, match=r"release\.wanted"):
        back(alice, app, 2)


def test_a_stranger_sees_no_release_to_go_back_to(chain: Chain, alice: Person, charlie: Person) -> None:
    app = two_releases(chain, alice)
    with pytest.raises(Missing):
        back(charlie, app, 1)


def left_as_it_was(app: App) -> None:
    assert newest(app).number == 2
    seen = Observation.objects.get(app=app)
    assert (seen.state, seen.serves) == ("running", 2)
    assert App.objects.get(id=app.id).generation == 2


def test_back_where_the_quota_no_longer_allows(chain: Chain, alice: Person) -> None:
    app = submit(alice, resources={"size": "L"}).app
    chain.until(app, RUNNING)
    change(alice, app, resources={"size": "S"})
    chain.until(app, RUNNING)
    Counter.objects.filter(project=app.project, dimension="cpu_mhz").update(limit=200, base_limit=200)
    with pytest.raises(QuotaExceeded) as refused:
        back(alice, app, 1)
    assert [each.dimension for each in refused.value.shortfalls] == ["cpu_mhz"]
    left_as_it_was(app)


def test_back_where_the_policy_no_longer_allows(chain: Chain, alice: Person, settings: Any) -> None:
    app = two_releases(chain, alice)
    settings.ALLOWED_IMAGES = ["elsewhere/"]
    with pytest.raises(Refused, match=r"policy\.refused"):
        back(alice, app, 1)
    left_as_it_was(app)


def test_back_where_the_template_is_gone(chain: Chain, alice: Person) -> None:
    app = two_releases(chain, alice)
    Template.objects.filter(slug="page").update(withdrawn_at=timezone.now())
    with pytest.raises(Conflict, match=r"release\.template_gone"):
        back(alice, app, 1)
    left_as_it_was(app)


def test_back_where_a_file_is_gone(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    kept = table(alice, app)
    chain.until(app, RUNNING)
    change(alice, app, uploads={"data": kept.id})
    change(alice, app, uploads={"data": None})
    chain.until(app, RUNNING)
    default_storage.delete(path_of(kept.sha256))
    with pytest.raises(Conflict, match=r"release\.file_gone") as refused:
        back(alice, app, 2)
    assert refused.value.params["filename"] == "table.csv"
    assert newest(app).number == 3


def test_a_release_with_the_same_files_replaces_no_copy_for_them(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    change(alice, app, uploads={"data": table(alice, app).id})
    chain.until(app, RUNNING)
    before = [each.id for each in chain.lab.jobs.jobs[app.slug].current()]
    scale(alice, app, 2)
    chain.until(app, RUNNING)
    assert set(before) < {each.id for each in chain.lab.jobs.jobs[app.slug].current()}
    second, third = Release.objects.filter(app=app, number__gte=2).order_by("number")
    assert second.files_key == third.files_key


def test_more_copies_run_and_are_charged(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    foreseen = scale(alice, app, 3, dry_run=True)
    assert foreseen.operation is None
    assert {each.dimension: each.asked for each in foreseen.projections}["cpu_mhz"] == 200
    scale(alice, app, 3)
    chain.until(app, RUNNING)
    assert len(chain.lab.jobs.jobs[app.slug].current()) == 3


@pytest.mark.parametrize(
    ("count", "code"),
    [
        pytest.param(5, r"resources\.maximum", id="more than the template allows"),
        pytest.param(0, r"resources\.minimum", id="none: stopping is another verb"),
    ],
)
def test_a_count_beyond_the_bounds_names_the_field(
    chain: Chain, alice: Person, count: int, code: str
) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    with pytest.raises(RefusedMany) as refused:
        scale(alice, app, count)
    assert [(each.field, bool(each.code)) for each in refused.value.refusals] == [("count", True)]
    assert newest(app).number == 1


def test_copies_of_what_does_not_run_are_not_counted_anew(chain: Chain, alice: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    services.stop(actor=actor(alice), app_id=app.id)
    with pytest.raises(Conflict, match=r"app\.not_now"):
        scale(alice, app, 2)
    services.start(actor=actor(alice), app_id=app.id)
    with pytest.raises(Refused, match=r"scale\.same"):
        scale(alice, app, 1)


def test_an_answer_that_vanished_is_refused_or_dropped_with_a_word(chain: Chain, alice: Person) -> None:
    catalogue_title = {"type": "string", "maxLength": 50, "x-portal": {"label": {"fr": "Nom", "en": "Name"}}}
    app = submit(alice).app
    chain.until(app, RUNNING)
    changed = {**catalogue.manifest()["parameters"], "required": [], "properties": {"name": catalogue_title}}
    version("1.1.0", parameters=changed, env={}, files=[], secrets=[])
    with pytest.raises(RefusedMany) as refused:
        change(alice, app, version="1.1.0")
    assert [(each.code, each.field) for each in refused.value.refusals] == [
        ("parameter.vanished", "parameters.title")
    ]
    assert newest(app).number == 1
    seen = change(alice, app, version="1.1.0", drop_vanished=True, dry_run=True)
    assert seen.vanished == ("title",)
    change(alice, app, version="1.1.0", drop_vanished=True)
    chain.until(app, RUNNING)
    assert newest(app).parameters == {}


def test_one_call_upgrades_one_app(chain: Chain, alice: Person, bob: Person, charlie: Person) -> None:
    """As the room of fleets does it: an admin, no request, no decider."""
    app = submit(alice).app
    chain.until(app, RUNNING)
    version("1.1.0", runtimes=[{"driver": "docker", "image": "paillasse/page:2"}])
    with pytest.raises(Missing):
        services.upgrade(actor=actor(charlie), person=charlie, app_id=app.id, version="1.1.0")
    services.upgrade(actor=actor(bob), person=bob, app_id=app.id, version="1.1.0", reason="patch")
    seen = chain.until(app, RUNNING)
    release = newest(app)
    assert (release.template_version.version, release.reason, seen.serves) == ("1.1.0", "patch", 2)
    assert release.parameters == {"title": "Hello"}
    with pytest.raises(Refused, match=r"version\.same"):
        services.upgrade(actor=actor(bob), person=bob, app_id=app.id, version="1.1.0")


def test_an_upgrade_that_does_not_fit_leaves_the_app(chain: Chain, alice: Person, bob: Person) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    needed = {"type": "string", "maxLength": 50, "x-portal": {"label": {"fr": "Clé", "en": "Key"}}}
    asked = {**parameters(key=needed), "required": ["title", "key"]}
    version("2.0.0", parameters=asked, files=[])
    with pytest.raises(RefusedMany) as refused:
        services.upgrade(actor=actor(bob), person=bob, app_id=app.id, version="2.0.0")
    assert [each.field for each in refused.value.refusals] == ["parameters.key"]
    assert newest(app).number == 1


def test_after_its_day_no_new_app_is_made_of_a_version_and_old_ones_go_on(
    chain: Chain, alice: Person
) -> None:
    app = submit(alice).app
    chain.until(app, RUNNING)
    over = timezone.localdate() - timedelta(days=1)
    TemplateVersion.objects.update(deprecated_on=over)
    with pytest.raises(Refused, match=r"template\.deprecated"):
        submit(alice, "other")
    change(alice, app, parameters={"title": "Still"})
    chain.until(app, RUNNING)
    TemplateVersion.objects.update(deprecated_on=timezone.localdate())
    assert submit(alice, "other").app.name == "other", "the day itself still counts"


def test_after_its_day_no_app_is_brought_to_a_version_that_it_never_had(chain: Chain, alice: Person) -> None:
    """Else one asks for the new version and changes to the old one. The way back to what it had stays."""
    old = submit(alice, "old").app
    chain.until(old, RUNNING)
    version("2.0.0")
    TemplateVersion.objects.filter(version="1.0.0").update(
        deprecated_on=timezone.localdate() - timedelta(days=1)
    )
    new = submit(alice, "new").app
    chain.until(new, RUNNING)
    with pytest.raises(Refused, match=r"template\.deprecated") as refused:
        change(alice, new, version="1.0.0")
    assert refused.value.field == "version"
    change(alice, old, version="2.0.0")
    chain.until(old, RUNNING)
    back(alice, old, 1)
    assert newest(old).template_version.version == "1.0.0"


def test_the_folder_says_what_is_deprecated(db: None, tmp_path: Path) -> None:
    folder = tmp_path / "static-site"
    shutil.copytree(Path(__file__).parents[3] / "templates" / "catalogue" / "static-site", folder)
    load(tmp_path)
    digest = TemplateVersion.objects.get().digest
    text = (folder / "template.yaml").read_text()
    said = "deprecates:\n  - {version: 1.0.0, after: 2027-01-31, why: {fr: Prenez 2, en: Take 2}}\n"
    (folder / "template.yaml").write_text(text + said)
    assert load(tmp_path).problems == ()
    row = TemplateVersion.objects.get()
    assert (str(row.deprecated_on), row.deprecation["en"], row.digest) == ("2027-01-31", "Take 2", digest)
    (folder / "template.yaml").write_text(text)
    load(tmp_path)
    assert TemplateVersion.objects.get().deprecated_on is None
