"""The policy: a table of jobs that must not be sent, each with its reason."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orchestration.policy import judge
from orchestration.render import render_job
from orchestration.render.traefik_tags import traefik_tags
from orchestration.specs import AppSpec, Route
from tests.orchestration.examples import CLUSTER_EXEC, EXPLORER, FILES, NOTEBOOK, SECRET, TCP, WEB, rules_for

Job = dict[str, Any]
Change = Callable[[Job], Any]


def group(job: Job) -> Job:
    found: Job = job["TaskGroups"][0]
    return found


def task(job: Job) -> Job:
    found: Job = group(job)["Tasks"][0]
    return found


def service(job: Job) -> Job:
    found: Job = group(job)["Services"][0]
    return found


def config(key: str, value: Any) -> Change:
    return lambda job: task(job)["Config"].update({key: value})


def on_task(**values: Any) -> Change:
    return lambda job: task(job).update(values)


def on_group(**values: Any) -> Change:
    return lambda job: group(job).update(values)


def on_service(**values: Any) -> Change:
    return lambda job: service(job).update(values)


def on_job(**values: Any) -> Change:
    return lambda job: job.update(values)


def tag(text: str) -> Change:
    return lambda job: service(job)["Tags"].append(text)


def swap(one: str, other: str) -> Change:
    def change(job: Job) -> None:
        service(job)["Tags"] = [each.replace(one, other) for each in service(job)["Tags"]]

    return change


def host(name: str) -> Change:
    return on_service(Tags=traefik_tags(WEB.names, Route("http", name), WEB.edge))


def artifact(**values: Any) -> Change:
    return lambda job: task(job)["Artifacts"][0].update(values)


def template(**values: Any) -> Change:
    return lambda job: task(job)["Templates"][0].update(values)


def text_of(one: str, other: str) -> Change:
    def change(job: Job) -> None:
        first = task(job)["Templates"][0]
        assert one in first["EmbeddedTmpl"]
        first["EmbeddedTmpl"] = first["EmbeddedTmpl"].replace(one, other)

    return change


OTHER = "genomics-wiki--7f3k2r"
FORBIDDEN: list[tuple[AppSpec, Change, str, str]] = [
    # the docker driver
    (WEB, config("privileged", True), "policy.key", "root on the node"),
    (WEB, config("cap_add", ["SYS_ADMIN"]), "policy.key", "mounts, namespaces"),
    (WEB, config("devices", [{"host_path": "/dev/sda"}]), "policy.key", "the node's disks"),
    (
        WEB,
        config("network_mode", "host"),
        "policy.key",
        "the node's own network, Consul on loopback included",
    ),
    (WEB, config("pid_mode", "host"), "policy.key", "sees and kills others' processes"),
    (WEB, config("ipc_mode", "host"), "policy.key", "others' shared memory"),
    (WEB, config("userns_mode", "host"), "policy.key", "undoes the engine's user mapping"),
    (WEB, config("uts_mode", "host"), "policy.key", "the node's name"),
    (WEB, config("cgroupns", "host"), "policy.key", "the node's groups"),
    (WEB, config("volumes", ["/:/host"]), "policy.key", "the node's whole file system"),
    (WEB, config("volumes", ["/var/run/docker.sock:/s"]), "policy.key", "the engine itself"),
    (WEB, config("mount", [{"type": "bind", "source": "/etc", "target": "/e"}]), "policy.key", "host path"),
    (WEB, config("mounts", [{"type": "bind", "source": "/etc", "target": "/e"}]), "policy.key", "host path"),
    (WEB, config("volume_driver", "rexray"), "policy.key", "storage of others"),
    (WEB, config("runtime", "nvidia"), "policy.key", "another runtime's powers"),
    (WEB, config("sysctl", [{"net.core.somaxconn": "1"}]), "policy.key", "kernel settings"),
    (WEB, config("ulimit", [{"nproc": "-1"}]), "policy.key", "no bound at all"),
    (WEB, config("security_opt", ["seccomp=unconfined"]), "policy.privilege", "all system calls"),
    (WEB, config("security_opt", []), "policy.privilege", "a setuid program gains rights"),
    (WEB, config("pids_limit", 0), "policy.privilege", "a fork bomb takes the node"),
    (WEB, config("pids_limit", 10**6), "policy.privilege", "the same, in a number"),
    (WEB, config("extra_hosts", ["vault.lab:10.0.0.1"]), "policy.key", "another's name"),
    (WEB, config("dns_servers", ["192.0.2.66"]), "policy.key", "answers of a stranger"),
    (WEB, config("auth", {"username": "x"}), "policy.key", "a password in a job"),
    (WEB, config("logging", {"driver": "syslog"}), "policy.key", "logs leave the node"),
    (WEB, config("load", "image.tar"), "policy.key", "an image that nobody judged"),
    (WEB, config("entrypoint", ["/bin/sh"]), "policy.key", "not a field of any template"),
    (WEB, config("labels", [{"a": "b"}]), "policy.key", "other tools act on labels"),
    (WEB, config("memory_hard_limit", 10**6), "policy.key", "more memory than was counted"),
    (WEB, config("oom_score_adj", -999), "policy.key", "others die first"),
    (WEB, config("cpu_hard_limit", False), "policy.key", "not a field of any template"),
    (WEB, config("ports", ["http", "ssh"]), "policy.network", "a port that is not the app's"),
    (WEB, config("image", "evil/wiki:1"), "policy.image", "from elsewhere"),
    (WEB, config("image", "lab/wiki"), "policy.image", "no tag is latest"),
    (WEB, config("image", "lab/wiki:latest"), "policy.image", "another content tomorrow"),
    (WEB, config("image", "labs/wiki:1"), "policy.image", "a prefix ends at a component"),
    (WEB, config("image", "lab/../evil/wiki:1"), "policy.image", "climbs"),
    (WEB, config("image", "https://evil/wiki:1"), "policy.image", "not an image's name"),
    (WEB, config("args", "--a --b"), "policy.shape", "a line for a shell"),
    (WEB, config("args", ["${attr.unique.network.ip-address}"]), "policy.text", "the node's attributes"),
    (WEB, config("args", ["%{ for x in [1] }a%{ endfor }"]), "policy.text", "Nomad reads Config as HCL"),
    # the task
    (WEB, on_task(Driver="raw_exec"), "policy.driver", "the node's own user and files"),
    (WEB, on_task(Driver="podman"), "policy.driver", "a driver whose powers nobody judged"),
    (WEB, on_task(Env={"X": "${NOMAD_META_a}"}), "policy.text", "Nomad fills it in"),
    (WEB, on_task(Env={"VAULT_ADDR": "http://x"}), "policy.env", "Nomad's own"),
    (WEB, on_task(Env={"A": 1}), "policy.shape", "Nomad would refuse it"),
    (WEB, on_task(Resources={}), "policy.size", "Nomad's default was never counted"),
    (WEB, on_task(Resources={"CPU": 10**6, "MemoryMB": 64}), "policy.size", "the whole cluster"),
    (WEB, on_task(Resources={"CPU": 100, "MemoryMB": 10**7}), "policy.size", "the whole cluster"),
    (WEB, on_task(Resources={"CPU": 100, "MemoryMB": 64, "MemoryMaxMB": -1}), "policy.key", "unlimited"),
    (WEB, on_task(Resources={"CPU": 100, "MemoryMB": 64, "Cores": 8}), "policy.key", "cores besides MHz"),
    (
        WEB,
        on_task(Resources={"CPU": 100, "MemoryMB": 64, "Devices": [{"Name": "amd/fpga", "Count": 1}]}),
        "policy.device",
        "a device that no quota counts",
    ),
    (
        WEB,
        on_task(Resources={"CPU": 100, "MemoryMB": 64, "Devices": [{"Name": "nvidia/gpu", "Count": 99}]}),
        "policy.size",
        "all cards",
    ),
    (WEB, on_task(KillTimeout=10**16), "policy.time", "a task that cannot be stopped"),
    (WEB, on_task(Lifecycle={"Hook": "prestart"}), "policy.key", "another kind of task"),
    (WEB, on_task(Kind="connect-proxy:x"), "policy.key", "a gateway"),
    (WEB, on_task(Consul={"Namespace": "x"}), "policy.key", "a Consul identity"),
    (WEB, on_task(Identities=[{"Name": "aws", "Audience": ["x"]}]), "policy.key", "tokens for other servers"),
    (WEB, on_task(Actions=[{"Name": "a", "Command": "sh"}]), "policy.key", "commands beside the task"),
    (WEB, on_task(DispatchPayload={"File": "x"}), "policy.key", "parameterized jobs"),
    (WEB, on_task(CSIPluginConfig={"ID": "x"}), "policy.key", "the cluster's storage"),
    (WEB, on_task(Services=[{"Name": "consul"}]), "policy.key", "a service that the group check misses"),
    (WEB, on_task(Secrets=[{"Name": "a", "Provider": "nomad"}]), "policy.key", "another way to secrets"),
    (WEB, on_task(ScalingPolicies=[{}]), "policy.key", "grows beside the quota"),
    # files and secrets
    (EXPLORER, artifact(GetterSource="http://evil.example/x"), "policy.artifact", "from elsewhere"),
    (EXPLORER, artifact(GetterSource="git::https://evil.example/x"), "policy.artifact", "another getter"),
    (EXPLORER, artifact(GetterSource="file:///etc/shadow"), "policy.artifact", "the node's files"),
    (EXPLORER, artifact(GetterSource=f"{FILES}.evil.example/x"), "policy.artifact", "only begins alike"),
    (EXPLORER, artifact(GetterSource=f"{FILES}/../admin"), "policy.artifact", "climbs"),
    (EXPLORER, artifact(GetterSource=f"{FILES}/x?checksum=none"), "policy.artifact", "undoes the checksum"),
    (EXPLORER, artifact(GetterOptions={"archive": "zip"}), "policy.artifact", "no checksum"),
    (
        EXPLORER,
        artifact(GetterOptions={"checksum": "md5:d41d8cd98f00b204e9800998ecf8427e", "archive": "zip"}),
        "policy.artifact",
        "a checksum that can be forged",
    ),
    (
        EXPLORER,
        artifact(GetterOptions={"checksum": f"sha256:{'a' * 64}", "archive": "false", "sshkey": "x"}),
        "policy.artifact",
        "other options",
    ),
    (EXPLORER, artifact(RelativeDest="../x"), "policy.artifact", "climbs"),
    (EXPLORER, artifact(RelativeDest="secrets/x"), "policy.artifact", "over the secrets"),
    (EXPLORER, artifact(GetterHeaders={"Authorization": "x"}), "policy.key", "a token in a job"),
    (EXPLORER, artifact(GetterInsecure=True), "policy.key", "no certificate is looked at"),
    (SECRET, template(EmbeddedTmpl='{{ key "other" }}'), "policy.template", "reads Consul"),
    (SECRET, template(EmbeddedTmpl='{{ file "/etc/shadow" }}'), "policy.template", "reads the node"),
    (SECRET, template(EmbeddedTmpl='{{ env "X" }}'), "policy.template", "not our shape"),
    (SECRET, text_of(SECRET.names.slug, OTHER), "policy.template", "another app's secret"),
    (
        SECRET,
        text_of("{{ end }}", '{{ end }}{{ with secret "a/data/b" }}{{ end }}'),
        "policy.template",
        "two",
    ),
    (SECRET, text_of("| toJSON", "| base64Decode"), "policy.template", "another function"),
    (SECRET, text_of("WIKI_PASSWORD=", "WIKI_PASSWORD=a;B="), "policy.template", "not our shape"),
    (SECRET, template(DestPath="/etc/cron.d/x"), "policy.template", "outside of the task"),
    (SECRET, template(DestPath="local/app.env"), "policy.template", "in the log viewer's reach"),
    (SECRET, template(ChangeMode="script"), "policy.template", "runs a command"),
    (SECRET, template(Perms="4755"), "policy.template", "setuid"),
    (SECRET, template(SourcePath="/etc/shadow"), "policy.key", "reads the node"),
    (SECRET, template(LeftDelim="[["), "policy.key", "another language than was judged"),
    (SECRET, lambda job: task(job)["Vault"].update(Role="admin"), "policy.vault", "another role"),
    (
        SECRET,
        lambda job: task(job)["Vault"].update(Role=f"paillasse-app-{OTHER}"),
        "policy.vault",
        "another's",
    ),
    (SECRET, lambda job: task(job)["Vault"].update(Policies=["root"]), "policy.key", "policies of its own"),
    (SECRET, lambda job: task(job)["Vault"].update(Env=True), "policy.vault", "the token in the environment"),
    (SECRET, lambda job: task(job)["Vault"].update(DisableFile=False), "policy.vault", "the token in a file"),
    (
        SECRET,
        lambda job: task(job)["Vault"].update(ChangeMode="restart"),
        "policy.vault",
        "restarts for ever",
    ),
    # the service and its tags
    (WEB, tag("traefik.http.routers.x.rule=Host(`other.apps.example.org`)"), "policy.tags", "another's host"),
    (WEB, tag("traefik.http.middlewares.x.stripprefix.prefixes=/"), "policy.tags", "not the portal's tag"),
    (WEB, tag("traefik.tcp.routers.x.rule=HostSNI(`*`)"), "policy.tags", "takes every connection"),
    (WEB, tag("lb"), "policy.tags", "other tools act on tags"),
    (WEB, host("portal.example.org"), "policy.host", "the portal's own host"),
    (WEB, host("a.b.apps.example.org"), "policy.host", "no certificate covers it"),
    (WEB, swap("websecure", "internal"), "policy.tags", "another door"),
    (WEB, swap("intermediate@file", "default"), "policy.tags", "weaker ciphers"),
    (WEB, swap("http-to-https@file", "none@file"), "policy.tags", "plain text"),
    (WEB, swap("Host(`wiki.apps.example.org`)", "PathPrefix(`/`)"), "policy.tags", "every host"),
    (WEB, swap(f"service={WEB.names.slug}", f"service={OTHER}"), "policy.tags", "another app's servers"),
    (WEB, on_service(CanaryTags=["traefik.enable=true"]), "policy.tags", "a canary takes traffic"),
    (WEB, on_service(Name="vault"), "policy.service", "another's name in Consul"),
    (WEB, on_service(Name=OTHER), "policy.service", "another app's name"),
    (WEB, on_service(Provider="nomad"), "policy.service", "Traefik does not look there"),
    (WEB, on_service(PortLabel="ssh"), "policy.service", "another port"),
    (WEB, on_service(Meta={}), "policy.service", "no owner mark"),
    (WEB, on_service(Connect={"Gateway": {}}), "policy.key", "a gateway into the mesh"),
    (WEB, on_service(AddressMode="driver"), "policy.key", "an address that is not the node's"),
    (WEB, on_service(Checks=[]), "policy.check", "healthy without being asked"),
    (
        WEB,
        on_service(Checks=[{"Name": "a", "Type": "script", "Interval": 10**9, "Timeout": 10**9}]),
        "policy.check",
        "runs a command",
    ),
    (
        WEB,
        on_service(Checks=[{"Name": "a", "Type": "tcp", "Interval": 1, "Timeout": 10**9}]),
        "policy.check",
        "a thousand checks a second",
    ),
    (WEB, lambda job: group(job)["Services"].append(service(job)), "policy.service", "two services"),
    # the group
    (WEB, on_group(Count=1000), "policy.count", "the whole cluster"),
    (WEB, on_group(Count=0), "policy.count", "nothing runs, and it is counted"),
    (WEB, on_group(Networks=[{"Mode": "bridge", "DynamicPorts": []}]), "policy.network", "needs plugins"),
    (
        WEB,
        on_group(Networks=[{"ReservedPorts": [{"Label": "x", "Value": 443}]}]),
        "policy.key",
        "Traefik's port",
    ),
    (WEB, on_group(RestartPolicy={"Mode": "delay", "Attempts": 1}), "policy.tries", "never fails"),
    (WEB, on_group(ReschedulePolicy={"Unlimited": True}), "policy.tries", "never fails"),
    (WEB, on_group(ShutdownDelay=10**16), "policy.time", "never stops"),
    (WEB, on_group(Consul={"Cluster": "x"}), "policy.key", "another Consul"),
    (WEB, on_group(Scaling={"Max": 99}), "policy.key", "grows beside the quota"),
    (
        WEB,
        on_group(Constraints=[{"LTarget": "a", "Operand": "=", "RTarget": "b"}]),
        "policy.constraint",
        "not ours",
    ),
    (WEB, lambda job: group(job)["Tasks"].append(task(job)), "policy.identity", "a second task"),
    (WEB, lambda job: job["TaskGroups"].append(group(job)), "policy.identity", "a second group"),
    (
        NOTEBOOK,
        lambda job: group(job)["Volumes"]["work"].update(Source=f"{OTHER}-work"),
        "policy.volume",
        "another app's data",
    ),
    (
        NOTEBOOK,
        lambda job: group(job)["Volumes"]["work"].update(Type="csi"),
        "policy.volume",
        "shared storage",
    ),
    (
        NOTEBOOK,
        lambda job: task(job)["VolumeMounts"][0].update(Destination="/local/../../etc"),
        "policy.volume",
        "climbs",
    ),
    (NOTEBOOK, config("command", "/bin/sh"), "policy.command", "any program of the node"),
    (NOTEBOOK, config("command", "/srv/runtimes/../../bin/sh"), "policy.command", "climbs"),
    (NOTEBOOK, on_task(User="root"), "policy.privilege", "root on the node"),
    (CLUSTER_EXEC, config("cap_add", ["sys_admin"]), "policy.key", "mounts, namespaces"),
    (CLUSTER_EXEC, config("pid_mode", "host"), "policy.key", "others' processes"),
    # the job
    (WEB, on_job(ID="nomad", Name="nomad"), "policy.identity", "no name of an app"),
    (WEB, on_job(ID=OTHER), "policy.identity", "id and name differ"),
    (WEB, on_job(Namespace="system"), "policy.identity", "another namespace"),
    (WEB, on_job(Region="other"), "policy.identity", "another region"),
    (WEB, on_job(NodePool="gpu"), "policy.identity", "nodes that are not for apps"),
    (WEB, on_job(Datacenters=["secret"]), "policy.identity", "nodes that are not for apps"),
    (WEB, on_job(Type="system"), "policy.identity", "on every node"),
    (WEB, on_job(Priority=100), "policy.priority", "others are put off their nodes"),
    (WEB, on_job(Periodic={"Spec": "* * * * *"}), "policy.key", "a job every minute"),
    (WEB, on_job(ParameterizedJob={}), "policy.key", "jobs that nobody counted"),
    (WEB, on_job(Multiregion={}), "policy.key", "other regions"),
    (WEB, on_job(AllAtOnce=True), "policy.key", "not a field of any template"),
    (WEB, on_job(VaultToken="x"), "policy.key", "a token in a job"),
    (WEB, on_job(Meta={}), "policy.identity", "no owner mark"),
    (WEB, on_job(TaskGroups=None), "policy.shape", "no job at all"),
    (WEB, on_job(TaskGroups=[]), "policy.identity", "no job at all"),
    (TCP, swap("HostSNI(`ldap.apps.example.org`)", "HostSNI(`*`)"), "policy.tags", "takes every connection"),
]


@pytest.mark.parametrize(
    ("spec", "change", "code", "reason"), FORBIDDEN, ids=[f"{n}-{c[2]}" for n, c in enumerate(FORBIDDEN)]
)
def test_forbidden(spec: AppSpec, change: Change, code: str, reason: str) -> None:
    job = copy.deepcopy(render_job(spec))
    rules = rules_for(spec, drivers=("docker",) if spec is WEB else ("docker", "exec", "raw_exec"))
    assert judge(job, rules) == (), "the job is good before the change"
    change(job)
    assert code in {each.code for each in judge(job, rules)}, reason


def test_exec_is_refused_where_docker_alone_is_allowed() -> None:
    found = judge(render_job(CLUSTER_EXEC), rules_for(CLUSTER_EXEC, drivers=("docker",)))
    assert [each.code for each in found] == ["policy.driver"]


def test_no_artifacts_where_the_portal_has_no_file_address() -> None:
    found = judge(render_job(EXPLORER), rules_for(EXPLORER, files_url=""))
    assert {each.code for each in found} == {"policy.artifact"}


def test_the_place_says_where() -> None:
    job = render_job(WEB)
    task(job)["Config"]["privileged"] = True
    (found,) = judge(job, rules_for(WEB))
    assert (found.path, found.value) == ("TaskGroups[0].Tasks[0].Config.privileged", "True")


def test_the_good_ones_stay_good_with_other_rules() -> None:
    spec = replace(WEB, resources=replace(WEB.resources, count=3))
    assert judge(render_job(spec), rules_for(spec, max_count=3)) == ()
    assert judge(render_job(spec), rules_for(spec, max_count=2)) != ()


CHANGES = [
    ({"ChangeMode": "restart"}, True, "a restart is the template's to ask for"),
    ({"ChangeMode": "signal", "ChangeSignal": "SIGHUP"}, False, "an environment cannot change while it runs"),
    ({"ChangeMode": "script"}, False, "no program of anybody's is run"),
    ({"ChangeMode": "noop", "ChangeSignal": "SIGKILL"}, False, "no signal without its mode"),
]


@pytest.mark.parametrize(("change", "allowed", "reason"), CHANGES, ids=[each[2] for each in CHANGES])
def test_what_a_change_of_a_secret_may_do(change: dict[str, str], allowed: bool, reason: str) -> None:
    job = render_job(SECRET)
    template = job["TaskGroups"][0]["Tasks"][0]["Templates"][0]
    assert template["Envvars"], reason
    template.update(change)
    assert (judge(job, rules_for(SECRET)) == ()) is allowed, reason
