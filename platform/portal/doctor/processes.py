"""Whose rights are tried: this process's, or those of each process's environment file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.workloads import lab
from drivers.wiring import Opened, Settings, open_all

#: what a process's own environment decides, and the field of the wiring that it fills
OWN = {
    "NOMAD_TOKEN_FILE": "nomad_token_file",
    "VAULT_TOKEN_FILE": "vault_token_file",
    "VAULT_ROLE_ID_FILE": "vault_role_id_file",
    "VAULT_SECRET_ID_FILE": "vault_secret_id_file",
}
TRIED = ("web", "worker", "watcher", "purge")  #: beat holds no right in the cluster


@dataclass(frozen=True)
class Process:
    """A process by its name, and its way to the cluster."""

    name: str
    wiring: Settings

    @property
    def opened(self) -> Opened:
        """The drivers with its rights."""
        return open_all(self.wiring)

    @property
    def has_vault(self) -> bool:
        """Whether it holds any right in OpenBao."""
        return bool(self.wiring.vault_token_file or self.wiring.vault_role_id_file)


def present() -> list[Process]:
    """The one that asks, alone; a command holds the rights of web."""
    name = settings.PROCESS if settings.PROCESS in TRIED else "web"
    return [Process(name, lab.wiring())]


def of_folder(folder: Path) -> list[Process]:
    """Those of `<name>.env` files. Raises FileNotFoundError where there is none."""
    found = [folder / f"{name}.env" for name in TRIED]
    processes = [_process(path) for path in found if path.is_file()]
    if not processes:
        raise FileNotFoundError(str(folder / "web.env"))
    return processes


def _process(path: Path) -> Process:
    values = read_env(path)
    own: dict[str, Any] = {name: values.get(variable, "") for variable, name in OWN.items()}
    return Process(path.stem, replace(lab.wiring(), **own))


def read_env(path: Path) -> Mapping[str, str]:
    """Read KEY=value lines; quotes around a value, as systemd allows them, are taken off."""
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs if not name.startswith("#")}
