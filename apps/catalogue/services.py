"""Loading templates: each version is pinned by its digest, and never changes while something uses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.db.models import ForeignObjectRel
from django.utils import timezone

from apps.catalogue.manifests.problems import BrokenTemplate, Problem
from apps.catalogue.manifests.read import Sound, read
from apps.catalogue.models import LoadError, Template, TemplateVersion

_LOCK = 0x50A1CA7A  # PostgreSQL advisory lock: one load at a time, from any process


@dataclass(frozen=True)
class LoadReport:
    """What a load did, by the templates' slugs, and what it refused."""

    added: tuple[str, ...]  #: `slug version` of each new version
    replaced: tuple[str, ...]  #: the same version with another content, which nothing used
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]  #: their folder is gone; what runs of them keeps running
    problems: tuple[Problem, ...]


def load(folder: Path) -> LoadReport:
    """Load every template below the folder. A broken one is reported and the others load.

    Nothing is withdrawn where the folder itself cannot be read or is empty: that is no proof that anybody
    meant it.
    """
    found, broken, problems = _read(folder)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # What a page must not wait for, this may: another load ends, and then this one has little to do.
            cursor.execute("SET LOCAL lock_timeout = '1min'; SET LOCAL statement_timeout = '1min'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        outcomes: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": []}
        for sound in found:
            try:
                outcomes[_store(sound)].append(f"{sound.manifest.slug} {sound.manifest.version}")
            except BrokenTemplate as error:
                problems += error.problems
        withdrawn = _withdraw({each.manifest.slug for each in found} | broken) if found or broken else ()
        _keep(problems)
    kept = {name: tuple(slugs) for name, slugs in outcomes.items()}
    return LoadReport(**kept, withdrawn=withdrawn, problems=tuple(problems))


def _read(folder: Path) -> tuple[list[Sound], set[str], list[Problem]]:
    """The sound templates, the names of the broken ones, and what is wrong with them."""
    found: list[Sound] = []
    broken: set[str] = set()
    problems: list[Problem] = []
    try:
        folders = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    except OSError as error:
        reason = {
            "fr": f"Dossier illisible : {error.strerror}.",
            "en": f"Unreadable folder: {error.strerror}.",
        }
        return found, broken, [Problem(folder.name, "", reason)]
    for each in folders:
        try:
            found.append(read(each))
        except BrokenTemplate as error:
            broken.add(each.name)
            problems += error.problems
    return found, broken, problems


def _store(sound: Sound) -> str:
    """Make the rows say what the folder says. Raises BrokenTemplate for a used version that changed."""
    manifest = sound.manifest
    template, _ = Template.objects.select_for_update(of=("self",)).get_or_create(
        slug=manifest.slug,
        defaults={"kind": manifest.kind, "title": manifest.title, "summary": manifest.summary},
    )
    row = (
        TemplateVersion.objects.select_for_update()
        .filter(template=template, version=manifest.version)
        .first()
    )
    outcome = "added" if row is None else "unchanged"
    if row is not None and row.digest != sound.digest:
        if _used(row):
            raise BrokenTemplate((_changed(sound),))
        Template.objects.filter(current=row).update(current=None)
        row.delete()
        row, outcome = None, "replaced"
    if row is None:
        row = TemplateVersion.objects.create(
            template=template,
            version=manifest.version,
            digest=sound.digest,
            manifest=sound.data,
            changes=manifest.changes,
        )
    _show(template, row, sound)
    _deprecate(template, sound)
    return outcome


def _deprecate(template: Template, sound: Sound) -> None:
    """What the folder says now; what it says no more is offered as before."""
    told = {each.version: each for each in sound.manifest.deprecates}
    for row in template.versions.all():
        each = told.get(row.version)
        row.deprecated_on = date.fromisoformat(each.after) if each else None
        row.deprecation = dict(each.why) if each else {}
        row.save(update_fields=("deprecated_on", "deprecation"))


def _used(row: TemplateVersion) -> bool:
    """Whether any row but its own template's points at the version."""
    for relation in TemplateVersion._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's documented API
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not Template:
            rows = relation.related_model._base_manager  # noqa: SLF001 - the same
            if rows.filter(**{relation.field.name: row}).exists():
                return True
    return False


def _changed(sound: Sound) -> Problem:
    version = sound.manifest.version
    return Problem(
        f"{sound.manifest.slug}/template.yaml",
        "$.version",
        {
            "fr": f"La version {version} sert déjà et son contenu a changé : augmentez-la.",
            "en": f"Version {version} is in use and its content was changed: raise the version.",
        },
    )


def _show(template: Template, row: TemplateVersion, sound: Sound) -> None:
    manifest = sound.manifest
    template.kind = manifest.kind
    template.title, template.summary = dict(manifest.title), dict(manifest.summary)
    template.icon, template.current, template.withdrawn_at = sound.icon, row, None
    template.save()


def _withdraw(standing: set[str]) -> tuple[str, ...]:
    gone = Template.objects.filter(withdrawn_at=None).exclude(slug__in=standing)
    slugs = tuple(gone.order_by("slug").values_list("slug", flat=True))
    gone.update(withdrawn_at=timezone.now())
    return slugs


def _keep(problems: Iterable[Problem]) -> None:
    """The problems of this load take the place of the last one's."""
    LoadError.objects.all().delete()
    LoadError.objects.bulk_create(
        LoadError(
            folder=each.file.split("/", 1)[0][:100],
            file=each.file[:200],
            field=each.field[:300],
            reason=dict(each.reason),
        )
        for each in problems
    )
