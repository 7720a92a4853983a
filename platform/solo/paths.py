"""Where an allocation's files stand, as Nomad lays them out: alloc/, <task>/local/ and so on."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from solo.errors import Unplaceable
from solo.fields import Fields
from solo.store import Row


@dataclass(frozen=True)
class RunAs:
    """The user that process tasks run as; no change of user where solo is not root."""

    uid: int
    gid: int
    name: str
    switch: bool

    def own(self, path: Path) -> None:
        """Give a file to the user."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def run_as(name: str) -> RunAs:
    """The user by name. Raises KeyError when there is no such user."""
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid())
        return RunAs(me.pw_uid, me.pw_gid, me.pw_name, switch=False)
    user = pwd.getpwnam(name)
    return RunAs(user.pw_uid, user.pw_gid, name, switch=True)


@dataclass(frozen=True)
class AllocPaths:
    """One allocation's directories."""

    root: Path

    @property
    def shared(self) -> Path:
        """NOMAD_ALLOC_DIR: shared by the tasks."""
        return self.root / "alloc"

    @property
    def logs(self) -> Path:
        """Where the tasks' output is written: out of their reach, since solo writes and reads it as root."""
        return self.root / ".logs"

    def task(self, name: str) -> Path:
        """A task's own directory."""
        return self.root / name

    def build_shared(self, user: RunAs) -> None:
        """Make what the tasks share."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711)
        for path, mode in ((self.shared, 0o755), (self.shared / "data", 0o770), (self.shared / "tmp", 0o770)):
            path.mkdir(exist_ok=True)
            path.chmod(mode)
            user.own(path)
        self.logs.mkdir(exist_ok=True, mode=0o700)

    def build_task(self, name: str, user: RunAs) -> Path:
        """Make a task's directories."""
        task = self.task(name)
        task.mkdir(exist_ok=True)
        task.chmod(0o711)
        for child, mode in (("local", 0o755), ("secrets", 0o700), ("tmp", 0o700)):
            path = task / child
            path.mkdir(exist_ok=True)
            path.chmod(mode)
            user.own(path)
        user.own(task)
        return task

    def remove(self) -> None:
        """Forget all of it."""
        shutil.rmtree(self.root, ignore_errors=True)


def inside(root: Path, relative: str) -> Path:
    """A path below `root`. Raises Unplaceable when it would leave it."""
    path = (root / relative.lstrip("/")) if not relative.startswith(str(root)) else Path(relative)
    resolved = Path(os.path.normpath(path))
    real = resolved.parent.resolve()
    if not resolved.is_relative_to(root) or not (
        real == root.resolve() or real.is_relative_to(root.resolve())
    ):
        raise Unplaceable(f"path {relative!r} escapes the task's directory", event="setup")
    return resolved


def meant(asked: Fields, namespace: str, volume: Row) -> bool:
    """Whether this is the volume that a group asks for: a host volume by its name, a CSI volume by its id."""
    kind = volume.get("Type", "host")
    key = volume["ID"] if kind == "csi" else volume["Name"]
    return (asked.get("Type", "host"), asked["Source"], namespace) == (kind, key, volume["Namespace"])


def uses(alloc: Row, volume: Row) -> bool:
    """Whether an allocation's group asks for it."""
    groups = [g for g in alloc["Job"]["TaskGroups"] if g["Name"] == alloc["TaskGroup"]]
    asked = [v for g in groups for v in (g["Volumes"] or {}).values()]
    return any(meant(each, alloc["Namespace"], volume) for each in asked)


def volumes_of(group: Fields, task: Fields, namespace: str, volumes: list[Row]) -> list[tuple[Row, Fields]]:
    """The volumes that a task mounts, each with its mount. Raises Unplaceable when one is missing."""
    found = []
    for mount in task["VolumeMounts"] or []:
        asked = (group["Volumes"] or {}).get(mount["Volume"]) or {"Source": mount["Volume"]}
        volume = next((v for v in volumes if meant(asked, namespace, v)), None)
        if volume is None:
            raise Unplaceable(f"no host volume {asked['Source']}", event="setup")
        found.append((volume, mount))
    return found


def link_volumes(task_dir: Path, mounts: list[tuple[Row, Fields]], user: RunAs) -> None:
    """For processes: a link at the mount's place, and the volume made the user's own."""
    for volume, mount in mounts:
        target = Path(volume["HostPath"])
        user.own(target)
        place = inside(task_dir, mount["Destination"])
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir() and not place.is_symlink():
            place.rmdir()
        if not place.is_symlink():
            place.symlink_to(target, target_is_directory=True)
