"""What a thousand healthy apps cost while nothing changes: one full pass over all of them, and the idle CPU.

Consul, Traefik, OpenBao, PostgreSQL and Redis are real: the apps' services stand in Consul with a check that
nobody has to make, Traefik makes two routers of each, and the prober asks each address through it. Nomad
alone is replayed (benchmarks/replay.py says what that is), and one small server stands for all the apps.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import requests

from benchmarks.bench import Bench, free_port, until
from benchmarks.figures import Figure
from stack.keeping import keep, write
from stack.layout import CHECKOUT, StackError
from stack.parts.portal import manage
from stack.portalenv import LAUNCHED, lines, read_env

APPS = 1000
SETTLE_S = 90.0  #: the first surveys, the first minute of the prober
IDLE_S = 120.0
PASS_S = 10.0
IDLE_SHARE = 10.0  #: percent of one core
SEED = Path(__file__).parent / "estate.script"
OF_ONE = "/v1/job/:id"
#: the apps rest, each due within some minutes, as if they had been looked at in turn; and put aside again
WAKE = """
import random
from datetime import timedelta
from django.utils import timezone
from apps.workloads.models import Claim, Observation
now = timezone.now()
claims = list(Claim.objects.filter(app__template__slug="estate"))
for claim in claims:
    claim.parked_at, claim.due_at = None, now + timedelta(seconds=random.uniform(120, 300))
Claim.objects.bulk_update(claims, ["parked_at", "due_at"])
mine = Observation.objects.filter(app__template__slug="estate")
mine.update(state="running", observed_at=now, answered_at=now)
# Those that other benchmarks left have no address: the prober would ask the portal's own page for each.
Observation.objects.filter(app__name__startswith="seed-").update(state="stopped")
"""
PARK = """
from django.utils import timezone
from apps.workloads.models import Claim, Observation
Claim.objects.filter(app__template__slug="estate").update(parked_at=timezone.now(), due_at=None)
Observation.objects.filter(app__template__slug="estate").update(state="stopped")
"""
_LAST = (
    "import json; from apps.cluster.selectors import last_survey; s = last_survey();"
    "print(json.dumps([s.apps, s.agreed, s.took_ms, s.began_at.timestamp()] if s else [0, 0, 0, 0]))"
)


def estate(bench: Bench) -> list[Figure]:
    """Seed, let it settle, watch it rest."""
    bench.project()
    jobs = bench.stack.layout.home / "estate.json"
    seeding = {"ESTATE_APPS": str(APPS), "ESTATE_JOBS": str(jobs)}
    os.environ |= seeding
    manage(bench.stack.layout.home, ("shell", "-v0", "-c", SEED.read_text()))
    with _apps_answer() as app_port, _registered(bench, jobs, app_port), _replayed(bench, jobs) as nomad:
        manage(bench.stack.layout.home, ("shell", "-v0", "-c", WAKE))
        until(lambda: _last(bench)[1] >= APPS * 0.9, "a survey agrees with the estate", 5.0)
        time.sleep(SETTLE_S)
        return _figures(bench, nomad)


def _figures(bench: Bench, nomad: str) -> list[Figure]:
    apps, agreed, took_ms, _ = _last(bench)
    before, used = _calls(nomad), _cpu_s(bench)
    time.sleep(IDLE_S)
    after, spent = _calls(nomad), {name: value - used[name] for name, value in _cpu_s(bench).items()}
    asked = {path: after[path] - before.get(path, 0) for path in after if after[path] > before.get(path, 0)}
    alone = sum(number for path, number in asked.items() if path.startswith(OF_ONE))
    shares = {name: 100 * value / IDLE_S for name, value in spent.items()}
    told = ", ".join(f"{name} {share:.1f}" for name, share in shares.items())
    listed = asked.get("/v1/jobs/statuses", 0)
    minutes = IDLE_S / 60
    return [
        Figure(f"estate: one pass over {apps:.0f} apps", took_ms / 1000, "s", PASS_S, f"{agreed:.0f} fit"),
        Figure("estate: calls of Nomad's list of all jobs, a minute", listed / minutes, "", 2),
        Figure("estate: calls of Nomad for one app, a minute", alone / minutes, "", note=str(asked)),
        Figure("estate: idle CPU of the portal", sum(shares.values()), "%", IDLE_SHARE, told),
    ]  # fmt: skip


def _last(bench: Bench) -> list[float]:
    told = manage(bench.stack.layout.home, ("shell", "-v0", "-c", _LAST)).splitlines()[-1]
    found: list[float] = json.loads(told)
    return found


def _calls(nomad: str) -> dict[str, int]:
    found: dict[str, int] = requests.get(f"{nomad}/calls", timeout=10).json()
    return found


def _cpu_s(bench: Bench) -> dict[str, float]:
    """Seconds of CPU that each process of the portal has used, its children's too."""
    found = {}
    for name in LAUNCHED:
        record = bench.stack.processes.get(name)
        process = record.process() if record else None
        if process is None:
            raise StackError(f"{name} does not run")
        family = [process, *process.children(recursive=True)]
        times = [each.cpu_times() for each in family]
        found[name] = sum(each.user + each.system for each in times)
    return found


