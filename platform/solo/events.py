"""The event stream's buffer: the last hundred batches, as a Nomad server keeps them by default."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

BUFFER = 100  # event_buffer_size of a Nomad server
_ALL = "*"


@dataclass(frozen=True)
class Event:
    """One thing that happened to one object."""

    topic: str
    type: str
    key: str
    namespace: str
    filter_keys: tuple[str, ...] | None
    payload: dict[str, Any]

    def json(self, index: int) -> dict[str, Any]:
        """As the stream writes it."""
        return {
            "FilterKeys": None if self.filter_keys is None else list(self.filter_keys),
            "Index": index,
            "Key": self.key,
            "Namespace": self.namespace,
            "Payload": self.payload,
            "Topic": self.topic,
            "Type": self.type,
        }


@dataclass(frozen=True)
class Subscription:
    """What a listener wants: topic -> keys (`*` for any), in one namespace or in several."""

    topics: dict[str, frozenset[str]]
    namespaces: frozenset[str]  #: holds `*` for all

    def wants(self, event: Event) -> bool:
        """Whether this event goes to this listener. Objects of no namespace go to all."""
        if event.namespace and not ({_ALL, event.namespace} & self.namespaces):
            return False
        keys = self.topics.get(event.topic, frozenset()) | self.topics.get(_ALL, frozenset())
        return bool(keys & {_ALL, event.key, *(event.filter_keys or ())})


class Buffer:
    """Batches of events by index, oldest forgotten first."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, list[Event]]] = deque(maxlen=BUFFER)

    def add(self, index: int, events: Iterable[Event]) -> None:
        """Remember what one change brought about."""
        batch = list(events)
        if batch:
            self._batches.append((index, batch))

    def after(self, index: int) -> list[tuple[int, list[Event]]]:
        """The batches of a greater index, oldest first."""
        return [(at, events) for at, events in list(self._batches) if at > index]
