"""Tells when processes end, children or not: one thread that waits on their pidfds."""

import contextlib
import os
import selectors
import threading
from collections.abc import Callable


class Reaper:
    """Watches processes; calls back once for each, from its own thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        threading.Thread(target=self._run, name="reaper", daemon=True).start()

    def watch(self, pid: int, ended: Callable[[], None]) -> None:
        """Call `ended` when the process does; at once when there is none."""
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            ended()
            return
        self._selector.register(descriptor, selectors.EVENT_READ, (pid, ended))
        os.write(self._wake_write, b".")

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    os.read(self._wake_read, 4096)
                    continue
                self._selector.unregister(key.fd)
                os.close(key.fd)
                pid, ended = key.data
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                ended()