class _App(BaseHTTPRequestHandler):
    """All the apps."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as each of them does."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_told: Any) -> None:
        """Say nothing."""


@contextmanager
def _apps_answer() -> Iterator[int]:
    """One server for all apps; yields its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@contextmanager
def _registered(bench: Bench, jobs: Path, port: int) -> Iterator[None]:
    """Each app's service in Consul, passing, as Nomad registers it."""
    base = f"{_url(bench.stack.fact('consul_addr'))}/v1/agent/service"
    secret = keep(bench.stack.layout.secrets / "consul-management", str)
    services = [job["TaskGroups"][0]["Services"][0] for job in json.loads(jobs.read_text())]
    with requests.Session() as consul:
        consul.headers["X-Consul-Token"] = secret
        for each in services:
            check = {"Name": "alive", "TTL": "24h", "Status": "passing"}
            body = {
                "ID": each["Name"], "Name": each["Name"], "Tags": each["Tags"], "Meta": each["Meta"],
                "Address": "127.0.0.1", "Port": port, "Check": check,
            }  # fmt: skip
            consul.put(f"{base}/register", json=body, timeout=10).raise_for_status()
        try:
            yield
        finally:
            for each in services:
                consul.put(f"{base}/deregister/{each['Name']}", timeout=10)


@contextmanager
def _replayed(bench: Bench, jobs: Path) -> Iterator[str]:
    """The portal on a replayed Nomad; yields its address. Afterwards it stands on the real one again."""
    port, home = free_port(), bench.stack.layout.home
    address, kept = f"http://127.0.0.1:{port}", read_env(home / "portal.env")
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "deploy")}
    arguments = [sys.executable, "-m", "benchmarks.replay", str(jobs), str(port)]
    with subprocess.Popen(arguments, env=environment, cwd=CHECKOUT) as replay:
        try:
            until(lambda: _answers(address), "the replayed Nomad answers")
            _stands_on(bench, {**kept, "NOMAD_ADDR": address})
            yield address
        finally:
            manage(home, ("shell", "-v0", "-c", PARK))
            _stands_on(bench, kept)
            replay.terminate()


def _stands_on(bench: Bench, environment: dict[str, str]) -> None:
    """Start the portal's processes anew with this environment; the keeper does."""
    write(bench.stack.layout.home / "portal.env", lines(environment))
    for name in LAUNCHED:
        record = bench.stack.processes.get(name)
        process = record.process() if record else None
        if process is not None:
            process.terminate()
            _gone(process)
    until(lambda: all(bench.stack.processes.get(name) for name in LAUNCHED), "the portal runs again", 1.0)


def _gone(process: psutil.Process) -> None:
    try:
        process.wait(30)
    except psutil.TimeoutExpired:
        process.kill()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/calls", timeout=5).ok
    except requests.RequestException:
        return False


def _url(address: str) -> str:
    return address if "//" in address else f"http://{address}"
