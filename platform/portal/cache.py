"""How values are kept in Redis: as JSON.

Django's own way is pickle, which runs what it reads: whoever could write to Redis, as each process with the
broker's password can, would have run anything in the others, with their rights.
"""

import json
from typing import Any


class JsonSerializer:
    """Django's cache asks for these two; numbers stay plain, so that Redis can count."""

    def dumps(self, value: Any) -> bytes | int:
        """Raises TypeError for what JSON does not know."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        """Raises ValueError for anything but JSON."""
        return json.loads(kept)
