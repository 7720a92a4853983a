"""What volumes hold: asked for by a person or because the last measure is old, and noted."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit import services as audit
from apps.volumes.models import Use
from apps.workloads.enums import Desired
from apps.workloads.models import AppVolume
from apps.workloads.services.access import locked
from kernel.actors import Actor

AT_ONCE = 4  #: measures of the clock's under way: a lab of 300 volumes is through in an hour


@transaction.atomic
def measure(*, actor: Actor, app_id: UUID) -> int:
    """Have an app's volumes measured now; returns how many. Raises Missing, Forbidden, Conflict."""
    app = locked(actor=actor, app_id=app_id, action="operate")
    found = list(AppVolume.objects.filter(app=app, deleted_at__isnull=True))
    now = timezone.now()
    for volume in found:
        ask(volume, now)
    audit.record(
        actor=actor,
        verb="volume.measure",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
    )
    return len(found)


def ask(volume: AppVolume, now: datetime) -> None:
    """Ask once; a second asking joins the first."""
    use, _made = Use.objects.get_or_create(volume=volume)
    Use.objects.filter(pk=use.pk, asked_at__isnull=True, tidied=True).update(
        asked_at=now, work_id=uuid4(), tidied=False
    )


@transaction.atomic
def ask_due_measures(now: datetime) -> int:
    """Ask for what is older than settings.MEASURE_HOURS, a few at a time, where the app stands."""
    under_way = Use.objects.filter(asked_at__isnull=False).count()
    old = now - timedelta(hours=settings.MEASURE_HOURS)
    stands = [Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP]
    due = AppVolume.objects.filter(deleted_at__isnull=True, app__desired__in=stands).filter(
        Q(use__isnull=True, created_at__lt=now - timedelta(minutes=1))
        | Q(use__measured_at__lt=old)
        | Q(use__measured_at__isnull=True, use__asked_at__isnull=True, created_at__lt=old)
    )
    chosen = list(due.exclude(use__asked_at__isnull=False).order_by("use__measured_at")[:AT_ONCE])
    for volume in chosen[: max(0, AT_ONCE - under_way)]:
        ask(volume, now)
    return len(chosen)


def measured(use: Use, *, used_bytes: int, files: int) -> None:
    """Note what was found."""
    Use.objects.filter(pk=use.pk, work_id=use.work_id).update(
        used_bytes=used_bytes, files=files, measured_at=timezone.now(), asked_at=None, reason=""
    )


def unmeasured(use: Use, reason: str) -> None:
    """It came to nothing; what was known before stays, with its age."""
    Use.objects.filter(pk=use.pk, work_id=use.work_id).update(asked_at=None, reason=reason[:60])
