"""With the real Consul and OpenBao: services, health by checks, going back, secrets by workload identity."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.nomad import examples
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for

pytestmark = pytest.mark.stack
_TIMEOUT_S = 10


class Consul:
    """What the stack's Consul knows."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"X-Consul-Token": token} if token else {}

    def instances(self, service: str) -> list[Json]:
        """Its instances, each with its checks."""
        answer = requests.get(
            f"{self._url}/v1/health/service/{service}", headers=self._headers, timeout=_TIMEOUT_S
        )
        found: list[Json] = answer.json()
        return found

    def passing(self, service: str) -> list[Json]:
        """Those whose checks all pass."""
        return [i for i in self.instances(service) if all(c["Status"] == "passing" for c in i["Checks"])]


@pytest.fixture
def consul(stack: dict[str, Any]) -> Consul:
    return Consul(stack["consul"]["url"], stack["consul"]["token"])


class Vault:
    """The stack's OpenBao, with the right to do everything."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"X-Vault-Token": token}

    def write(self, path: str, body: Json, method: str = "POST") -> None:
        """Write something."""
        answer = requests.request(
            method, f"{self._url}/v1/{path}", json=body, headers=self._headers, timeout=_TIMEOUT_S
        )
        assert answer.ok, f"{path}: {answer.text}"

    def answers(self, path: str) -> bool:
        """Whether something can be read."""
        return requests.get(f"{self._url}/v1/{path}", headers=self._headers, timeout=_TIMEOUT_S).ok

    def delete(self, path: str) -> None:
        """Remove something."""
        requests.delete(f"{self._url}/v1/{path}", headers=self._headers, timeout=_TIMEOUT_S)


@pytest.fixture
def secret(whole: Target, stack: dict[str, Any]) -> Iterator[Json]:
    """A secret with a policy of its own, and a mount that trusts the server's identities."""
    vault = Vault(stack["vault"]["url"], stack["vault"]["token"])
    name = f"contract-{uuid.uuid4().hex[:8]}"
    mount = whole.get("/v1/agent/self")["config"]["Vaults"][0]["JWTAuthBackendPath"]
    trust = {"jwks_url": f"{whole.url}/.well-known/jwks.json", "jwt_supported_algs": ["RS256", "EdDSA"]}
    requests.post(
        f"{stack['vault']['url']}/v1/sys/auth/{mount}",
        json={"type": "jwt"},
        headers={"X-Vault-Token": stack["vault"]["token"]},
        timeout=_TIMEOUT_S,
    )
    vault.write(f"auth/{mount}/config", trust)
    vault.write(f"sys/mounts/{name}", {"type": "kv", "options": {"version": "2"}})
    wait_for(lambda: vault.answers(f"{name}/config"), 15, "a new mount is made ready after it is there")
    vault.write(f"{name}/data/app", {"data": {"password": 'pa"ss $word', "note": "x=y #z"}})
    rules = f'path "{name}/data/app" {{ capabilities = ["read"] }}'
    vault.write(f"sys/policies/acl/{name}", {"policy": rules})
    yield {"name": name, "mount": mount, "vault": vault}
    vault.delete(f"auth/{mount}/role/{name}")
    vault.delete(f"sys/policies/acl/{name}")
    vault.delete(f"sys/mounts/{name}")


def _role(whole: Target, secret: Json, job_id: str) -> None:
    secret["vault"].write(
        f"auth/{secret['mount']}/role/{secret['name']}",
        {
            "role_type": "jwt",
            "bound_audiences": ["vault.io"],
            "user_claim": "/nomad_job_id",
            "user_claim_json_pointer": True,
            "bound_claims": {"nomad_job_id": job_id, "nomad_namespace": whole.namespace},
            "token_type": "service",
            "token_policies": [secret["name"]],
            "token_no_default_policy": True,
            "token_period": "30m",
        },
    )


