"""How long a decision usually takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.approvals.enums import Move
from apps.approvals.models import Decision, Message

WINDOW_DAYS = 90
FEWEST = 3  #: decisions below which nothing is said


class Median(Aggregate):
    """PostgreSQL's percentile_cont(0.5)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Usual:
    """The median from asking to a person's verdict, over the last WINDOW_DAYS."""

    decisions: int
    median: timedelta | None  #: none where there were too few decisions to say

    @property
    def median_s(self) -> int | None:
        """In seconds."""
        return None if self.median is None else round(self.median.total_seconds())


def usual(now: datetime | None = None) -> Usual:
    """What is usual now. Decisions by rule take no time and do not count."""
    since = (now or timezone.now()) - timedelta(days=WINDOW_DAYS)
    sent = Message.objects.filter(request=OuterRef("request"), move=Move.SUBMIT).order_by("at").values("at")
    asked = Coalesce(Subquery(sent[:1]), F("request__created_at"))  # a draft waits for nobody
    taken = ExpressionWrapper(F("at") - asked, output_field=DurationField())
    by_people = Decision.objects.filter(decider__isnull=False, at__gte=since)
    found = by_people.aggregate(n=Count("id"), median=Median(taken))
    return Usual(found["n"], found["median"] if found["n"] >= FEWEST else None)
