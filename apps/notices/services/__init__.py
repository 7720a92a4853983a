"""What changes in this room: people are told, mails leave, notices are read."""

from apps.notices.services.notifying import notify, notify_address
from apps.notices.services.outbox import deliver_one, enqueue, try_again
from apps.notices.services.reading import forget, mark_read, set_preferences, stop
from apps.notices.services.sending import send_due

__all__ = [
    "deliver_one",
    "enqueue",
    "forget",
    "mark_read",
    "notify",
    "notify_address",
    "send_due",
    "set_preferences",
    "stop",
    "try_again",
]