def _secret_job(secret: Json, word: str) -> Json:
    body = "PASSWORD={{ .Data.data.password | toJSON }}\nNOTE={{ .Data.data.note | toJSON }}\n"
    opening = f'{{{{ with secret "{secret["name"]}/data/app" }}}}'
    job = examples.shell('echo "$PASSWORD|$NOTE"; cat "$NOMAD_SECRETS_DIR/note"; env; exec sleep 3600', word)
    job["TaskGroups"][0]["Tasks"][0] |= {
        "Vault": {"Role": secret["name"], "ChangeMode": "noop", "Env": False, "DisableFile": True},
        "Templates": [
            {
                "EmbeddedTmpl": f"{opening}{body}{{{{ end }}}}",
                "DestPath": "secrets/app.env",
                "Envvars": True,
                "ChangeMode": "noop",
                "Perms": "0600",
            },
            {
                "EmbeddedTmpl": f"{opening}{{{{ .Data.data.note }}}}{{{{ end }}}}",
                "DestPath": "secrets/note",
                "ChangeMode": "noop",
            },
        ],
    }
    return job


def test_a_task_gets_its_secrets(whole: Target, secret: Json) -> None:
    job = _secret_job(secret, "secret")
    _role(whole, secret, job["ID"])
    with whole.running(job):
        alloc = whole.wait_alloc(job["ID"], "running")
        wait_for(lambda: "NOMAD_JOB_ID" in whole.logs(alloc["ID"]), 10, "it has spoken")
        said = whole.logs(alloc["ID"])
        assert said.startswith('pa"ss $word|x=y #z\nx=y #z')
        assert "VAULT_TOKEN" not in said


def test_another_job_does_not(whole: Target, secret: Json) -> None:
    job = _secret_job(secret, "thief")
    _role(whole, secret, "somebody-else")
    with whole.running(job):
        alloc = whole.wait_alloc(job["ID"], "failed")
        events = alloc["TaskStates"]["main"]["Events"]
        why = next(e for e in events if "failed to login with JWT" in e["DisplayMessage"])
        assert (why["Type"], why["FailsTask"]) == ("Killing", True)
        assert alloc["TaskStates"]["main"]["State"] == "dead"


def test_a_service_is_registered_checked_and_removed(whole: Target, consul: Consul) -> None:
    job = examples.web("service")
    with whole.running(job):
        whole.deployment(job["ID"], "successful")
        (instance,) = consul.passing(job["ID"])
        service = instance["Service"]
        alloc = whole.wait_alloc(job["ID"], "running")
        assert service["ID"] == f"_nomad-task-{alloc['ID']}-group-main-{job['ID']}-http"
        assert service["Tags"] == ["traefik.enable=true", "first"]
        assert {"app": "contract", "external-source": "nomad"}.items() <= service["Meta"].items()
        full = whole.get(f"/v1/allocation/{alloc['ID']}")
        port = full["AllocatedResources"]["Shared"]["Ports"][0]
        assert (service["Address"], service["Port"]) == (port["HostIP"], port["Value"])
        checks = [c for c in instance["Checks"] if c["ServiceID"] == service["ID"]]
        assert [c["Name"] for c in checks] == ["alive"]
        assert checks[0]["CheckID"].startswith("_nomad-check-")
        whole.send("DELETE", f"/v1/job/{job['ID']}")
        wait_for(lambda: not consul.instances(job["ID"]), 15, "Consul has forgotten it")


def test_new_tags_reach_consul_without_a_new_allocation(whole: Target, consul: Consul) -> None:
    job = examples.web("tags")
    with whole.running(job):
        whole.deployment(job["ID"], "successful")
        before = whole.wait_alloc(job["ID"], "running")
        job["TaskGroups"][0]["Services"][0]["Tags"] = ["traefik.enable=true", "second"]
        whole.register(job)
        wait_for(
            lambda: [i["Service"]["Tags"][1] for i in consul.instances(job["ID"])] == ["second"],
            15,
            "Consul has the new tags",
        )
        whole.deployment(job["ID"], "successful", version=1)
        assert whole.wait_alloc(job["ID"], "running")["ID"] == before["ID"]


