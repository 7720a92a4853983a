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
from solo.leases import Leases
from solo.machine import Machine
from solo.paths import AllocPaths, inside, link_volumes, volumes_of
from solo.store import Row
from solo.taskenv import IN_CONTAINER, Dirs, base_env, interpolator, process_env
from solo.vault import Missing, Vault

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
    return volumes_of(group, task, alloc["Namespace"], machine.store.volumes())


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
    leases = Leases(private)
    entered = bool(task["Vault"]) and _log_in(machine, alloc, task, leases, killed)
    _templates(machine, alloc, task, paths, _Waiter(machine, leases if entered else None, tell, killed))
    if not killed.is_set():
        (private / _DONE).touch()


def _log_in(machine: Machine, alloc: Row, task: Fields, leases: Leases, killed: threading.Event) -> bool:
    """Log in; wait while OpenBao is away. False: killed meanwhile. Raises Unplaceable when it refuses."""
    identity = vault_identity(task)
    if machine.vault is None or identity is None:
        raise Unplaceable("Vault: no Vault is configured on this client", event="vault")
    wait = _BACKOFF_S
    while not killed.is_set():
        try:
            login = machine.vault.login(machine.signer.sign(alloc, task, identity), task["Vault"]["Role"])
        except Unplaceable as error:
            if not error.recoverable:
                raise
        else:
            leases.log_in(*login)
            return True
        killed.wait(wait)
        wait = min(wait * 2, 5.0)
    return False


class _Waiter:
    """Reads secrets for templates, waiting for those that are not there yet, as consul-template does."""

    def __init__(self, machine: Machine, leases: Leases | None, tell: Tell, killed: threading.Event) -> None:
        self._machine, self._leases, self._tell, self._killed = machine, leases, tell, killed
        self._read: dict[str, dict[str, Any]] = {}

    def __call__(self, path: str) -> dict[str, Any]:
        if path not in self._read:
            self._read[path] = self._wait_for(path)
        return self._read[path]

    def _wait_for(self, path: str) -> dict[str, Any]:
        if self._machine.vault is None or self._leases is None:
            raise Unplaceable(f"Template failed: vault.read({path}): no vault block", event="template")
        problem, wait = "", _BACKOFF_S
        for attempt in range(_ATTEMPTS + 1):
            try:
                return _read(self._machine.vault, self._leases, path)
            except Missing as missing:
                problem = str(missing)
            if attempt == 1:
                self._tell(taskevents.template(f"Missing: vault.read({path})"))
            if self._killed.wait(wait):
                break
            wait = min(wait * 2, _BACKOFF_MAX_S)
        raise Unplaceable(f"Template failed: {problem}", event="template")


def _templates(machine: Machine, alloc: Row, task: Fields, paths: AllocPaths, read: template.Read) -> None:
    for number, item in enumerate(task["Templates"] or []):
        _render(machine, alloc, task, paths, number, item, read)


def _render(
    machine: Machine,
    alloc: Row,
    task: Fields,
    paths: AllocPaths,
    number: int,
    item: Fields,
    read: template.Read,
) -> bool:
    """Write one template's file; whether it holds something else than before."""
    task_dir, private = paths.task(task["Name"]), _private(paths, task)
    host_env = base_env(alloc, task, machine.node(), Dirs.of_process(paths.shared, task_dir), mapped=False)
    text = template.render(item["EmbeddedTmpl"], read, environment(machine, alloc, task, paths))
    target = inside(task_dir, interpolator(host_env, machine.node())(item["DestPath"]))
    copy = private / f"{number}{_ENV_SUFFIX}"
    if target.exists() and target.read_text() == text and (copy.exists() or not item["Envvars"]):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.write_text(text)
    target.chmod(int(item["Perms"], 8))
    machine.user.own(target)
    if item["Envvars"]:
        copy.touch(mode=0o600)
        copy.write_text(text)
    return True


def follows(task: Fields) -> bool:
    """Whether something is done to the task when what its templates read changes."""
    return any(item["ChangeMode"] != "noop" for item in task["Templates"] or [])


def rendered_anew(machine: Machine, alloc: Row, task: Fields, paths: AllocPaths) -> list[Fields]:
    """Render what the task follows once more; the templates that came out differently.

    Nothing where OpenBao is away or the secret is gone: the task goes on with what it has.
    """
    changed: list[Fields] = []
    try:
        read = _Again(machine, alloc, task, paths)
        for number, item in enumerate(task["Templates"] or []):
            if item["ChangeMode"] != "noop" and _render(machine, alloc, task, paths, number, item, read):
                changed.append(item)
    except (Missing, Unplaceable):
        return changed
    return changed


def _read(vault: Vault, leases: Leases, path: str) -> dict[str, Any]:
    """A secret's data: what was lent is not read again. Raises Missing."""
    lent = leases.data(path)
    if lent is not None:
        return lent
    answer = vault.read(path, leases.token())
    leases.keep(path, answer)
    return dict(answer["data"])


class _Again:
    """Reads secrets with the task's token, renewed where due, and logs in anew where that is over."""

    def __init__(self, machine: Machine, alloc: Row, task: Fields, paths: AllocPaths) -> None:
        vault, identity = machine.vault, vault_identity(task)
        if vault is None or identity is None:
            raise Missing("no vault block")
        self._vault, self._leases = vault, Leases(_private(paths, task))
        if not self._leases.renew(vault):
            jwt = machine.signer.sign(alloc, task, identity)
            self._leases.log_in(*vault.login(jwt, task["Vault"]["Role"]))

    def __call__(self, path: str) -> dict[str, Any]:
        return _read(self._vault, self._leases, path)
