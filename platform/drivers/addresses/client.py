"""The prober: one GET to an app's public address, through the same Traefik that users go through."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from drivers import safe
from drivers.addresses.convert import answer
from drivers.addresses.errors import RESET, word
from drivers.sessions import USER_AGENT, short
from kernel.errors import Misconfigured, OutsideRefused
from orchestration.ports import Answer

PART = "addresses"
TIMEOUT = urllib3.Timeout(connect=2.0, read=5.0)  #: seconds
HEADERS = {"User-Agent": f"{USER_AGENT}-probe", "X-Paillasse-Probe": "1", "Accept": "*/*"}
BODY = 65536  #: bytes read of a body, so that a short one leaves its connection reusable
MISDIRECTED = 421
TARGETS = 64  #: connections kept open, one a host


class PublicAddresses:
    """The port `Addresses`.

    `connect_to` is where to connect instead of the host ("127.0.0.1:18443"); TLS server name, certificate
    and Host header stay the host's, since Traefik answers 421 where they differ. `ca`: a file to trust.
    """

    def __init__(
        self,
        *,
        scheme: str = "https",
        port: int = 443,
        connect_to: str = "",
        ca: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheme = scheme
        self._port = port
        self._connect_to = connect_to
        self._ca = Path(ca) if ca else None
        self._clock = clock
        self._context: tuple[tuple[int, int], ssl.SSLContext] | None = None
        self._pools = urllib3.PoolManager(num_pools=TARGETS, maxsize=1)

    def _trust(self) -> ssl.SSLContext:
        """What is trusted, read when the file changed: for each connection it would cost more than asking.

        Raises Misconfigured.
        """
        try:
            stat = self._ca.stat() if self._ca else None
            now = (stat.st_mtime_ns, stat.st_ino) if stat else (0, 0)
            if self._context is None or self._context[0] != now:
                context = ssl.create_default_context(cafile=str(self._ca) if self._ca else None)
                self._context = (now, context)
        except OSError as error:
            raise Misconfigured(PART, f"no certificates in {self._ca}") from error
        return self._context[1]

    def _pool(self, host: str) -> urllib3.HTTPConnectionPool:
        name, _, port = self._connect_to.rpartition(":") if self._connect_to else (host, "", str(self._port))
        names: dict[str, Any] = {}
        if self._scheme == "https":
            names = {"server_hostname": host, "assert_hostname": host, "ssl_context": self._trust()}
        return self._pools.connection_from_host(
            name, int(port), scheme=self._scheme, pool_kwargs={**self._pools.connection_pool_kw, **names}
        )

    def _host_header(self, host: str) -> str:
        usual = {"https": 443, "http": 80}.get(self._scheme)
        return host if self._port == usual else f"{host}:{self._port}"

    def ask(self, host: str, path: str = "/") -> Answer:
        """Ask; redirects are an answer and not followed. OutsideRefused for what is no host or path.

        A broken connection is tried once more: one that was kept open may just have ended. So is a 421:
        Traefik says it where a connection was opened under another router's TLS options.
        """
        name, target = safe.host(PART, host), safe.target(PART, path)
        found = self._once(name, target)
        if found.status == MISDIRECTED:
            self._pools.clear()
        return self._once(name, target) if found.error == RESET or found.status == MISDIRECTED else found

    def _once(self, name: str, target: str) -> Answer:
        headers = {**HEADERS, "Host": self._host_header(name)}
        start = self._clock()
        try:
            response = self._pool(name).urlopen(
                "GET",
                target,
                headers=headers,
                redirect=False,
                retries=False,
                timeout=TIMEOUT,
                preload_content=False,
                assert_same_host=False,
            )
        except LocationParseError as error:
            raise OutsideRefused(PART, short(error)) from error
        except HTTPError as error:
            return Answer(None, word(error), short(error, 200), self._elapsed(start))
        try:
            return answer(response, self._elapsed(start))
        finally:
            self._put_back(response)

    def _elapsed(self, start: float) -> int:
        return round((self._clock() - start) * 1000)

    @staticmethod
    def _put_back(response: urllib3.BaseHTTPResponse) -> None:
        """Read what is there of a short body, and close what is longer."""
        try:
            response.read1(BODY)
        except HTTPError:
            return
        finally:
            response.close()
