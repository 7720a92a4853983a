"""Serve the files of a static site: $NOMAD_TASK_DIR/site on the port that Nomad gave.

Standard library only, so that it starts in a fraction of a second. No directory is listed, no hidden file is
sent, and nothing outside the site's folder is reachable, links included.
"""

import io
import os
import re
import signal
import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

ADDRESS = re.compile(r"(?P<host>.+):(?P<port>\d+)")
MISSING = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>404</title>'
    "<p>There is no such page here. / Cette page n’existe pas.</p>"
)


class Handler(SimpleHTTPRequestHandler):
    """GET and HEAD of the files below the site's folder."""

    server_version = "static-site"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds in which a client must speak
    error_message_format = MISSING
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".htm": "text/html; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".md": "text/plain; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".webp": "image/webp",
        ".woff2": "font/woff2",
    }

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Open what the path names; 404 for everything outside the site.

        Always in full: a file of a new release may be older than the one that a browser keeps.
        """
        if not self.inside():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def inside(self) -> bool:
        """Whether the path stays in the site and names nothing hidden."""
        path = unquote(urlsplit(self.path).path)
        if "\0" in path or any(part.startswith(".") and part != ".well-known" for part in path.split("/")):
            return False
        return Path(self.translate_path(self.path)).resolve().is_relative_to(self.directory)

    def list_directory(self, path: str | os.PathLike[str]) -> None:  # noqa: ARG002 - as the parent's
        """A folder without index.html shows nothing."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Ask browsers to look again each time: a new release is seen at once."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def address_string(self) -> str:
        """Not looked up in the DNS: logging must not wait."""
        return str(self.client_address[0])


class Server(ThreadingHTTPServer):
    """One thread a connection, and a queue that bears a burst."""

    request_queue_size = 128
    daemon_threads = True


def main() -> None:
    """Listen until told to stop; then finish what is being sent."""
    site = Path(os.environ["NOMAD_TASK_DIR"], "site").resolve()
    found = ADDRESS.fullmatch(os.environ.get("NOMAD_ADDR_http", ""))  # noqa: SIM112 - Nomad's spelling
    host = found["host"].strip("[]") if found else "127.0.0.1"
    port = int(found["port"] if found else os.environ["NOMAD_PORT_http"])  # noqa: SIM112 - Nomad's spelling

    with Server((host, port), partial(Handler, directory=str(site))) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"serving {site.name} on {host}:{port}", file=sys.stderr, flush=True)
        server.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    main()
