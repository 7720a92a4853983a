"""Nomad's answers for a thousand healthy jobs, replayed: `python -m benchmarks.replay JOBS PORT`.

JOBS is a file of rendered jobs. Only Nomad is played, since a thousand real tasks would need the machine for
themselves: each job is registered once, has one healthy allocation for each copy and a successful deployment,
in the shape of what a real 2.0.5 answered. Nothing changes. `/calls` says how often each path was asked for,
ids taken out, so that a benchmark can tell list calls from calls for one app.
"""

import json
import re
import sys
import threading
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SUBMITTED_NS = 1_795_469_124_029_486_787
INDEX = "280"
HEARTBEAT_S = 10.0
NODE = "52f03260-fedf-50f7-8048-97b41a9b6c97"
SPACE = uuid.UUID("52f03260-fedf-50f7-8048-97b41a9b6c98")
VERSION = "2.0.5"
_JOB = re.compile(r"/v1/job/(?P<job>[^/]+)(?P<rest>/[a-z]+)?")
_STATS = re.compile(r"/v1/client/allocation/[^/]+/stats")
HELD = {"Cpu": {"CpuShares": 20}, "Memory": {"MemoryMB": 64}}
HAS = {"Cpu": {"CpuShares": 100_000}, "Memory": {"MemoryMB": 262_144}, "Disk": {"DiskMB": 1_000_000}}
_NOW = {"CpuStats": {"TotalTicks": 5.0}, "MemoryStats": {"RSS": 20 * 2**20}}
OF_ALLOCATION = "/v1/client/allocation/:id/stats"
USED = {"ResourceUsage": _NOW, "Tasks": {"main": {"ResourceUsage": _NOW}}}
Json = dict[str, Any]


class Estate:
    """The jobs, as each endpoint shows them."""

    def __init__(self, jobs: list[Json]) -> None:
        standing = {
            "Version": 0, "JobModifyIndex": 10, "ModifyIndex": 12, "CreateIndex": 10, "Status": "running",
            "Stop": False, "SubmitTime": SUBMITTED_NS,
        }  # fmt: skip
        self.jobs = {job["ID"]: {**job, **standing} for job in jobs}
        self.lists = {
            "/v1/jobs": [self._stub(job) for job in self.jobs.values()],
            "/v1/jobs/statuses": [self._status(job) for job in self.jobs.values()],
            "/v1/allocations": [each for job in self.jobs.values() for each in self.allocations(job)],
            "/v1/nodes": [_node()],
            "/v1/volumes": [],
            "/v1/agent/self": {"config": {"Version": {"Version": VERSION}, "ACL": {"Enabled": True}}},
            "/v1/status/leader": "127.0.0.1:4647",
        }

    def of_job(self, name: str, rest: str) -> Any:
        """What one job's endpoint answers; None where no such job stands."""
        job = self.jobs.get(name)
        if job is None:
            return None
        answers = {"": job, "/allocations": self.allocations(job), "/deployment": self._deployment(job)}
        return answers.get(rest, [])

    def allocations(self, job: Json) -> list[Json]:
        """One running allocation for each copy."""
        count = job["TaskGroups"][0]["Count"]
        return [
            {
                "ID": str(uuid.uuid5(SPACE, f"{job['ID']}{number}")), "JobID": job["ID"], "JobVersion": 0,
                "ClientStatus": "running", "DesiredStatus": "run", "NodeID": NODE, "NodeName": "replayed",
                "DeploymentStatus": {"Canary": False, "Healthy": True}, "TaskGroup": "app", "ModifyIndex": 11,
                "TaskStates": {"app": {"State": "running", "Events": [], "Restarts": 0}},
                "AllocatedResources": {"Tasks": {"app": HELD}},
            }
            for number in range(count)
        ]  # fmt: skip

    def _status(self, job: Json) -> Json:
        """A line of /v1/jobs/statuses."""
        keys = ("ID", "Name", "Namespace", "Datacenters", "NodePool", "Priority", "Type")
        told = ("ID", "ClientStatus", "DeploymentStatus", "JobVersion", "NodeID")
        allocations = [{name: each[name] for name in told} for each in self.allocations(job)]
        return {
            **{key: job[key] for key in keys}, "Version": 0, "SubmitTime": SUBMITTED_NS, "Stop": False,
            "Status": "running", "ModifyIndex": 12, "GroupCountSum": len(allocations), "Allocs": allocations,
            "LatestDeployment": {**self._deployment(job), "IsActive": False},
        }  # fmt: skip

    @staticmethod
    def _stub(job: Json) -> Json:
        keys = ("ID", "Name", "Namespace", "Meta", "Status", "Stop", "JobModifyIndex", "ModifyIndex")
        return {key: job[key] for key in keys}

    @staticmethod
    def _deployment(job: Json) -> Json:
        done = {"Status": "successful", "StatusDescription": "Deployment completed successfully"}
        return {"ID": str(uuid.uuid5(SPACE, job["ID"])), "JobVersion": 0, **done, "TaskGroups": {}}


def _node() -> Json:
    return {
        "ID": NODE, "Name": "replayed", "Status": "ready",
        "SchedulingEligibility": "eligible", "Drain": False,
        "Datacenter": "lab", "NodePool": "default", "Version": VERSION, "NodeResources": HAS,
        "Drivers": {name: {"Healthy": True} for name in ("docker", "exec", "raw_exec")},
    }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Answers GET; whatever would change something is refused."""

    protocol_version = "HTTP/1.1"
    estate: Estate
    calls: Counter[str] = Counter()
    lock = threading.Lock()

    def do_GET(self) -> None:
        """Answer, and count."""
        path = urlsplit(self.path).path
        job = _JOB.fullmatch(path)
        stats = _STATS.fullmatch(path)
        with self.lock:
            self.calls[f"/v1/job/:id{job['rest'] or ''}" if job else _STATS.sub(OF_ALLOCATION, path)] += 1
        if stats:
            self._send(200, USED)
        elif path == "/v1/event/stream":
            self._stream()
        elif path == "/calls":
            self._send(200, dict(self.calls))
        elif job:
            found = self.estate.of_job(job["job"], job["rest"] or "")
            self._send(200, found) if found is not None else self._text(404, "job not found")
        elif path in self.estate.lists:
            self._send(200, self.estate.lists[path])
        else:
            self._text(404, "")

    def do_POST(self) -> None:
        """Nothing may be registered here: a healthy app wants nothing registered."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.lock:
            self.calls[f"POST {urlsplit(self.path).path}"] += 1
        self._text(403, "Permission denied")

    do_PUT = do_DELETE = do_POST  # noqa: N815 - names of http.server

    def _stream(self) -> None:
        """The event stream of a cluster in which nothing happens."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"{}\n")
            self.wfile.flush()
            time.sleep(HEARTBEAT_S)

    def _send(self, status: int, body: Any) -> None:
        self._text(status, json.dumps(body), "application/json")

    def _text(self, status: int, text: str, kind: str = "text/plain") -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": kind, "Content-Length": str(len(data)), "X-Nomad-Index": INDEX,
            "X-Nomad-Knownleader": "true", "X-Nomad-Lastcontact": "0",
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_told: Any) -> None:
        """Say nothing."""


def main(jobs: str, port: str) -> None:
    """Serve until killed."""
    Handler.estate = Estate(json.loads(Path(jobs).read_text()))
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
