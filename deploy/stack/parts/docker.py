"""Docker Engine: used where one answers; `test` installs and starts one of its own where none does."""

import contextlib
import hashlib
import io
import os
import re
import tarfile
from pathlib import Path
from typing import ClassVar

import docker
from docker.errors import DockerException

from stack.installing import debian_program
from stack.layout import Layout
from stack.parts import bridge
from stack.parts.base import Part, Row
from stack.parts.runtimes import SOURCES
from stack.waiting import wait_until

DEFAULT_HOST = "unix:///var/run/docker.sock"
IMAGE_VERSION = "1"
BASE = re.compile(r"^FROM\s+(\S+)", re.MULTILINE)


class Docker(Part):
    """A Docker Engine, or none: then tasks run as plain processes."""

    name = "docker"
    variable = "DOCKER_HOST"
    deadline_s: ClassVar[float] = 60.0

    def packages(self) -> list[str]:
        """Debian's engine, where this stack may install one and none answers."""
        if not self.layout.install_docker or os.geteuid() != 0 or self._answering() or self._dockerd():
            return []
        return ["docker.io", "iptables", "iproute2"]

    def provide(self) -> None:
        """A static busybox, from which the local images are built."""
        if self.layout.install_docker or self._answering():
            debian_program("busybox-static", "", "bin/busybox", self.layout.parts / "busybox")

    def bring_up(self) -> None:
        """Use an engine that answers, else start one if allowed; build the images."""
        if not self._answering() and self.layout.install_docker and os.geteuid() == 0:
            self.start()
            wait_until(
                self.ready,
                why="the Docker Engine does not answer",
                deadline_s=self.deadline_s,
                alive=lambda: self.stack.processes.get(self.name) is not None,
            )
        if self.ready():
            self.settle()

    def start(self) -> None:
        """Start dockerd with folders, socket and bridge of this stack."""
        run_folder = own_socket(self.layout).parent
        run_folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        command = [
            self._dockerd(),
            f"--host=unix://{own_socket(self.layout)}",
            f"--data-root={self.layout.home / 'docker'}",
            f"--exec-root={run_folder / 'exec'}",
            f"--pidfile={run_folder / 'docker.pid'}",
            f"--bridge={bridge.make(digest(self.layout))}",
        ]
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        self.stack.processes.start(self.name, command, env={**os.environ, "PATH": path}, cwd=self.layout.home)

    def ready(self) -> bool:
        """Whether an engine answers."""
        return bool(self._answering())

    def settle(self) -> None:
        """Build the local images: none can be pulled on a machine without a registry."""
        host = self._answering()
        self.stack.facts["docker_host"] = host
        busybox = self.layout.parts / "busybox/bin/busybox"
        with contextlib.closing(docker.DockerClient(base_url=host)) as client:
            for folder in buildable():
                context = archive(folder, busybox)
                content = hashlib.sha256(context).hexdigest()[:16]
                tag = f"paillasse/{folder.name}:{IMAGE_VERSION}"
                known = [image for image in client.images.list(tag) if image.labels.get("digest") == content]
                if not known:
                    client.images.build(
                        fileobj=io.BytesIO(context),
                        custom_context=True,
                        tag=tag,
                        labels={"digest": content},
                        rm=True,
                    )

    def row(self) -> Row:
        """Say the engine's version, or that there is none."""
        host = self.stack.facts.get("docker_host")
        if not host:
            return Row("Docker Engine", "-", "none", "tasks run as processes")
        with contextlib.closing(docker.DockerClient(base_url=host)) as client:
            return Row("Docker Engine", str(client.version()["Version"]), "real", host)

    def _answering(self) -> str:
        return answering(self.layout)

    @staticmethod
    def _dockerd() -> str:
        found = [
            path
            for path in ("/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd")
            if Path(path).exists()
        ]
        return found[0] if found else ""


def own_socket(layout: Layout) -> Path:
    """Return where an engine of this stack's own listens.

    A socket's path holds 107 characters at most, and a checkout's may be longer: so it stands in /run.
    """
    return Path(f"/run/paillasse-{digest(layout)}/docker.sock")


def digest(layout: Layout) -> str:
    """Return what tells this stack's engine from those of other checkouts, in eight hexadecimal digits."""
    return hashlib.sha256(str(layout.home).encode()).hexdigest()[:8]


def answering(layout: Layout) -> str:
    """Return the address of the engine that this stack uses, or nothing where none answers."""
    hosts = (layout.given(Docker.variable), DEFAULT_HOST, f"unix://{own_socket(layout)}")
    return next((host for host in hosts if host and _answers(host)), "")


def _answers(host: str) -> bool:
    if host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists():
        return False
    try:
        with contextlib.closing(docker.DockerClient(base_url=host, timeout=5)) as client:
            return bool(client.ping())
    except DockerException:
        return False
    except OSError:
        return False


def buildable(folder: Path = SOURCES) -> list[Path]:
    """Return the folders whose image is built from nothing: other bases would have to be pulled."""
    files = (path for path in folder.glob("*/Dockerfile"))
    return sorted(path.parent for path in files if set(BASE.findall(path.read_text())) == {"scratch"})


def archive(folder: Path, busybox: Path) -> bytes:
    """Return a build context, the folder's files and the static busybox: same content, same bytes."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as packed:
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        for name, path in sorted({**files, "busybox": busybox}.items()):
            entry = tarfile.TarInfo(name)
            entry.size = path.stat().st_size
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as source:
                packed.addfile(entry, source)
    return target.getvalue()
