"""OpenBao or Vault through hvac: KV v2 secrets, policies, JWT roles."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import hvac

from drivers import safe
from drivers.sessions import TIMEOUT, new_session
from drivers.vault import convert
from drivers.vault.errors import PART, NotThere, translated
from drivers.vault.tokens import AppRoleTokens, FileTokens, Tokens
from kernel.errors import Misconfigured, OutsideConflict
from kernel.names import RESERVED_PREFIX, is_full_slug
from orchestration.ports import SecretNames, SecretState

T = TypeVar("T")
_MERGE = {"Content-Type": "application/merge-patch+json"}
_APP = f"{RESERVED_PREFIX}app-"


def _slugs(names: Iterable[str], prefix: str) -> frozenset[str]:
    mine = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return frozenset(slug for slug in mine if is_full_slug(slug))


class VaultSecrets:
    """The port `Secrets`. Without a way to a token, the server's anonymous rights apply.

    hvac joins paths unchecked, and urllib3 then resolves `..`: every name is checked before.
    """

    def __init__(
        self,
        address: str,
        *,
        kv_mount: str,
        jwt_mount: str,
        kv_prefix: str = "apps",
        ca: str = "",
        token_file: str = "",
        role_id_file: str = "",
        secret_id_file: str = "",
    ) -> None:
        self._kv_mount = safe.path(PART, kv_mount)
        self._jwt_mount = safe.path(PART, jwt_mount)
        self._kv_prefix = safe.path(PART, kv_prefix)
        self._tokens: Tokens | None = FileTokens(token_file) if token_file else None
        if role_id_file:
            self._tokens = AppRoleTokens(role_id_file, secret_id_file)
        # The empty token keeps hvac from looking for one in the environment and the home directory.
        self._client = hvac.Client(
            url=address,
            token="",
            verify=ca or True,
            session=new_session(ca=ca),
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def _call(self, work: Callable[[], T]) -> T:
        """Call with a valid token; once more with a fresh one if it was refused (so nothing was done)."""
        try:
            with translated():
                self._sign()
                return work()
        except Misconfigured:
            with translated():
                if self._tokens is None or not self._tokens.again():
                    raise
                self._sign()
                return work()

    def _sign(self) -> None:
        if self._tokens is not None:
            self._client.token = self._tokens.token(self._client)

    def _get(self, work: Callable[[], T]) -> T | None:
        try:
            return self._call(work)
        except NotThere:
            return None

    def _metadata(self, path: str) -> Mapping[str, Any] | None:
        kv, mount = self._client.secrets.kv.v2, self._kv_mount
        answer = self._get(lambda: kv.read_secret_metadata(path=path, mount_point=mount))
        found: Mapping[str, Any] | None = answer["data"] if answer else None
        return found

    def secret_state(self, path: str) -> SecretState | None:
        """What the metadata says; reads no value."""
        raw = self._metadata(safe.path(PART, path))
        return None if raw is None else convert.state(path, raw)

    def write_secret(
        self, path: str, values: Mapping[str, str], *, cas: int, metadata: Mapping[str, str]
    ) -> int:
        """Add or replace keys by compare-and-set, without reading a value.

        The keys' names and the owner mark are written after the values. Interrupted between, the version
        has moved and the names are missing: the next look writes again. A writer that loses changes nothing.
        """
        where = safe.path(PART, path)
        data = {safe.key(PART, name): value for name, value in values.items()}
        raw = self._metadata(where) or {}
        if cas != (raw.get("current_version") or 0):
            raise OutsideConflict(PART, "check-and-set: another version stands")
        stands = convert.current(raw)
        version = self._write(where, data, cas=cas, merge=stands)
        stale = () if stands else raw.get("custom_metadata") or ()
        gone = {name: None for name in stale if name.startswith(convert.KEY)}
        marks = {"custom_metadata": {**gone, **convert.entries(data, metadata)}}
        self._call(lambda: self._patch(f"/v1/{self._kv_mount}/metadata/{where}", marks))
        return version

    def _patch(self, url: str, body: Mapping[str, Any]) -> Any:
        """HTTP PATCH: hvac's own patch reads the values first, a right that this process may not have."""
        return self._client.adapter.request("patch", url, json=body, headers=_MERGE)

    def _write(self, path: str, data: Mapping[str, str], *, cas: int, merge: bool) -> int:
        body = {"data": data, "options": {"cas": cas}}
        url = f"/v1/{self._kv_mount}/data/{path}"
        post = self._client.adapter.post
        answer = self._call(lambda: self._patch(url, body) if merge else post(url, json=body))
        return int(answer["data"]["version"])

    def read_secret(self, path: str) -> Mapping[str, str]:
        """Values of the newest version; none where nothing stands."""
        where, mount = safe.path(PART, path), self._kv_mount
        kv = self._client.secrets.kv.v2
        answer = self._get(
            lambda: kv.read_secret_version(path=where, mount_point=mount, raise_on_deleted_version=True)
        )
        return dict(answer["data"]["data"]) if answer else {}

    def destroy_secret(self, path: str) -> None:
        """Remove the path with all versions and metadata; nothing happens where nothing stands."""
        where, mount = safe.path(PART, path), self._kv_mount
        kv = self._client.secrets.kv.v2
        self._get(lambda: kv.delete_metadata_and_all_versions(path=where, mount_point=mount))

    def policy(self, name: str) -> str | None:
        """A policy's text."""
        ours = safe.ours(PART, name)
        answer = self._get(lambda: self._client.sys.read_acl_policy(name=ours))
        return str(answer["data"]["policy"]) if answer else None

    def write_policy(self, name: str, text: str) -> None:
        """Create or replace a policy that carries our prefix."""
        ours = safe.ours(PART, name)
        self._call(lambda: self._client.sys.create_or_update_acl_policy(name=ours, policy=text))

    def delete_policy(self, name: str) -> None:
        """Delete a policy that carries our prefix."""
        ours = safe.ours(PART, name)
        self._get(lambda: self._client.sys.delete_acl_policy(name=ours))

    def _role_url(self, name: str) -> str:
        return f"/v1/auth/{self._jwt_mount}/role/{safe.ours(PART, name)}"

    def role(self, name: str) -> Mapping[str, Any] | None:
        """A JWT role's settings, as the server completes them."""
        url = self._role_url(name)
        answer = self._get(lambda: self._client.adapter.get(url))
        return dict(answer["data"]) if answer else None

    def write_role(self, name: str, role: Mapping[str, Any]) -> None:
        """Create or replace a JWT role that carries our prefix. OutsideRefused for a role it cannot be."""
        url = self._role_url(name)
        self._call(lambda: self._client.adapter.post(url, json=dict(role)))

    def delete_role(self, name: str) -> None:
        """Delete a JWT role that carries our prefix."""
        url = self._role_url(name)
        self._get(lambda: self._client.adapter.delete(url))

    def _keys(self, url: str) -> list[str]:
        answer = self._get(lambda: self._client.adapter.list(url))
        return list(answer["data"]["keys"]) if answer else []

    def list_ours(self) -> tuple[str, ...]:
        """Full slugs that still have a path, a policy or a role of ours."""
        found = self.names()
        return tuple(sorted(found.paths | found.policies | found.roles))

    def names(self) -> SecretNames:
        """The same, each kind by itself."""
        paths = self._keys(f"/v1/{self._kv_mount}/metadata/{self._kv_prefix}")
        policies = self._keys("/v1/sys/policies/acl")
        roles = self._keys(f"/v1/auth/{self._jwt_mount}/role")
        return SecretNames(_slugs(paths, ""), _slugs(policies, _APP), _slugs(roles, _APP))

    def version(self) -> str:
        """The server's version. Raises Unavailable while it is sealed or not there."""
        with translated():
            answer = self._client.sys.read_health_status(method="GET")
            told = answer if isinstance(answer, dict) else answer.json()
        return str(told.get("version", ""))

    def capabilities(self, *paths: str) -> Mapping[str, frozenset[str]]:
        """What this process may do at each path of the API (`root` may everything)."""
        url, post = "/v1/sys/capabilities-self", self._client.adapter.post
        told = self._call(lambda: post(url, json={"paths": list(paths)}))["data"]
        return {path: frozenset(told.get(path) or ()) for path in paths}

    @property
    def mounts(self) -> tuple[str, str, str]:
        """The KV mount with the prefix of the apps below it, and the mount of JWT roles."""
        return self._kv_mount, self._kv_prefix, self._jwt_mount
