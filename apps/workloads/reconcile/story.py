"""What Nomad and Consul tell of an app's life, as lines of its timeline: each once, however often told."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from apps.workloads.models import App, AppEvent
from apps.workloads.services.wake import tell
from kernel.disarm import disarm
from kernel.redact import redact_text
from orchestration.ports import AllocState, Instance, TaskEvent

#: Nomad's types of task events that a reader wants to know of; the rest is how tasks are set up
KINDS: Mapping[str, str] = {
    "Started": "task.started",
    "Terminated": "task.ended",
    "Restarting": "task.restarting",
    "Restart Signaled": "task.restart_asked",
    "Killing": "task.killing",
    "Not Restarting": "task.given_up",
    "Driver Failure": "task.driver",
    "Setup Failure": "task.setup",
    "Failed Artifact Download": "task.download",
    "Alloc Unhealthy": "task.unhealthy",
}
OLD = timedelta(days=1)  #: what is older was told before, or is not news
MESSAGE_MAX = 300
TOLD_MAX = 2_000  #: lines of Nomad, Consul and Traefik that are kept of an app
THINNED_MAX = 50_000  #: lines that go in one turn


def note_tasks(allocations: Iterable[AllocState]) -> int:
    """Add what happened to their tasks; returns how many apps they are of."""
    by_slug: dict[str, list[AllocState]] = {}
    for each in allocations:
        by_slug.setdefault(each.job_id, []).append(each)
    apps = dict(App.objects.filter(slug__in=by_slug).values_list("slug", "id"))
    since = timezone.now() - OLD
    events = [
        line
        for slug, app_id in apps.items()
        for alloc in by_slug[slug]
        for task, told in alloc.tasks.items()
        for event in told
        if (line := _line(app_id, alloc, task, event)) is not None and line.at >= since
    ]
    _add(events)
    return len(apps)


def _line(app_id: UUID, alloc: AllocState, task: str, event: TaskEvent) -> AppEvent | None:
    code = KINDS.get(event.type)
    if code is None:
        return None
    if event.exit_code is not None and "OOM" in event.message:
        code = "task.memory"
    params = {"task": task, "copy": alloc.id[:8], "node": alloc.node_name, "message": _short(event.message)}
    if event.exit_code is not None:
        params["exit_code"] = str(event.exit_code)
    at = datetime.fromtimestamp(event.at_ns / 1e9, UTC)
    key = f"{alloc.id}:{task[:30]}:{event.at_ns}"
    return AppEvent(app_id=app_id, source="nomad", code=code, params=params, at=at, key=key)


def note_checks(slug: str, instances: Iterable[Instance]) -> None:
    """Add that the checks of a service pass, or what the first that fails says; where that changed.

    A new copy stands in Consul as critical and without a word until its check was made: that says nothing.
    """
    found = list(instances)
    app = App.objects.filter(slug=slug, gone_at=None).only("id").first() if found else None
    if app is None:
        return
    failing = [each for each in found if each.status != "passing" and each.output]
    if not failing and any(each.status != "passing" for each in found):
        return
    code = "check.failing" if failing else "check.passing"
    before = (
        AppEvent.objects.filter(app=app, source="consul", code__startswith="check.").order_by("-at").first()
    )
    if before is None and not failing:
        return  # that it passes for the first time is the step `Registered`
    if before is None or before.code != code:
        output = _short(failing[0].output) if failing else ""
        figures = {"failing": len(failing), "all": len(found), "message": output}
        AppEvent.objects.create(app=app, source="consul", code=code, params=figures)
        tell(app.id)


def thin() -> int:
    """Of what others told of an app keep the newest TOLD_MAX lines; returns how many went.

    A check that flaps tells thousands a day. What the portal did is kept as long as the app.
    """
    newest = Window(RowNumber(), partition_by="app_id", order_by=["-at", "-id"])
    numbered = AppEvent.objects.exclude(source="portal").annotate(number=newest)
    ids = [event.id for event in numbered.filter(number__gt=TOLD_MAX).only("id")[:THINNED_MAX]]
    return AppEvent.objects.filter(id__in=ids).delete()[0]


def _add(events: list[AppEvent]) -> None:
    """Those not known yet; pages are told of new ones alone."""
    keys = {each.key for each in events}
    known = set(AppEvent.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [each for each in events if each.key not in known]
    AppEvent.objects.bulk_create(fresh, ignore_conflicts=True)
    for app_id in {each.app_id for each in fresh}:
        tell(app_id)


def _short(text: str) -> str:
    return redact_text(disarm(text.replace("\n", " "), MESSAGE_MAX))
