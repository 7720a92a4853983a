"""Puts solo together: the state, the scheduler, the client, Consul, and the endpoints."""

import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from solo import acl, node
from solo.api import agent, allocations, csi, evaluations, fs, job, jobs, nodes, plan, stream, volumes
from solo.api.common import Context
from solo.api.nodes import put_namespace
from solo.api.waiting import Bell
from solo.cgroup import Cgroups
from solo.client import Client
from solo.consul import ConsulSync
from solo.health import Watch
from solo.housekeeping import Housekeeping
from solo.identity import Signer
from solo.machine import Machine
from solo.options import Options
from solo.paths import run_as
from solo.process import ProcessDriver
from solo.reaper import Reaper
from solo.scheduler import Scheduler
from solo.store import Store
from solo.vault import Vault

log = logging.getLogger(__name__)


def _machine(options: Options, cgroups: Cgroups) -> Machine:
    for name in ("alloc", "host_volumes", "csi_volumes"):
        (options.data_dir / name).mkdir(exist_ok=True, mode=0o711)
    machine = Machine(
        options=options,
        store=Store(options.data_dir / "state.db"),
        user=run_as(options.run_as_user),
        signer=Signer(options.data_dir),
        vault=Vault(options.vault_addr, options.vault_jwt_mount) if options.vault_addr else None,
        node_id=node.node_id(options.data_dir),
    )
    processes = ProcessDriver(options.data_dir, cgroups, Reaper())
    machine.drivers |= {name: processes for name in options.drivers if name in ("raw_exec", "exec")}
    if "docker" in options.drivers:
        from solo.dockertask import DockerDriver  # its SDK costs memory: only where docker is asked for

        machine.drivers["docker"] = DockerDriver(machine.node_id)
    for name in ("default", *options.namespaces):
        if machine.store.get("namespaces", name) is None:
            about = "Default shared namespace" if name == "default" else ""
            put_namespace(machine.store, {"Name": name, "Description": about})
    return machine


def build(options: Options) -> Starlette:
    """The ASGI application; its threads start with it. Raises OSError or ValueError for unusable options."""
    options.data_dir.mkdir(parents=True, exist_ok=True)
    cgroups = Cgroups(node.node_id(options.data_dir)[:8])
    machine = _machine(options, cgroups)
    consul = ConsulSync(options.consul_addr, options.consul_token_file, machine.node_id)
    scheduler = Scheduler(machine.store, machine.node)
    client = Client(machine, consul, scheduler.unblock)
    bell = Bell()
    machine.store.on_change(bell.ring)
    tokens = acl.load(options.token_file, options.tokens_file)
    health = Watch(machine.store, consul, client.tell)
    housekeeping = Housekeeping(machine, consul, scheduler.unblock)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        bell.attach()
        housekeeping.fingerprint()
        client.start()
        consul.start()
        health.start()
        scheduler.start()
        threading.Thread(target=housekeeping.run, name="housekeeping", daemon=True).start()
        yield
        scheduler.stop()
        machine.store.close()
        cgroups.leave()

    modules = (plan, jobs, job, allocations, evaluations, nodes, csi, volumes, fs, stream, agent)
    application = Starlette(
        routes=[route for module in modules for route in module.routes],
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error},
    )
    application.router.redirect_slashes = False
    application.state.context = Context(machine, scheduler, client, consul, tokens, bell)
    return application


async def _http_error(_: Request, error: Exception) -> Response:
    """Unknown paths and methods as Nomad answers them (recordings 088 and 089)."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse("Invalid method" if status == HTTPStatus.METHOD_NOT_ALLOWED else "", status)
