"""Names that would leave the URL they are put in, and every call of a port that takes a name."""

from collections.abc import Callable

from orchestration.ports import Drivers

UUID = "00000000-0000-4000-8000-000000000000"

#: What urllib3, a proxy or a server would read as something else than a name (reliability, 3.4).
NAMES = (
    "",
    ".",
    "..",
    "../x",
    "a/../../sys/policies/acl/default",
    "/a",
    "a/",
    "a//b",
    "a b",
    "a\n",
    "a\r\nX-Nomad-Token: x",
    "a\x00",
    "a?namespace=b&purge=true#",
    "a#",
    "a;b",
    "%2e%2e",
    "a%2fb",
    "..%2f",
    "a\\b",
    "é",
    "ａ",
    "*",
    "+",
    "a@b",
    "a" * 300,
)

CALLS: dict[str, Callable[[Drivers, str], object]] = {
    "jobs.status": lambda d, n: d.jobs.status(n),
    "jobs.plan": lambda d, n: d.jobs.plan({"ID": n, "TaskGroups": [{"Name": "a", "Tasks": []}]}),
    "jobs.register": lambda d, n: d.jobs.register(
        {"ID": n, "TaskGroups": [{"Name": "a", "Tasks": []}]}, expected_index=0
    ),
    "jobs.stop": lambda d, n: d.jobs.stop(n),
    "jobs.purge": lambda d, n: d.jobs.stop(n, purge=True),
    "jobs.log_tail": lambda d, n: d.jobs.log_tail(n, "app", "stdout"),
    "jobs.log_tail.task": lambda d, n: d.jobs.log_tail(UUID, n, "stdout"),
    "jobs.log_tail.stream": lambda d, n: d.jobs.log_tail(UUID, "app", n),
    "jobs.usage": lambda d, n: d.jobs.usage(n),
    "jobs.log_read": lambda d, n: list(d.jobs.log_read(n, "app", "stdout")),
    "jobs.log_follow": lambda d, n: list(d.jobs.log_follow(n, "app", "stdout")),
    "jobs.log_follow.task": lambda d, n: list(d.jobs.log_follow(UUID, n, "stdout")),
    "jobs.volume_exists": lambda d, n: d.jobs.volume_exists(n),
    "jobs.create_volume": lambda d, n: d.jobs.create_volume(n, size_mib=1),
    "jobs.delete_volume": lambda d, n: d.jobs.delete_volume(n),
    "secrets.secret_state": lambda d, n: d.secrets.secret_state(n),
    "secrets.write_secret": lambda d, n: d.secrets.write_secret(n, {"a": "b"}, cas=0, metadata={}),
    "secrets.write_secret.key": lambda d, n: d.secrets.write_secret("apps/a", {n: "b"}, cas=0, metadata={}),
    "secrets.read_secret": lambda d, n: d.secrets.read_secret(n),
    "secrets.destroy_secret": lambda d, n: d.secrets.destroy_secret(n),
    "secrets.policy": lambda d, n: d.secrets.policy(n),
    "secrets.write_policy": lambda d, n: d.secrets.write_policy(n, "x"),
    "secrets.delete_policy": lambda d, n: d.secrets.delete_policy(n),
    "secrets.role": lambda d, n: d.secrets.role(n),
    "secrets.write_role": lambda d, n: d.secrets.write_role(n, {}),
    "secrets.delete_role": lambda d, n: d.secrets.delete_role(n),
    "services.instances": lambda d, n: d.services.instances(n),
    "routes.router": lambda d, n: d.routes.router(n),
    "routes.router.provider": lambda d, n: d.routes.router("a", n),
    "routes.routers_of_host": lambda d, n: d.routes.routers_of_host(n),
    "addresses.ask": lambda d, n: d.addresses.ask(n),
    "addresses.ask.path": lambda d, n: d.addresses.ask("a.example.org", f"/../{n}"),
}
