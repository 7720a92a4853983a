"""The portal as a program of the lab uses it: its REST API, with a person's token."""

from dataclasses import dataclass, field
from typing import Any

import requests

from tests.waiting import wait_for

CALL_S = 15.0
APP_S = 60.0


@dataclass
class Api:
    """One person's session."""

    base: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)
    made: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """One call; `path` is below /api/v1/ or a whole address that the portal gave."""
        path = path.rpartition("/api/v1/")[2]
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        kwargs.setdefault("timeout", CALL_S)
        return self.session.request(method, f"{self.base}/api/v1/{path}", headers=headers, **kwargs)

    def get(self, path: str) -> Any:
        """Read; anything but 200 fails the test with the answer."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def project(self, kind: str = "personal") -> dict[str, Any]:
        """Return the person's own project, or the shared one."""
        projects: list[dict[str, Any]] = self.get("projects/")["results"]
        return next(p for p in projects if p["kind"] == kind)

    def upload(self, name: str, content: bytes, project: str = "") -> str:
        """Send a file for a project, the person's own where none is said, and return its id."""
        place = project or self.project()["id"]
        answer = self.call("POST", "uploads/", data={"project": place}, files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        kept: dict[str, str] = answer.json()
        return kept["id"]

    def ask(self, name: str, **wishes: Any) -> requests.Response:
        """Ask for an app; a static site in the own project where nothing else is said."""
        body = {
            "project": wishes.pop("project", None) or self.project()["id"],
            "template": "static-site",
            "name": name,
            "parameters": {"title": name, "text": f"This is {name}"},
            **wishes,
        }
        answer = self.call("POST", "apps/", json=body)
        if answer.status_code == 202:
            self.made.append(answer.json()["target"]["id"])
        return answer

    def asked(self, name: str, **wishes: Any) -> str:
        """Ask, demand a 202, and return the app's id."""
        answer = self.ask(name, **wishes)
        assert answer.status_code == 202, answer.text
        target: dict[str, str] = answer.json()["target"]
        return target["id"]

    def app(self, app_id: str) -> dict[str, Any]:
        """Read an app."""
        found: dict[str, Any] = self.get(f"apps/{app_id}/")
        return found

    def until(self, app_id: str, state: str, deadline_s: float = APP_S) -> dict[str, Any]:
        """Wait until the app was observed in this state, at its newest generation."""

        def reached() -> dict[str, Any] | None:
            app = self.app(app_id)
            current = app["observed_generation"] == app["generation"]
            return app if current and app["observed"]["state"] == state else None

        try:
            return wait_for(reached, deadline_s, f"app {app_id} observed as {state}")
        except AssertionError as late:
            raise AssertionError(f"{late}: {self.app(app_id)}") from late

    def act(self, app_id: str, verb: str) -> requests.Response:
        """Stop, start, retry or restart."""
        return self.call("POST", f"apps/{app_id}/{verb}/", json={})

    def reveal(self, app_id: str) -> dict[str, str]:
        """The app's secrets, by name."""
        answer = self.call("POST", f"apps/{app_id}/secrets/reveal/", json={})
        assert answer.status_code == 200, answer.text
        values: dict[str, str] = answer.json()["values"]
        return values

    def purge(self, app_id: str) -> requests.Response:
        """Remove a deleted app for good."""
        return self.call("POST", f"apps/{app_id}/purge/", json={"name": self.app(app_id)["name"]})

    def delete(self, *app_ids: str) -> None:
        """Delete for good, all at once, and wait until they are gone."""
        for app_id in app_ids:
            answer = self.call("DELETE", f"apps/{app_id}/")
            assert answer.status_code == 202, answer.text
            if self.app(app_id)["desired"] == "archived":
                assert self.purge(app_id).status_code == 202
        for app_id in app_ids:
            self.until(app_id, "gone")
            self.made.remove(app_id)

    def clear(self) -> None:
        """Delete what this test made and did not delete itself."""
        for app_id in self.made:
            self.call("DELETE", f"apps/{app_id}/")
            self.purge(app_id)
        for app_id in self.made:
            self.until(app_id, "gone")
