"""The names of outside things, derived once from an app's identity, for ever (design 1.6).

A full slug is ``<project>-<app>--<six>``: readable in the Nomad, Consul and Vault UIs, and no name is
another's prefix, because the six characters come last and their number is fixed.
"""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

SLUG_MAX = 24
FULL_MAX = 63  # an RFC 1123 label; Nomad refuses longer service names
RESERVED_PREFIX = "paillasse-"
KEEPER_PREFIX = f"{RESERVED_PREFIX}volume-"
_SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?")
_FULL = re.compile(r"[a-z][a-z0-9-]*--[a-z2-7]{6}")
_KEEPER = re.compile(rf"{KEEPER_PREFIX}([a-z][a-z0-9-]*--[a-z2-7]{{6}})-[0-9a-f]{{8}}")
_VOLUME = re.compile(r"([a-z][a-z0-9-]*?--[a-z2-7]{6})-([a-z][a-z0-9-]*)")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 base32, lower case: no 0/o or 1/l to confuse


def is_slug(text: str) -> bool:
    """Whether text is a project's or app's slug: at most 24 of a-z, 0-9 and single hyphens."""
    return _SLUG.fullmatch(text) is not None and "--" not in text


def is_full_slug(text: str) -> bool:
    """Whether text has the form of a name that the portal gives: ``<project>-<app>--<six>``."""
    return len(text) <= FULL_MAX and _FULL.fullmatch(text) is not None


def slug_of_keeper(text: str) -> str:
    """The full slug of the app on whose volume a job of this id works; empty where it is no such id."""
    found = _KEEPER.fullmatch(text)
    return found[1] if found and is_full_slug(found[1]) else ""


def slug_of_volume(text: str) -> str:
    """The full slug of the app whose volume would have this name outside; empty where it is no such name."""
    found = _VOLUME.fullmatch(text)
    return found[1] if found and is_full_slug(found[1]) else ""


def full_slug(project_slug: str, app_slug: str, app_id: UUID, draw: int = 0) -> str:
    """Derive an app's name from its identity; `draw` counts the tries after a clash in the database.

    Raises ValueError where a part is no slug.
    """
    for part in (project_slug, app_slug):
        if not is_slug(part):
            raise ValueError(f"not a slug: {part!r}")
    digest = hashlib.sha256(f"{app_id}:{draw}".encode()).digest()
    six = "".join(_ALPHABET[byte % 32] for byte in digest[:6])
    return f"{project_slug}-{app_slug}--{six}"


@dataclass(frozen=True)
class OutsideNames:
    """Every name that one app has outside, all from its full slug."""

    slug: str
    kv_prefix: str = "apps"

    def __post_init__(self) -> None:
        if not is_full_slug(self.slug):
            raise ValueError(f"not a name of an app: {self.slug!r}")

    @property
    def job_id(self) -> str:
        """Nomad job id."""
        return self.slug

    @property
    def service(self) -> str:
        """Consul service name; also the name of the Traefik service."""
        return self.slug

    @property
    def secret_path(self) -> str:
        """Path below the KV v2 mount."""
        return f"{self.kv_prefix}/{self.slug}"

    @property
    def vault_policy(self) -> str:
        """Name of the Vault policy; the prefix is the owner mark, since policies hold no metadata."""
        return f"{RESERVED_PREFIX}app-{self.slug}"

    @property
    def vault_role(self) -> str:
        """Name of the JWT role."""
        return f"{RESERVED_PREFIX}app-{self.slug}"

    def volume(self, name: str) -> str:
        """Name of a dynamic host volume, and id of a CSI volume."""
        return f"{self.slug}-{name}"

    def keeper(self, work_id: UUID) -> str:
        """Nomad job id of one piece of work on a volume; the prefix tells it from every app's job."""
        return f"{KEEPER_PREFIX}{self.slug}-{work_id.hex[:8]}"

    def router(self, kind: str, content: str) -> str:
        """Name of a Traefik router: the slug, its kind and a hash of its content.

        Two different routers of one name are dropped by Traefik for all (facts/traefik.md 1).
        """
        return f"{self.slug}-{kind}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
