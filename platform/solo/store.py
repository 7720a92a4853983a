"""solo's state: tables of JSON objects with Nomad's indexes, kept in SQLite so that they survive a restart.

Rows are never changed in place: a change puts a new dict. Readers therefore need no lock and no copy.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from solo.events import Buffer, Event

Row = dict[str, Any]
TABLES = (
    "jobs",
    "versions",
    "evals",
    "allocs",
    "deployments",
    "namespaces",
    "nodes",
    "volumes",
    "csi",
    "scaling",
    "handles",
)


_OF_JOB = ("evals", "allocs", "deployments")


class Store:
    """Tables by name, each a dict of rows by key. `index` grows by one at each change."""

    def __init__(self, path: Path) -> None:
        # Tasks may pass through this folder, and all jobs with the keys of their files stand in here. SQLite
        # gives its other files the mode of the first.
        path.touch(mode=0o600)
        for file in path.parent.glob(f"{path.name}*"):
            file.chmod(0o600)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS rows (tab TEXT, key TEXT, body TEXT, PRIMARY KEY (tab, key))"
        )
        self.lock = threading.RLock()
        self.index = 1
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in TABLES}
        self.table_index: dict[str, int] = dict.fromkeys(TABLES, 1)
        self.by_job: dict[str, dict[str, dict[str, None]]] = {name: {} for name in _OF_JOB}
        self.pending: dict[str, None] = {}  #: evaluations that wait for the scheduler, oldest first
        self.events = Buffer()
        self._listeners: list[Callable[[], None]] = []
        self._load()

    def _load(self) -> None:
        for tab, key, body in self._db.execute("SELECT tab, key, body FROM rows"):
            if tab == "meta":
                saved = json.loads(body)
                self.index = saved["index"]
                self.table_index.update(saved["tables"])
            else:
                self.tables[tab][key] = json.loads(body)
                self.note(tab, key, None, self.tables[tab][key])

    def note(self, table: str, key: str, old: Row | None, new: Row | None) -> None:
        """Keep the lookups by job and the scheduler's list in step with a row."""
        if table not in _OF_JOB:
            return
        for row, present in ((old, False), (new, True)):
            if row is not None:
                members = self.by_job[table].setdefault(f"{row['Namespace']}/{row['JobID']}", {})
                members.pop(key, None)
                if present:
                    members[key] = None
        if table == "evals":
            self.pending.pop(key, None)
            if new is not None and new["Status"] == "pending":
                self.pending[key] = None

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this after each change, from the thread that made it."""
        self._listeners.append(listener)

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """One atomic change of any number of rows, at one new index; told to listeners when it is done."""
        with self.lock:
            change = Change(self, self.index + 1)
            yield change
            change.commit(self._db)
        if change.writes:
            for listener in self._listeners:
                listener()

    def get(self, table: str, key: str) -> Row | None:
        """A row or nothing."""
        return self.tables[table].get(key)

    def rows(self, table: str) -> list[Row]:
        """All rows of a table, as they are now."""
        with self.lock:
            return list(self.tables[table].values())

    def volumes(self) -> list[Row]:
        """Volumes of both kinds."""
        return [*self.rows("volumes"), *self.rows("csi")]

    def of_job(self, table: str, job: str) -> list[Row]:
        """The evaluations, allocations or deployments of one job, by its key."""
        with self.lock:
            return [self.tables[table][key] for key in self.by_job[table].get(job, ())]

    def close(self) -> None:
        """Write nothing more."""
        with self.lock:
            self._db.close()


class Change:
    """Rows to write at one index, and the events that tell of it."""

    def __init__(self, store: Store, index: int) -> None:
        self.store = store
        self.index = index
        self.writes: list[tuple[str, str, Row | None]] = []
        self.events: list[Event] = []

    def put(self, table: str, key: str, row: Row) -> Row:
        """Write a row; seen by later reads of the same change."""
        old = self.store.tables[table].get(key)
        self.store.tables[table][key] = row
        self.store.note(table, key, old, row)
        self.writes.append((table, key, row))
        return row

    def delete(self, table: str, key: str) -> None:
        """Remove a row."""
        old = self.store.tables[table].pop(key, None)
        if old is not None:
            self.store.note(table, key, old, None)
            self.writes.append((table, key, None))

    def tell(self, event: Event) -> None:
        """Add an event to the stream."""
        self.events.append(event)

    def commit(self, database: sqlite3.Connection) -> None:
        """Write to disk and move the index on."""
        if not self.writes:
            return
        store = self.store
        store.index = self.index
        for table, _, _ in self.writes:
            store.table_index[table] = self.index
        database.execute("BEGIN")
        for table, key, row in self.writes:
            if row is None:
                database.execute("DELETE FROM rows WHERE tab = ? AND key = ?", (table, key))
            else:
                database.execute("REPLACE INTO rows VALUES (?, ?, ?)", (table, key, json.dumps(row)))
        meta = json.dumps({"index": store.index, "tables": store.table_index})
        database.execute("REPLACE INTO rows VALUES ('meta', 'meta', ?)", (meta,))
        database.execute("COMMIT")
        store.events.add(self.index, self.events)
