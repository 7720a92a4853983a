"""A server that answers Nomad's API: solo, or a real Nomad. The suite asks both the same."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.waiting import wait_for

Json = dict[str, Any]
_TIMEOUT_S = 30


@dataclass
class Target:
    """Where to ask, with a management token, and a namespace of the suite's own."""

    name: str
    url: str
    token: str
    namespace: str
    rights: Callable[[list[str]], str]  #: makes a token that holds these capabilities in the namespace
    log: Callable[[], str] = field(default=lambda: "")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        **params: str,
    ) -> requests.Response:
        """One request, in the suite's namespace unless the path or `params` says another (empty: none)."""
        query = params if "namespace=" in path else {"namespace": self.namespace, **params}
        query = {key: value for key, value in query.items() if value}
        secret = self.token if token is None else token
        headers = {"X-Nomad-Token": secret} if secret else {}
        return requests.request(
            method, self.url + path, json=body, params=query, headers=headers, timeout=_TIMEOUT_S
        )

    def get(self, path: str, **params: str) -> Any:
        """What a GET answers, which must succeed."""
        answer = self.call("GET", path, **params)
        assert answer.ok, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """What a change answers, which must succeed."""
        answer = self.call(method, path, body, **params)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text.strip() else None

    def register(self, job: Json, **more: Any) -> Json:
        """Register a job in the suite's namespace."""
        found: Json = self.send("POST", "/v1/jobs", {"Job": self.placed(job), **more})
        return found

    def placed(self, job: Json) -> Json:
        """The job in the suite's namespace."""
        return {**job, "Namespace": self.namespace}

    def allocs(self, job_id: str) -> list[Json]:
        """A job's allocations, oldest first."""
        found: list[Json] = self.get(f"/v1/job/{job_id}/allocations", all="true")
        return sorted(found, key=lambda a: (a["CreateIndex"], a["Name"]))

    def wait_alloc(self, job_id: str, status: str, deadline_s: float = 30) -> Json:
        """The job's newest allocation, once it is in that state."""

        def look() -> Json | None:
            found = self.allocs(job_id)
            return found[-1] if found and found[-1]["ClientStatus"] == status else None

        found = wait_for(look, deadline_s, f"{job_id} has an allocation that is {status}")
        assert found is not None
        return found

    def deployment(self, job_id: str, status: str, version: int = 0, deadline_s: float = 30) -> Json:
        """The newest deployment, once it is of that version and status."""

        def look() -> Json | None:
            found: Json | None = self.get(f"/v1/job/{job_id}/deployment")
            fits = found is not None and (found["JobVersion"], found["Status"]) == (version, status)
            return found if fits else None

        found = wait_for(look, deadline_s, f"{job_id}: deployment of version {version} is {status}")
        assert found is not None
        return found

    def evaluated(self, eval_id: str) -> Json:
        """An evaluation, once it is worked off."""

        def look() -> Json | None:
            found: Json = self.get(f"/v1/evaluation/{eval_id}")
            return found if found["Status"] == "complete" else None

        found = wait_for(look, 20, f"evaluation {eval_id} is complete")
        assert found is not None
        return found

    def logs(self, alloc_id: str, kind: str = "stdout", task: str = "main") -> str:
        """All that a task wrote."""
        answer = self.call("GET", f"/v1/client/fs/logs/{alloc_id}", task=task, type=kind, plain="true")
        assert answer.ok, answer.text
        return answer.text

    def purge(self, job_id: str) -> None:
        """Leave nothing of it running."""
        self.call("DELETE", f"/v1/job/{job_id}", purge="true")
        wait_for(
            lambda: all(a["ClientStatus"] in ("complete", "failed", "lost") for a in self.allocs(job_id)),
            30,
            f"nothing of {job_id} runs",
        )

    @contextlib.contextmanager
    def running(self, job: Json) -> Iterator[Json]:
        """A registered job, purged at the end."""
        try:
            yield self.register(job)
        finally:
            self.purge(job["ID"])

    def events(self, index: int, **params: str) -> Iterator[Json]:
        """The event stream's lines from an index on."""
        query = {"namespace": self.namespace, "index": str(index), **params}
        with requests.get(
            f"{self.url}/v1/event/stream",
            params=query,
            headers={"X-Nomad-Token": self.token},
            stream=True,
            timeout=_TIMEOUT_S,
        ) as answer:
            assert answer.ok, answer.text
            for line in answer.iter_lines(chunk_size=1):
                if line:
                    yield json.loads(line)