def test_what_never_passes_is_taken_back(whole: Target, consul: Consul) -> None:
    job = examples.web("back")
    with whole.running(job):
        whole.deployment(job["ID"], "successful")
        job["TaskGroups"][0]["Services"][0]["Checks"][0]["Path"] = "/missing"
        job["TaskGroups"][0]["Tasks"][0]["Env"] = {"RELEASE": "2"}
        job["Update"] = {**job["Update"], "HealthyDeadline": 5 * examples.SECOND}
        whole.register(job)
        whole.deployment(job["ID"], "successful", version=2, deadline_s=60)
        deployments = whole.get(f"/v1/job/{job['ID']}/deployments")
        failed = next(d for d in deployments if d["JobVersion"] == 1)
        text = "Failed due to unhealthy allocations - rolling back to job version 0"
        assert (failed["Status"], failed["StatusDescription"]) == ("failed", text)
        assert not whole.get(f"/v1/job/{job['ID']}")["TaskGroups"][0]["Tasks"][0]["Env"]
        wait_for(lambda: len(consul.passing(job["ID"])) == 1, 20, "the old one serves")


def test_a_first_release_that_never_passes_fails(whole: Target) -> None:
    job = examples.web("never", path="/missing")
    job["Update"] = {**job["Update"], "HealthyDeadline": 3 * examples.SECOND}
    with whole.running(job):
        failed = whole.deployment(job["ID"], "failed", deadline_s=40)
        text = "Failed due to unhealthy allocations - no stable job version to auto revert to"
        assert failed["StatusDescription"] == text
        alloc = whole.allocs(job["ID"])[-1]
        assert alloc["DeploymentStatus"]["Healthy"] is False
        kinds = [e["Type"] for e in alloc["TaskStates"]["main"]["Events"]]
        assert "Alloc Unhealthy" in kinds


def test_canaries_wait_to_be_promoted(whole: Target, consul: Consul) -> None:
    job = examples.web("canary")
    job["TaskGroups"][0]["Services"][0]["CanaryTags"] = ["second"]

    def tags() -> list[list[str]]:
        return sorted(each["Service"]["Tags"] for each in consul.passing(job["ID"]))

    with whole.running(job):
        whole.deployment(job["ID"], "successful")
        old = whole.wait_alloc(job["ID"], "running")
        job["TaskGroups"][0]["Tasks"][0]["Env"] = {"RELEASE": "2"}
        job["Update"] = {**job["Update"], "Canary": 1}
        whole.register(job)
        running = whole.deployment(job["ID"], "running", version=1)
        assert running["StatusDescription"] == "Deployment is running but requires manual promotion"

        def healthy() -> bool:
            state = whole.get(f"/v1/deployment/{running['ID']}")["TaskGroups"]["main"]
            return bool(state["DesiredCanaries"] == 1 and state["HealthyAllocs"] == 1)

        wait_for(healthy, 20, "the canary is healthy")
        live = [a for a in whole.allocs(job["ID"]) if a["DesiredStatus"] == "run"]
        assert old["ID"] in [a["ID"] for a in live]
        assert len(live) == 2
        wait_for(lambda: tags() == [["second"], ["traefik.enable=true", "first"]], 20, "its own tags")
        body = {"DeploymentID": running["ID"], "All": True}
        whole.send("PUT", f"/v1/deployment/promote/{running['ID']}", body)
        whole.deployment(job["ID"], "successful", version=1)
        wait_for(
            lambda: [a["JobVersion"] for a in whole.allocs(job["ID"]) if a["DesiredStatus"] == "run"] == [1],
            15,
            "only the new one is wanted",
        )
        wait_for(lambda: tags() == [["traefik.enable=true", "first"]], 20, "it has the tags of the others")
