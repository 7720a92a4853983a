"""A registry that has nothing, one folder that it lets nobody see, and one that it never answers about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Registry(BaseHTTPRequestHandler):
    """The distribution API, as far as a pull asks for it."""

    let_go: threading.Event

    def do_GET(self) -> None:
        """404 for a manifest, 401 for one below `locked`, nothing for one below `hanging`."""
        if "/hanging" in self.path:
            self.let_go.wait()
        if self.path in {"/v2/", "/v2"}:
            self._say(200, b"{}")
        elif "/locked" in self.path:
            self._say(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}')
        else:
            self._say(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="lab"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def registry(port: int) -> Iterator[threading.Event]:
    """Serve on loopback for as long as the block lasts; Docker takes loopback for insecure, so plain HTTP.

    Once the event is set nobody is kept waiting any more.
    """
    let_go = threading.Event()
    handler = type("_Handler", (_Registry,), {"let_go": let_go})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield let_go
    finally:
        let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
