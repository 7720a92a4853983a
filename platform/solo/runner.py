"""The small parent of one process task: starts it as its user, waits, and writes how it ended.

It outlives a restart of solo. It is run by path with `python -I -S` and imports next to nothing, so that
it costs little memory. Its orders come on standard input (marshal of a dict); its first line out says
`ok <pid>` or `error <why>`; at the end it writes `<exit code> <signal>` to the exit file.
"""

import marshal
import os
import sys

_SIGNAL_BASE = 128  # shells' and Nomad's exit code of a task that a signal ended


def _become(order: dict) -> None:  # type: ignore[type-arg]
    """In the child: cgroup, session, output, user, then the program itself."""
    for path in order["cgroups"]:
        with open(path + "/cgroup.procs", "w") as file:  # noqa: PTH123 - pathlib costs memory
            file.write(str(os.getpid()))
    os.setsid()
    null = os.open("/dev/null", os.O_RDONLY)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    out, err = os.open(order["stdout"], flags, 0o640), os.open(order["stderr"], flags, 0o640)
    for source, target in ((null, 0), (out, 1), (err, 2)):
        os.dup2(source, target)
    if order["uid"] is not None:
        os.setgroups([])
        os.setgid(order["gid"])
        os.setuid(order["uid"])
    os.umask(0o027)
    os.chdir(order["cwd"])
    os.execvpe(order["argv"][0], order["argv"], order["env"])  # noqa: S606 - a program, no shell


def _start(order: dict) -> tuple[int, str]:  # type: ignore[type-arg]
    """The child's pid, and the error if it could not become the program."""
    read, write = os.pipe()  # closed by a successful exec
    pid = os.fork()
    if pid == 0:
        try:
            _become(order)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
            os.write(write, str(error).encode())
        os._exit(127)
    os.close(write)
    problem = os.read(read, 4096).decode()
    os.close(read)
    return pid, problem


def main() -> None:
    """Run one task from start to end."""
    order = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - from solo itself, over a pipe
    pid, problem = _start(order)
    if problem:
        os.waitpid(pid, 0)
        os.write(1, f"error {problem}\n".encode())
        return
    exit_file = order["exit_file"]
    order = None
    os.write(1, f"ok {pid}\n".encode())
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    _, status = os.waitpid(pid, 0)
    signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = _SIGNAL_BASE + signal if signal else os.WEXITSTATUS(status)
    with open(exit_file + ".new", "w") as file:  # noqa: PTH123 - pathlib costs memory
        file.write(f"{code} {signal}")
    os.replace(exit_file + ".new", exit_file)  # noqa: PTH105 - pathlib costs memory


if __name__ == "__main__":
    main()
