"""What a task was lent by OpenBao: its token, and secrets that were made for it, such as a database's login.

Reading such a secret again makes another one, so each is read once and its lease renewed with the task's
token, as Nomad and consul-template do. Nothing is revoked when the task ends: nobody renews any more, and
OpenBao ends each lease in its time. So it is in Nomad 2.0.5 (client/allocrunner/taskrunner/vault_hook.go).
"""

import json
import time
from pathlib import Path
from typing import Any

from solo.vault import Vault

_TOKEN = ""  #: the key of the token's own lease
_RENEW_AFTER = 0.6  # of a lease
_SHORT = 0.5  # of a lease's first length: as it nears its maximum, it can be renewed for less and less


class Leases:
    """The leases of one task, kept in a file that the task cannot reach: solo may be started anew."""

    def __init__(self, folder: Path) -> None:
        self._file, self._token = folder / "leases.json", folder / "vault_token"

    def data(self, path: str) -> dict[str, Any] | None:
        """The secret of this path, if it was lent and its lease goes on."""
        held = self._held().get(path)
        return dict(held["data"]) if held else None

    def token(self) -> str:
        """The task's token."""
        return self._token.read_text()

    def log_in(self, token: str, seconds: int) -> None:
        """Keep a new token. What was lent to the one before ends with that."""
        self._token.touch(mode=0o600)
        self._token.write_text(token)
        self._write({_TOKEN: _lease("", seconds)})

    def keep(self, path: str, answer: dict[str, Any]) -> None:
        """Keep what was read, if it was lent."""
        if answer.get("lease_id"):
            lease = _lease(answer["lease_id"], int(answer["lease_duration"]))
            self._write({**self._held(), path: {**lease, "data": answer["data"]}})

    def renew(self, vault: Vault) -> bool:
        """Renew what is due, and forget what cannot be. False: the token itself is over."""
        held = self._held()
        due = [path for path, lease in held.items() if lease["renew_at"] <= time.time()]
        for path in sorted(due):  # the token first: its end is the end of all
            lease = held[path]
            seconds = vault.renew(self.token(), lease["id"])
            if seconds is None:
                continue
            if path == _TOKEN and not seconds:
                return False
            if path != _TOKEN and seconds < _SHORT * lease["first"]:
                del held[path]
            else:
                lease["renew_at"] = time.time() + _RENEW_AFTER * seconds
        if due:
            self._write(held)
        return True

    def _held(self) -> dict[str, dict[str, Any]]:
        if not self._file.exists():  # a task of an earlier solo: its token is renewed at once
            return {_TOKEN: _lease("", 0)}
        held: dict[str, dict[str, Any]] = json.loads(self._file.read_text())
        return held

    def _write(self, held: dict[str, dict[str, Any]]) -> None:
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(held))


def _lease(lease_id: str, seconds: int) -> dict[str, Any]:
    return {"id": lease_id, "first": seconds, "renew_at": time.time() + _RENEW_AFTER * seconds}
