"""What may stand in a URL: urllib3 removes `..` before sending, so no server can refuse it (threats T1, T2).

Each check returns its text or raises kernel.errors.OutsideRefused, before anything goes over the wire.
"""

import re

from kernel.errors import OutsideRefused
from kernel.names import RESERVED_PREFIX, is_full_slug, slug_of_keeper

_SEGMENT = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,126}[A-Za-z0-9])?")
_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_OURS = re.compile(rf"{RESERVED_PREFIX}{_SEGMENT}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_TARGET = re.compile(r"/[!-~]{0,1023}")


def _checked(part: str, pattern: re.Pattern[str], text: str, what: str, limit: int = 1024) -> str:
    if len(text) > limit or pattern.fullmatch(text) is None:
        raise OutsideRefused(part, f"not {what}: {text[:80]!r}")
    return text


def slug(part: str, text: str) -> str:
    """A full slug: a service's name."""
    if not is_full_slug(text):
        raise OutsideRefused(part, f"not a name of an app: {text[:80]!r}")
    return text


def job(part: str, text: str) -> str:
    """A job id: an app's full slug, or the name of work on its volume."""
    return text if slug_of_keeper(text) else slug(part, text)


def uuid(part: str, text: str) -> str:
    """A UUID in lower case, as Nomad and Keycloak write them."""
    return _checked(part, _UUID, text, "a UUID")


def word(part: str, text: str) -> str:
    """One segment: a task's, a volume's or a router's name."""
    return _checked(part, _WORD, text, "a name", 128)


def path(part: str, text: str) -> str:
    """Segments with slashes between; a segment is letters, digits, hyphens."""
    return _checked(part, _PATH, text, "a path", 256)


def ours(part: str, text: str) -> str:
    """A name that carries our reserved prefix."""
    return _checked(part, _OURS, text, f"a name with {RESERVED_PREFIX}", 128)


def key(part: str, text: str) -> str:
    """A secret's name."""
    return _checked(part, _KEY, text, "a secret's name")


def host(part: str, text: str) -> str:
    """A DNS name in lower case."""
    return _checked(part, _HOST, text, "a host name", 253)


def target(part: str, text: str) -> str:
    """An absolute path with query, of visible ASCII, with no way upwards."""
    if "/.." in text or "//" in text[:2]:
        raise OutsideRefused(part, f"not a path: {text[:80]!r}")
    return _checked(part, _TARGET, text, "a path")
