"""Why an address did not answer, in one word that a page can explain."""

import ssl

from urllib3 import exceptions

RESET = "reset"
#: what Python says of a handshake whose other side went away: no word on any certificate was said
_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
#: urllib3's exception -> the word; the first that fits counts.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NameResolutionError, "dns"),
    (exceptions.ReadTimeoutError, "timeout"),
    (exceptions.NewConnectionError, "refused"),  # a kind of ConnectTimeoutError in urllib3
    (exceptions.ConnectTimeoutError, "timeout"),
    (exceptions.SSLError, "tls"),
    (ssl.SSLError, "tls"),
    (exceptions.HTTPError, RESET),
)


def word(error: Exception) -> str:
    """One of dns, timeout, refused, tls, reset."""
    if isinstance(error, exceptions.SSLError) and error.args and isinstance(error.args[0], _CUT):
        return RESET
    return next((name for kind, name in _WORDS if isinstance(error, kind)), RESET)
