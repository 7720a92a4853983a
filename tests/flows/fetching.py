"""Opens an app's public address as a browser on this machine would: the real name, resolved to loopback."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3

CALL_S = 10.0


def fetch(
    stack: Mapping[str, Any],
    address: str,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> tuple[int, str]:
    """Return status and body of an app's address through Traefik, TLS name and Host kept.

    0 and nothing where the answer broke off: a copy that is being replaced ends in the middle of one.
    """
    parts = urlsplit(address)
    host, _, port = str(stack["apps"]["connect_to"]).rpartition(":")
    pool = urllib3.HTTPSConnectionPool(
        host,
        int(port),
        ca_certs=stack["apps"]["ca"],
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        timeout=CALL_S,
        retries=False,
    )
    sent = {"Host": parts.netloc, **(headers or {})}
    try:
        answer = pool.request(method, path, headers=sent, body=body, redirect=False)
    except urllib3.exceptions.ProtocolError:
        return 0, ""
    return answer.status, answer.data.decode(errors="replace")
