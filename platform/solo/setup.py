"""Setting a task up: directories, volumes, artifacts, its Vault token, its templates."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from solo import artifact, taskevents, template
from solo.compare import find
from solo.errors import Unplaceable
from solo.fields import Fields
from solo.handles import Order
from solo.identity import vault_identity
from solo.machine import Machine
from solo.paths import AllocPaths, inside, link_volumes, volumes_of
from solo.store import Row
from solo.taskenv import IN_CONTAINER, Dirs, base_env, interpolator, process_env
from solo.vault import Missing

Tell = Callable[[dict[str, Any]], None]
_BACKOFF_S = 0.25  # consul-template's retries: 12 attempts, doubling, a minute at most
_BACKOFF_MAX_S = 60.0
_ATTEMPTS = 12
_DONE = ".set-up"
_ENV_SUFFIX = ".env-template"


def _contained(task: Fields) -> bool:
    return bool(task["Driver"] == "docker")


def _mapped(task: Fields) -> bool:
    """Whether the task has a network of its own, where it listens on each port's `To`."""
    return _contained(task) and (task["Config"] or {}).get("network_mode") != "host"


def _dirs(task: Fields, paths: AllocPaths) -> Dirs:
    return IN_CONTAINER if _contained(task) else Dirs.of_process(paths.shared, paths.task(task["Name"]))


def environment(machine: Machine, alloc: Row, task: Fields, paths: AllocPaths) -> dict[str, str]:
    """The task's environment: Nomad's variables, the job's, and those that templates made."""
    base = base_env(alloc, task, machine.node(), _dirs(task, paths), mapped=_mapped(task))
    own = interpolator(base, machine.node())(task["Env"] or {})
    made: dict[str, str] = {}
    private = _private(paths, task)
    for path in sorted(private.glob(f"*{_ENV_SUFFIX}")):
        made |= template.parse_env(path.read_text())
    token = private / "vault_token"
    if task["Vault"] and task["Vault"]["Env"] and token.exists():
        made["VAULT_TOKEN"] = token.read_text()
        made["VAULT_ADDR"] = machine.options.vault_addr
    return {**base, **own, **made}


def _private(paths: AllocPaths, task: Fields) -> Path:
    """Out of the task's reach."""
    return paths.root / f".private-{task['Name']}"


def order(machine: Machine, alloc: Row, task: Fields, paths: AllocPaths, tell: Tell) -> Order:
    """All that the driver needs."""
    env, task_dir = environment(machine, alloc, task, paths), paths.task(task["Name"])
    replace = interpolator(env, machine.node())
    if not _contained(task):
        env = process_env({}, env, task_dir, machine.user.name)
    return Order(
        alloc=alloc,
        task=task,
        config=replace(task["Config"] or {}),
        env=env,
        task_dir=task_dir,
        shared_dir=paths.shared,
        logs_dir=paths.logs,
        mounts=_mounts(machine, alloc, task),
        user=machine.user,
        tell=tell,
    )


def _mounts(machine: Machine, alloc: Row, task: Fields) -> list[tuple[Row, Fields]]:
    group = find(alloc["Job"]["TaskGroups"], alloc["TaskGroup"]) or {"Volumes": None}
    return volumes_of(group, task, alloc["Namespace"], machine.store.rows("volumes"))


def prepare(
    machine: Machine, alloc: Row, task: Fields, paths: AllocPaths, tell: Tell, killed: threading.Event
) -> None:
    """Do what is to be done before the first start; nothing on later ones. Raises Unplaceable."""
    private = _private(paths, task)
    if (private / _DONE).exists():
        return
    tell(taskevents.setup())
    paths.build_shared(machine.user)
    task_dir = paths.build_task(task["Name"], machine.user)
    private.mkdir(exist_ok=True, mode=0o700)
    mounts = _mounts(machine, alloc, task)
    if not _contained(task):
        link_volumes(task_dir, mounts, machine.user)
    if task["Artifacts"]:
        tell(taskevents.event("Downloading Artifacts", "Client is downloading artifacts"))
        replace = interpolator(environment(machine, alloc, task, paths), machine.node())
        for item in task["Artifacts"]:
            artifact.fetch(item, task_dir, machine.user, replace)
    token = _vault_token(machine, alloc, task, private, killed) if task["Vault"] else ""
    _templates(machine, alloc, task, paths, _Waiter(machine, token, tell, killed))
    if not killed.is_set():
        (private / _DONE).touch()


def _vault_token(machine: Machine, alloc: Row, task: Fields, private: Path, killed: threading.Event) -> str:
    """Log in; wait while OpenBao is away. Raises Unplaceable when it refuses."""
    identity = vault_identity(task)
    if machine.vault is None or identity is None:
        raise Unplaceable("Vault: no Vault is configured on this client", event="vault")
    wait = _BACKOFF_S
    while not killed.is_set():
        try:
            token = machine.vault.login(machine.signer.sign(alloc, task, identity), task["Vault"]["Role"])
        except Unplaceable as error:
            if not error.recoverable:
                raise
        else:
            path = private / "vault_token"
            path.touch(mode=0o600)
            path.write_text(token)
            return token
        killed.wait(wait)
        wait = min(wait * 2, 5.0)
    return ""


class _Waiter:
    """Reads secrets for templates, waiting for those that are not there yet, as consul-template does."""

    def __init__(self, machine: Machine, token: str, tell: Tell, killed: threading.Event) -> None:
        self._machine, self._token, self._tell, self._killed = machine, token, tell, killed
        self._read: dict[str, dict[str, Any]] = {}

    def __call__(self, path: str) -> dict[str, Any]:
        if path not in self._read:
            self._read[path] = self._wait_for(path)
        return self._read[path]

    def _wait_for(self, path: str) -> dict[str, Any]:
        if self._machine.vault is None or not self._token:
            raise Unplaceable(f"Template failed: vault.read({path}): no vault block", event="template")
        problem, wait = "", _BACKOFF_S
        for attempt in range(_ATTEMPTS + 1):
            try:
                return self._machine.vault.read(path, self._token)
            except Missing as missing:
                problem = str(missing)
            if attempt == 1:
                self._tell(taskevents.template(f"Missing: vault.read({path})"))
            if self._killed.wait(wait):
                break
            wait = min(wait * 2, _BACKOFF_MAX_S)
        raise Unplaceable(f"Template failed: {problem}", event="template")


def _templates(machine: Machine, alloc: Row, task: Fields, paths: AllocPaths, read: _Waiter) -> None:
    task_dir, private = paths.task(task["Name"]), _private(paths, task)
    env = environment(machine, alloc, task, paths)
    host_env = base_env(alloc, task, machine.node(), Dirs.of_process(paths.shared, task_dir), mapped=False)
    for number, item in enumerate(task["Templates"] or []):
        text = template.render(item["EmbeddedTmpl"], read, env)
        target = inside(task_dir, interpolator(host_env, machine.node())(item["DestPath"]))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_text(text)
        target.chmod(int(item["Perms"], 8))
        machine.user.own(target)
        if item["Envvars"]:
            copy = private / f"{number}{_ENV_SUFFIX}"
            copy.touch(mode=0o600)
            copy.write_text(text)
