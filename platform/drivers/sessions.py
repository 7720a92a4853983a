"""HTTP sessions for all drivers: certificates checked, nothing taken from the environment, short timeouts."""

from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

USER_AGENT = "paillasse"
CONNECT_S = 2.0  #: seconds to open a connection
READ_S = 8.0  #: seconds between two bytes of an answer
TIMEOUT = (CONNECT_S, READ_S)


def _refuse_redirect(response: requests.Response, **_: Any) -> None:
    if 300 <= response.status_code < 400:  # noqa: PLR2004 - the class of redirects
        where = response.headers.get("Location", "")
        raise requests.exceptions.TooManyRedirects(f"redirects to {where}", response=response)


def new_session(*, ca: str = "", auth: AuthBase | None = None) -> requests.Session:
    """Open a session; `ca` is a file of certificates to trust instead of the system's.

    Only GET is tried twice: a write whose answer was lost may have been done. A redirect raises
    TooManyRedirects: it would carry a token to wherever it points. Neither ~/.netrc nor proxy variables
    are looked at.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = ca or True
    session.auth = auth
    session.hooks["response"].append(_refuse_redirect)
    session.headers["User-Agent"] = USER_AGENT
    retry = Retry(
        total=1,
        other=0,
        redirect=0,
        allowed_methods={"GET"},
        status_forcelist=(502, 503, 504),
        backoff_factor=0.1,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    adapter = HTTPAdapter(max_retries=retry, pool_maxsize=10)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class SecretFile:
    """A secret in a file, read again when the file changes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._seen: tuple[int, int] | None = None
        self._text = ""

    def read(self) -> str:
        """The file's text without surrounding space. Raises OSError where it cannot be read."""
        stat = self._path.stat()
        now = (stat.st_mtime_ns, stat.st_ino)
        if now != self._seen:
            self._text = self._path.read_text(encoding="utf-8").strip()
            self._seen = now
        return self._text


class TokenHeader(AuthBase):
    """Puts the token of a file in a header of each request; with no file, no header."""

    def __init__(self, header: str, path: str) -> None:
        self._header = header
        self._file = SecretFile(path) if path else None

    def token(self) -> str:
        """The token now, or nothing."""
        return self._file.read() if self._file else ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request, as requests' auth objects do."""
        token = self.token()
        if token:
            request.headers[self._header] = token
        return request


def short(text: Any, limit: int = 500) -> str:
    """The beginning of an error's text, for a person to read."""
    line = str(text).strip()
    return line if len(line) <= limit else f"{line[:limit]}…"
