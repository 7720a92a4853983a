"""Workload identities: a signed JWT that says which task of which job asks, and the key to check it with.

Claims as Nomad 2.0.5 gives them (nomad/structs/workload_id.go).
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from solo.canonical import VAULT_IDENTITY
from solo.fields import Fields
from solo.store import Row

_BITS = 2048
_TTL_S = 3600
_ALGORITHM = "RS256"


class Signer:
    """One RSA key, made once and kept in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "identity-key.pem"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(_new_key())
        self._pem = path.read_bytes()
        key = serialization.load_pem_private_key(self._pem, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} holds no RSA key")
        self._public = key.public_key()
        der = self._public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = str(uuid.uuid5(uuid.NAMESPACE_OID, der.hex()))

    def jwks(self) -> dict[str, Any]:
        """What /.well-known/jwks.json answers."""
        key = json.loads(RSAAlgorithm.to_jwk(self._public))
        return {
            "keys": [
                {
                    "use": "sig",
                    "kid": self.key_id,
                    "alg": _ALGORITHM,
                    "kty": "RSA",
                    "n": key["n"],
                    "e": key["e"],
                }
            ]
        }

    def sign(self, alloc: Row, task: Fields, identity: Fields) -> str:
        """A token for one task's identity, good for an hour."""
        now, job = int(time.time()), alloc["Job"]
        place = [
            job["Region"],
            alloc["Namespace"],
            job["ID"],
            alloc["TaskGroup"],
            task["Name"],
            identity["Name"],
        ]
        claims = {
            "aud": identity["Audience"][0] if len(identity["Audience"]) == 1 else identity["Audience"],
            "exp": now + (identity["TTL"] // 1_000_000_000 or _TTL_S),
            "iat": now,
            "nbf": now,
            "jti": str(uuid.uuid4()),
            "sub": ":".join(place),
            "nomad_namespace": alloc["Namespace"],
            "nomad_job_id": job["ID"],
            "nomad_task": task["Name"],
            "nomad_allocation_id": alloc["ID"],
        }
        return jwt.encode(claims, self._pem.decode(), algorithm=_ALGORITHM, headers={"kid": self.key_id})


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def vault_identity(task: Fields) -> Fields | None:
    """The identity that a task shows to OpenBao or Vault."""
    return next((i for i in task["Identities"] or [] if i["Name"].startswith(VAULT_IDENTITY)), None)
