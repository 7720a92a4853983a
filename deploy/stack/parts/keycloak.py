"""Keycloak: who the people are. Built once, then started fast; the realm is imported at the first start."""

import fcntl
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any, ClassVar

from stack.installing import maven_zip
from stack.keeping import keep, write
from stack.layout import StackError, program, run
from stack.names import OIDC_CLIENT, PORTAL_HOST, REALM
from stack.parts.base import Part, Row, http, try_http
from stack.people import PEOPLE, passwords
from stack.rendering import render

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
JAVA_LOWEST = 17
#: A small heap, and no second compiler: a demo realm starts twice as fast without it.
JAVA = {"JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}


def java_version(words: str) -> int:
    """Read the major version from what `java -version` says; 0 where it says none."""
    found = re.search(r'version "(\d+)', words)
    return int(found[1]) if found else 0


def user(name: str, secret: str) -> dict[str, Any]:
    """Return an account of the demo realm, as an import file holds it."""
    person = PEOPLE[name]
    return {
        "id": person.subject,
        "username": name,
        "enabled": True,
        "email": f"{name}@lab.localhost",
        "emailVerified": True,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "attributes": {"locale": [person.locale]},
        "groups": list(person.groups),
        "realmRoles": [f"default-roles-{REALM}"],
        "credentials": [{"type": "password", "value": secret, "temporary": False}],
    }


class Keycloak(Part):
    """Keycloak 26.7 with the lab's realm."""

    name = "keycloak"
    variable = "KEYCLOAK_URL"
    ports = ("keycloak", "keycloak-management")
    deadline_s: ClassVar[float] = 240.0

    def packages(self) -> list[str]:
        """A Java runtime, and the client of Maven Central."""
        if self.given:
            return []
        found = java_version(run("sh", "-c", "java -version 2>&1")) if program("java") else 0
        java = [] if found >= JAVA_LOWEST else ["openjdk-17-jre-headless"]
        return [*java, *([] if self._own_home() or program("mvn") else ["maven"])]

    def provide(self) -> None:
        """Fetch and unpack it, and build it once with the options that need a build."""
        if self.given:
            return
        with (self.layout.parts / ".keycloak.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._own_home():
                self._unpack()
            built = self._source() / ".built"
            if not built.exists():
                options = ("--db=dev-file", "--cache=local", "--health-enabled=true")
                run(str(self._source() / "bin/kc.sh"), "build", *options, env={**os.environ, **JAVA})
                built.touch()

    def start(self) -> None:
        """Give the stack a home of its own (links to the shared program), and start it there."""
        home = self.layout.home / "keycloak"
        if not (home / "bin").exists():
            shutil.copytree(self._source(), home, copy_function=os.link, dirs_exist_ok=True)
            home.chmod(0o700)  # copytree gave it the source's mode; the realm's signing keys will stand there
        write(home / f"data/import/{REALM}-realm.json", self._realm())
        if self.stack.processes.get(self.name):
            return
        options = [
            "--import-realm",
            "--http-enabled=true",
            "--http-host=127.0.0.1",
            f"--http-port={self.layout.port('keycloak')}",
            "--http-management-host=127.0.0.1",
            f"--http-management-port={self.layout.port('keycloak-management')}",
            f"--hostname={self._url()}",
        ]
        admin = {
            "KC_BOOTSTRAP_ADMIN_USERNAME": "root",
            "KC_BOOTSTRAP_ADMIN_PASSWORD": keep(self.layout.secrets / "keycloak-admin"),
        }
        command = [str(home / "bin/kc.sh"), "start", "--optimized", *options]
        self.stack.processes.start(self.name, command, env={**os.environ, **JAVA, **admin}, cwd=home)

    def ready(self) -> bool:
        """Whether it serves the realm."""
        where = f"{self._url()}/realms/{REALM}/.well-known/openid-configuration"
        return try_http("GET", where.replace("localhost", "127.0.0.1")).ok

    def settle(self) -> None:
        """Let the client's service account see users, which an import file cannot say reliably."""
        self.stack.facts["keycloak_url"] = self._url()
        if self.given:
            return
        admin = self._admin()
        clients = {client["clientId"]: client["id"] for client in admin("GET", "clients")}
        account = admin("GET", f"clients/{clients[OIDC_CLIENT]}/service-account-user")["id"]
        role = admin("GET", f"clients/{clients['realm-management']}/roles/view-users")
        path = f"users/{account}/role-mappings/clients/{clients['realm-management']}"
        if role["id"] not in {held["id"] for held in admin("GET", path)}:
            admin("POST", path, [role])

    def row(self) -> Row:
        """Say the version that was unpacked, or that the given server's administrators know."""
        version = "?" if self.given else VERSION
        return Row("Keycloak", version, self.kind, f"{self._url()}/realms/{REALM}")

    def _admin(self) -> Any:
        base = self._url().replace("localhost", "127.0.0.1")
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": "root",
            "password": keep(self.layout.secrets / "keycloak-admin"),
        }
        answer = http("POST", f"{base}/realms/master/protocol/openid-connect/token", data=form)
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}

        def call(method: str, path: str, body: object = None) -> Any:
            text = http(method, f"{base}/admin/realms/{REALM}/{path}", token=token, json=body).text
            return json.loads(text) if text else None

        return call

    def _realm(self) -> str:
        portal = f"https://{PORTAL_HOST}:{self.layout.port('https')}"
        values = {
            "realm": REALM,
            "lab_name": "Laboratoire de démonstration",
            "client": OIDC_CLIENT,
            "client_secret": keep(self.layout.secrets / "oidc-client"),
            "portal_url": portal,
            "backchannel_url": f"{self.layout.url('portal')}/oidc/backchannel-logout/",
        }
        realm = json.loads(render("keycloak/realm.json", values))
        realm["users"] = [user(name, secret) for name, secret in passwords(self.layout).items()]
        return json.dumps(realm, indent=2, ensure_ascii=False)

    def _unpack(self) -> None:
        archive = maven_zip(ARTIFACT, self.layout.parts / ".download")
        fresh = self.layout.parts / ".keycloak.new"
        shutil.rmtree(fresh, ignore_errors=True)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(fresh)
        unpacked = fresh / f"keycloak-{VERSION}"
        (unpacked / "bin/kc.sh").chmod(0o755)
        unpacked.replace(self.layout.parts / unpacked.name)
        archive.unlink()

    def _own_home(self) -> Path | None:
        on_path = program("kc.sh")
        if on_path:
            return Path(on_path).resolve().parents[1]
        unpacked = self.layout.parts / f"keycloak-{VERSION}"
        return unpacked if (unpacked / "bin/kc.sh").exists() else None

    def _source(self) -> Path:
        home = self._own_home()
        if not home:
            raise StackError("Keycloak was not unpacked")
        return home

    def _url(self) -> str:
        return self.given.rstrip("/") or f"http://localhost:{self.layout.port('keycloak')}"
