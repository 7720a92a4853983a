"""`python -m solo.halt DATA_DIR`: end every task that a stopped solo left running.

solo itself leaves tasks running when it stops, and finds them at its next start. Whoever takes everything
down calls this; at the next start solo misses the tasks and begins them again.
"""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

from solo.process import ProcessHandle, same_process
from solo.store import Row, Store

GRACE_S = 5.0


def _processes(handles: Iterable[Row]) -> list[ProcessHandle]:
    found = (
        ProcessHandle(
            row["pid"], row["runner_pid"], row["runner_created"], row["group"], Path(row["exit_file"]), 0
        )
        for row in handles
        if "runner_pid" in row
    )
    return [handle for handle in found if same_process(handle.runner_pid, handle.runner_created)]


def _end_processes(handles: list[ProcessHandle]) -> None:
    runners = []
    for handle in handles:
        with contextlib.suppress(psutil.NoSuchProcess):
            runners.append(psutil.Process(handle.runner_pid))
            handle.signal(15)
    psutil.wait_procs(runners, timeout=GRACE_S)
    for handle in handles:
        handle.forget()


def _end_containers(ids: list[str]) -> None:
    import docker  # its SDK costs time: only where a task ran in a container
    from docker.errors import DockerException

    with contextlib.suppress(DockerException), contextlib.closing(docker.from_env()) as engine:
        for container_id in ids:
            with contextlib.suppress(DockerException):
                container = engine.containers.get(container_id)
                container.stop(timeout=int(GRACE_S))
                container.remove(force=True, v=True)


def halt(data_dir: Path) -> int:
    """End the tasks whose handles solo wrote down; returns how many ran."""
    if not (data_dir / "state.db").exists():
        return 0
    store = Store(data_dir / "state.db")
    handles = [row["handle"] for row in store.rows("handles")]
    store.close()
    processes = _processes(handles)
    containers = [row["container"] for row in handles if "container" in row]
    _end_processes(processes)
    if containers:
        _end_containers(containers)
    return len(processes) + len(containers)


if __name__ == "__main__":
    sys.stdout.write(f"{halt(Path(sys.argv[1]))} tasks ended\n")
