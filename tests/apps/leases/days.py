"""A calendar that a test turns by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import time_machine
from django.utils import timezone

from apps.leases import services
from apps.notices.models import Outbox
from apps.workloads.models import App


class Calendar:
    """The time in this process, which stands still until it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        """The time, with its zone."""
        return timezone.now()

    def forward(self, **by: float) -> None:
        """Let time pass, or turn it back."""
        self._traveller.shift(timedelta(**by))

    def live(self, days: int, app: App | None = None) -> None:
        """Day by day, as the sweep looks and the post leaves."""
        for _day in range(days):
            self.forward(days=1)
            self.look()
        if app is not None:
            app.refresh_from_db()

    def look(self) -> int:
        """One pass of the sweep, and the mails leave."""
        done = services.follow(now=self.now)
        Outbox.objects.filter(sent_at=None).update(sent_at=self.now)
        return done


@contextmanager
def calendar() -> Iterator[Calendar]:
    """It begins at noon of today."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    with time_machine.travel(noon, tick=False) as traveller:
        yield Calendar(traveller)
