"""What a Nomad agent here is told of the machine: its exec runtimes, and what their chroot holds."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: Beside the interpreter: who is nobody, which certificates are trusted, what time it is, how names resolve.
BASICS = (
    "/bin",
    "/lib64",
    "/etc/alternatives",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/resolv.conf",
    "/etc/ssl",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/bin/env",
)
#: Where Debian keeps the shared libraries: an absolute link in /lib64 leads below /lib.
LIBRARIES = ("/lib", "/usr/lib")


def chroot(runtimes: Path, python: Path) -> dict[str, str]:
    """Return what an exec task sees: path on the machine -> path in its chroot, for what is there."""
    interpreter = python.resolve()
    wanted = [
        *BASICS,
        str(python),
        str(interpreter),
        f"{interpreter.parents[1]}/lib/{interpreter.name}",
        *(str(folder) for top in LIBRARIES for folder in sorted(Path(top).glob("*-linux-gnu*"))),
        str(runtimes),
    ]
    return {path: path for path in dict.fromkeys(wanted) if Path(path).exists()}


def block(pairs: dict[str, str]) -> str:
    """Return the lines of an HCL block."""
    return "\n".join(f'    "{name}" = "{value}"' for name, value in pairs.items())


def runtime_names(runtimes: Path) -> str:
    """Return the runtimes that stand in a folder, as the node's meta names them."""
    return ",".join(_names(path for path in runtimes.glob("*") if (path / "bin").is_dir()))


def stands_on(config: Mapping[str, Any], *, consul: str, vault: str) -> bool:
    """Whether an agent (`config` of /v1/agent/self) uses this Consul and this Vault, and no others."""
    return all(
        {str(each["Addr"]).rpartition("//")[2] for each in config.get(kind) or ()} == {urlsplit(url).netloc}
        for kind, url in (("Consuls", consul), ("Vaults", vault))
    )


def _names(found: Iterable[Path]) -> list[str]:
    return sorted(path.name for path in found)
