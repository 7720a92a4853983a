"""A small SMTP server in a thread: what it took, and whom it refuses."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """One connection."""
        server: Any = self.server
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ", 1)[0].upper()
            if word == "DATA":
                self._say("354 go on")
                server.taken.append(self._read())
                self._say("250 taken")
            elif word == "RCPT" and any(name in line for name in server.refused):
                self._say("550 no such user")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _read(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Catcher(socketserver.ThreadingTCPServer):
    """Where it listens is `port`; `taken` are the mails as they came."""

    daemon_threads = True

    def __init__(self, *refused: str) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refused, self.taken = refused, list[bytes]()

    @property
    def port(self) -> int:
        """Chosen by the system."""
        return int(self.server_address[1])


@contextmanager
def catcher(*refused: str) -> Iterator[Catcher]:
    """Run one; these recipients are refused."""
    with Catcher(*refused) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
