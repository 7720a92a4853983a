"""Random text that nothing on its way changes."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def draw(length: int) -> str:
    """A random secret of letters and digits: nothing that an environment, a URL or a form would change."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
