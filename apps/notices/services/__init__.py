"""What changes in this room: people are told, mails leave, notices are read."""

from apps.notices.services.notifying import notify, notify_address
from apps.notices.services.outbox import TRIES_MAX, deliver_one, enqueue

__all__ = ["TRIES_MAX", "deliver_one", "enqueue", "notify", "notify_address"]
