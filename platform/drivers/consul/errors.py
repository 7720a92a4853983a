"""Consul's answers as our errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from consul import exceptions

from drivers.sessions import short
from kernel.errors import Misconfigured, OutsideRefused, Unavailable

PART = "consul"


@contextmanager
def translated() -> Iterator[None]:
    """Let only our errors out of a block that calls Consul."""
    try:
        yield
    except (exceptions.ACLPermissionDenied, exceptions.ACLDisabled, exceptions.NotFound) as error:
        raise Misconfigured(PART, short(error)) from error
    except (exceptions.BadRequest, exceptions.ClientError) as error:
        raise OutsideRefused(PART, short(error)) from error
    except (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects) as error:
        raise Misconfigured(PART, short(error)) from error
    except (requests.RequestException, exceptions.ConsulException, ValueError) as error:
        raise Unavailable(PART, short(error)) from error
    except OSError as error:
        raise Misconfigured(PART, short(error)) from error
