"""A node that runs keepers in memory: it speaks to the portal's own file addresses, as a real one does."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.volumes.reconcile import remove, sweep
from orchestration.render.keeper import PROGRAM
from tests.apps.workloads.chain import Chain

MIB = 1024 * 1024


@dataclass
class Node:
    """What each volume holds, by its name outside; `chain` has the lab that places jobs."""

    chain: Chain
    disk: dict[str, bytes] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)  #: the portal's, in order
    part: int = 8 * MIB
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.chain.lab.jobs.keeps = self.keeps

    def work(self, times: int = 6) -> None:
        """Look and let time pass in turn."""
        for _ in range(times):
            self.look()
            self.chain.lab.advance()
        self.look()

    def look(self) -> None:
        """As the worker and the process that may delete for good do in turn."""
        sweep(self.chain.lab.drivers())
        remove(drivers=self.chain.lab.drivers())

    def keeps(self, job: Mapping[str, Any]) -> str:
        """What the program does, without its archive: the disk's bytes are its content."""
        group = job["TaskGroups"][0]
        source = next(iter(group["Volumes"].values()))["Source"]
        args = group["Tasks"][0]["Config"]["args"]
        work, _folder, *more = args[args.index(PROGRAM) + 1 :]
        does: dict[str, Callable[..., dict[str, Any]]] = {
            "measure": self.measure,
            "snapshot": self.snapshot,
            "restore": self.restore,
        }
        return json.dumps(does[work](source, *more))

    def measure(self, source: str) -> dict[str, Any]:
        held = self.disk.get(source, b"")
        return {"used_bytes": len(held), "files": int(bool(held))}

    def snapshot(self, source: str, url: str) -> dict[str, Any]:
        content = self.disk.get(source, b"") or b"\0"
        parts = [content[start : start + self.part] for start in range(0, len(content), self.part)]
        for number, part in enumerate(parts, start=1):
            code = self._post(f"{url}/{number}", {"part": SimpleUploadedFile("part", part)})
            if code != 200:
                return {}
        told = {
            "sha256": sha256(content).hexdigest(),
            "size_bytes": len(content),
            "parts": len(parts),
            "content_bytes": len(content),
            "files": 1,
        }
        self._post(f"{url}/done", json.dumps(told), content_type="application/json")
        return told

    def restore(self, source: str, url: str, digest: str, parts: str) -> dict[str, Any]:
        found = b""
        for number in range(1, int(parts) + 1):
            answer = self.client.get(f"{urlsplit(url).path}/{number}")
            assert answer.status_code == 200, answer.content
            found += b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert sha256(found).hexdigest() == digest
        self.disk[source] = found
        return self.measure(source)

    def _post(self, url: str, body: Any, **more: Any) -> int:
        answer = self.client.post(urlsplit(url).path, body, **more)
        self.answers.append(answer.status_code)
        return answer.status_code
