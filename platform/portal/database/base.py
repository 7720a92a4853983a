"""A pool for whose connections a request waits while others use them, and not while there can be none."""

from time import monotonic
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

BUSY_S = 10  # how long a request waits where all connections are in use


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which knows a busy pool from a server that is away.

    Both look the same to who waits: no connection comes. The pool's own timeout is a short one; after it the
    request waits on, unless an attempt to connect has failed meanwhile (ADR 0060).
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection of the pool, or one of its own. Raises OperationalError, PoolTimeout among them."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        deadline = monotonic() + BUSY_S
        while True:
            failed = self._failed()
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if self._failed() > failed or monotonic() >= deadline:
                    raise

    def _failed(self) -> int:
        """How many attempts to connect have failed."""
        failed: int = self.pool.get_stats().get("connections_errors", 0)
        return failed
