"""A secret that changed is a release: the same app, and the names of what was set; values are never here."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.workloads.enums import Desired, OperationKind, Strategy
from apps.workloads.models import App, Operation, Release
from apps.workloads.services import operations
from apps.workloads.services.declare import advance
from apps.workloads.services.rollouts import hold_back_again
from apps.workloads.specs import build, job_digest
from apps.workloads.transitions import VERBS
from kernel.actors import Actor
from kernel.errors import Conflict


def require_standing(app: App) -> None:
    """Raise Conflict where there is nothing whose secrets could change."""
    if app.release is None or app.desired not in VERBS[OperationKind.CHANGE].sources:
        raise Conflict("app.not_now", verb="rotate", desired=app.desired)


@transaction.atomic
def note_secrets(*, actor: Actor, app_id: UUID, names: Sequence[str]) -> Operation:
    """Make the next release after secrets were written; the state that is wanted stays. Raises Conflict.

    The files and their key are the ones before: no allocation is replaced for them.
    """
    related = App.objects.select_related("project", "template", "release__template_version")
    app = related.select_for_update(no_key=True, of=("self",)).get(id=app_id)
    require_standing(app)
    held = app.desired == Desired.PRESENT and hold_back_again(app)
    release = app.release = _next(app, actor, names, held=held)
    advance(app=app, actor=actor, desired=Desired(app.desired))
    operations.cancel_open(app=app)
    made = operations.open_operation(
        app=app, kind=OperationKind.CHANGE, actor=actor, generation=app.generation
    )
    told = ", ".join(names)
    operations.tell(app=app, code="app.secrets_set", actor=actor, number=release.number, names=told)
    audit.record(
        actor=actor,
        verb="app.released",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        before={"release": release.number - 1},
        after={"release": release.number, "secrets": list(names)},
    )
    return made


def _next(app: App, actor: Actor, names: Sequence[str], *, held: bool) -> Release:
    now: Release = app.release  # type: ignore[assignment]  # require_standing has looked
    newest = app.releases.order_by("-number").values_list("number", flat=True).first() or 0
    release = Release(
        app=app,
        number=newest + 1,
        template_version=now.template_version,
        parameters=now.parameters,
        resources=now.resources,
        files=now.files,
        files_key=now.files_key,
        driver=now.driver,
        secrets=list(names),
        strategy=now.strategy if held else Strategy.ROLLING,
        auto_promote=held and now.auto_promote,
        author_label=actor.label[:200],
        author_id=actor.id,
    )
    release.job_digest = job_digest(build(app, release))
    release.save()
    return release
