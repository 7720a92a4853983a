"""Nomad through python-nomad, and through the same session what that library lacks."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests
from nomad import api

from drivers import safe
from drivers.nomad import convert, streams
from drivers.nomad.errors import PART, NotThere, of_response, translated
from drivers.nomad.plugins import CsiSetup
from drivers.nomad.volumes import CsiPlugin, CsiVolumes, HostVolumes, Volumes
from drivers.sessions import CONNECT_S, TIMEOUT, TokenHeader, new_session
from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused, Unavailable
from kernel.names import is_full_slug
from orchestration.machines import NodeState
from orchestration.ports import AllocState, JobLine, JobPlan, JobState, JobStatus, Use
from orchestration.specs import VolumeKind
from orchestration.storage import Home, VolumeState

PAGE = 200  #: lines a page of a list
STREAMS = ("stdout", "stderr")


class NomadJobs:
    """The port `Jobs`.

    python-nomad's endpoints are opened one by one, because its `Nomad` class takes a missing token or
    address from the environment. Its ids go unquoted into URLs: each is checked before.
    """

    def __init__(
        self,
        address: str,
        *,
        namespace: str,
        region: str = "",
        token_file: str = "",
        ca: str = "",
        csi: CsiPlugin | None = None,
    ) -> None:
        self._address = address.rstrip("/")
        self._scope = {"namespace": namespace} | ({"region": region} if region else {})
        self._namespace = namespace
        self._session = new_session(ca=ca, auth=TokenHeader("X-Nomad-Token", token_file))
        settings: dict[str, Any] = {
            "address": self._address,
            "namespace": namespace,
            "region": region or None,
            "timeout": TIMEOUT,
            "verify": ca or True,
            "session": self._session,
        }
        self._job = api.Job(**settings)
        self._jobs = api.Jobs(**settings)
        self._agent = api.Agent(**settings)
        self._host_volumes = HostVolumes(self)
        self._volumes: dict[VolumeKind, Volumes] = {
            "host": self._host_volumes,
            "csi": CsiVolumes(self, csi or CsiPlugin(), namespace),
        }
        self.csi = CsiSetup(self, csi or CsiPlugin(), namespace)  #: the lab's plugin, as it is set up

    def raw(self, method: str, *segments: str, body: Any = None, **params: str) -> requests.Response:
        """Call what python-nomad lacks. Each segment is checked; raises as every method does, or NotThere."""
        url = "/".join([self._address, "v1", *(safe.word(PART, segment) for segment in segments)])
        with translated():
            response = self._session.request(
                method, url, params={**self._scope, **params}, json=body, timeout=TIMEOUT
            )
        if not response.ok:
            raise of_response(response)
        return response

    def listed(self, *segments: str, **params: str) -> Iterator[Mapping[str, Any]]:
        """All lines of a paged list."""
        following = ""
        while True:
            page = {"next_token": following} if following else {}
            response = self.raw("GET", *segments, per_page=str(PAGE), **page, **params)
            with translated():
                yield from response.json() or ()
            following = response.headers.get("X-Nomad-Nexttoken", "")
            if not following:
                return

    def _read(self, job_id: str) -> Mapping[str, Any] | None:
        try:
            with translated():
                found: Mapping[str, Any] = self._job.get_job(job_id, namespace=self._namespace)
        except NotThere:
            return None
        return found

    def status(self, job_id: str) -> JobStatus:
        """Read a job in three calls; a fourth, the evaluations, only where fewer stand than are wanted."""
        name = safe.job(PART, job_id)
        raw = self._read(name)
        with translated():
            lines = self._job.get_allocations(name, namespace=self._namespace) or ()
        allocations = tuple(convert.allocation(line) for line in lines)
        if raw is None:
            return JobStatus(None, tuple(each for each in allocations if each.client_status in convert.LIVE))
        state = convert.job(raw)
        newest = self._deployment(name)
        placed = [
            each
            for each in allocations
            if each.job_version == state.version and each.client_status in convert.LIVE
        ]
        waiting = not state.stopped and len(placed) < convert.wanted_count(raw)
        return JobStatus(
            job=state,
            allocations=allocations,
            deployment=convert.deployment(newest) if newest else None,
            blocked=convert.blocked(self._evaluations(name)) if waiting else None,
        )

    def _deployment(self, name: str) -> Mapping[str, Any] | None:
        try:
            with translated():
                found: Mapping[str, Any] | None = self._job.get_deployment(name)
        except NotThere:
            return None
        return found

    def _evaluations(self, name: str) -> list[Mapping[str, Any]]:
        with translated():
            return self._job.get_evaluations(name, namespace=self._namespace) or []

    def plan(self, job: Mapping[str, Any]) -> JobPlan:
        """Ask what a registration would do."""
        name = safe.job(PART, str(job.get("ID", "")))
        with translated():
            return convert.plan(self._job.plan_job(name, {"Job": job}, diff=True))

    def register(self, job: Mapping[str, Any], *, expected_index: int) -> int:
        """Register by compare-and-set, and read the index back.

        The answer to an unchanged job holds another index than JobModifyIndex (facts/nomad.md 3.2). Counts
        are the portal's own, so PreserveCounts stays off. Raises Unavailable where the job cannot be read
        back: the registration may stand.
        """
        name = safe.job(PART, str(job.get("ID", "")))
        body = {"Job": job, "EnforceIndex": True, "JobModifyIndex": expected_index, "PreserveCounts": False}
        with translated():
            self._jobs.register_job(body)
        raw = self._read(name)
        if raw is None:
            raise Unavailable(PART, "the job was registered and is already gone")
        return int(raw["JobModifyIndex"])

    def promote(self, deployment_id: str) -> None:
        """Let a deployment's canaries in. What Nomad says no to has changed since it was looked at."""
        name = safe.uuid(PART, deployment_id)
        try:
            self.raw("POST", "deployment", "promote", name, body={"DeploymentID": name, "All": True})
        except (NotThere, OutsideRefused) as error:
            raise OutsideConflict(PART, str(error)) from error

    def stop(self, job_id: str, *, purge: bool = False) -> None:
        """Deregister; nothing happens where no such job stands."""
        name = safe.job(PART, job_id)
        try:
            with translated():
                self._job.deregister_job(name, purge="true" if purge else None, namespace=self._namespace)
        except NotThere:
            return

    def log_tail(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> str:
        """The last bytes of a log; empty where the allocation or its log is gone or not there yet."""
        try:
            with self._log(alloc_id, task, stream, limit_bytes, plain="true") as response, translated():
                return streams.head(response, limit_bytes).decode(errors="replace")
        except NotThere:
            return ""

    def log_read(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        """The same last bytes in pieces; none where the allocation or its log is gone or not there yet."""
        try:
            with self._log(alloc_id, task, stream, limit_bytes, plain="true") as response, translated():
                yield from streams.texts(response, limit_bytes)
        except NotThere:
            return

    def log_follow(self, alloc_id: str, task: str, stream: str, *, limit_bytes: int = 65536) -> Iterator[str]:
        """The same last bytes and what follows; ends with the task. Empty text is Nomad's heartbeat."""
        try:
            with self._log(alloc_id, task, stream, limit_bytes, follow="true") as response, translated():
                yield from streams.frames(response)
        except NotThere:
            return

    def _log(self, alloc_id: str, task: str, stream: str, limit_bytes: int, **how: str) -> requests.Response:
        if stream not in STREAMS:
            raise OutsideRefused(PART, f"not a log: {stream[:80]!r}")
        where = ("client", "fs", "logs", safe.uuid(PART, alloc_id))
        what = {"task": safe.word(PART, task), "type": stream, "origin": "end", "offset": str(limit_bytes)}
        return self._stream(*where, read_s=streams.LOG_SILENCE_S, **what, **how)

    def _stream(self, *segments: str, read_s: float, **params: str) -> requests.Response:
        url = "/".join([self._address, "v1", *segments])
        with translated():
            response = self._session.get(
                url,
                params={**self._scope, **params},
                headers={"Accept-Encoding": "identity"},
                stream=True,
                timeout=(CONNECT_S, read_s),
            )
            if response.ok:
                return response
            with response:
                raise of_response(response)

    def events(self, *, index: int = 0) -> Iterator[streams.Event | None]:
        """What happens to jobs, allocations, evaluations and deployments; None is a heartbeat.

        A hint and no more: Nomad keeps about a hundred events, so whoever connects looks at everything once.
        Raises Unavailable when the stream ends or falls silent; the caller connects again.
        """
        params = {"topic": list(streams.TOPICS)} | ({"index": str(index)} if index else {})
        with self._stream("event", "stream", read_s=streams.HEARTBEAT_S, **params) as response:  # type: ignore[arg-type]
            with translated():
                yield from streams.events(response)
            raise Unavailable(PART, "the event stream ended")

    def volume_exists(self, name: str, *, kind: VolumeKind = "host") -> bool:
        """Whether a volume of that name stands in the namespace."""
        return self._volumes[kind].exists(name)

    def create_volume(self, name: str, *, size_mib: int, kind: VolumeKind = "host") -> None:
        """Make a volume; one that stands is left as it is."""
        if not self._volumes[kind].exists(name):
            self._volumes[kind].create(name, size_mib)

    def delete_volume(self, name: str, *, kind: VolumeKind = "host") -> None:
        """Delete a volume with what it holds; nothing happens where none stands."""
        self._volumes[kind].delete(name)

    def volume_homes(self, name: str) -> tuple[Home, ...]:
        """The machines on which host volumes of that name stand."""
        return self._host_volumes.homes(name)

    def list_volumes(self) -> tuple[VolumeState, ...]:
        """All volumes of our form, of both kinds, in pages."""
        with translated():
            return tuple(each for kind in self._volumes.values() for each in kind.listed())

    def list_ours(self) -> tuple[JobState, ...]:
        """All jobs of the namespace that carry our mark."""
        lines = self.listed("jobs", meta="true")
        return tuple(convert.job(line) for line in lines if convert.OWNER_MARK in (line.get("Meta") or {}))

    def statuses(self) -> tuple[JobLine, ...]:
        """All jobs of our form, in one call: pages would shift while a job moves to the front.

        Raises Unavailable where a server answers that knows no leader: its picture may be old.
        """
        response = self.raw("GET", "jobs", "statuses")
        if response.headers.get("X-Nomad-Knownleader") == "false":
            raise Unavailable(PART, "the server that answered knows no leader")
        with translated():
            return tuple(convert.line(each) for each in response.json() or () if is_full_slug(each["ID"]))

    def allocations(self) -> tuple[AllocState, ...]:
        """All allocations of jobs of our form, in pages."""
        lines = self.listed("allocations", resources="true")
        return tuple(convert.allocation(each) for each in lines if is_full_slug(each["JobID"]))

    def usage(self, alloc_id: str) -> Use | None:
        """Ask the allocation's machine, through a server. None where it does not run any more."""
        try:
            response = self.raw("GET", "client", "allocation", safe.uuid(PART, alloc_id), "stats")
        except NotThere:
            return None
        with translated():
            return convert.use(response.json())

    def nodes(self) -> tuple[NodeState, ...]:
        """The machines, with what live allocations of readable namespaces hold. Needs node read."""
        used = convert.allocated(self.listed("allocations", resources="true", namespace="*"))
        lines = self.listed("nodes", resources="true")
        return tuple(convert.node(line, used.get(line["ID"], convert.Held())) for line in lines)

    def version(self) -> str:
        """Nomad's version, from its agent or, without the right to ask that, from its nodes."""
        try:
            with translated():
                return str(self._agent.get_agent()["config"]["Version"]["Version"])
        except (Misconfigured, NotThere, KeyError, TypeError):
            return next((str(line.get("Version", "")) for line in self.listed("nodes")), "")

    def edition(self) -> str:
        """What the version calls itself besides its number: `ent`, `solo`, or nothing. Needs agent read."""
        with translated():
            return str(self._agent.get_agent()["config"]["Version"].get("VersionMetadata") or "")
