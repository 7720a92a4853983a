"""A notebook as its member has it open: what is written through it lands in its volume."""

import json
from typing import Any

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.waiting import wait_for


class Book:
    """A notebook, as its member has it open."""

    def __init__(self, stack: dict[str, Any], api: Api, app_id: str) -> None:
        self.stack, self.api, self.id = stack, api, app_id
        self.address = api.until(app_id, "running", 180)["address"]
        self.key = {"Authorization": f"token {api.reveal(app_id)['token']}"}

    def write(self, text: str) -> None:
        """Save a note."""
        note = json.dumps({"type": "file", "format": "text", "content": text})
        put = fetch(
            self.stack, self.address, "/api/contents/note.txt", method="PUT", headers=self.key, body=note
        )
        assert put[0] in {200, 201}, put

    def read(self) -> str:
        """The note as it is now."""

        def note() -> tuple[int, str] | None:
            found = fetch(self.stack, self.address, "/api/contents/note.txt", headers=self.key)
            return found if found[0] == 200 else None

        answer = wait_for(note, 60, "the notebook answers")
        assert answer is not None
        told: str = json.loads(answer[1])["content"]
        return told
