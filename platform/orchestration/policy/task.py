"""The task: its driver and what that is told, its files, its secrets."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.names import OutsideNames
from orchestration.policy.rules import PolicyRules, Violation
from orchestration.policy.shape import CONFIGS, misshapen
from orchestration.render.database_template import is_database
from orchestration.render.literal import is_relative_path
from orchestration.render.secret_templates import is_ours
from orchestration.render.task import EXEC_DRIVERS, PIDS_LIMIT

_TASK = "TaskGroups[0].Tasks[0]"
_CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?P<name>(?:{_NAME}(?::[0-9]{{1,5}})?/)?{_NAME}(?:/{_NAME})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def task_rules(task: Mapping[str, Any], names: OutsideNames, rules: PolicyRules) -> Iterator[Violation]:
    """Everything that the one task may not."""
    driver, config = task.get("Driver", ""), task.get("Config", {})
    if driver not in rules.drivers or driver not in CONFIGS:
        yield Violation("policy.driver", f"{_TASK}.Driver", driver)
        return
    if strange := tuple(misshapen(config, CONFIGS[driver], f"{_TASK}.Config")):
        yield from strange
        return
    yield from _docker(config, rules) if driver == "docker" else _program(driver, task, rules)
    yield from _env(task)
    yield from _artifacts(task, rules)
    yield from _secrets(task, names, rules)


def _docker(config: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    if not image_allowed(config.get("image", ""), rules.image_prefixes):
        yield Violation("policy.image", f"{_TASK}.Config.image", config.get("image", ""))
    bounded = 1 <= config.get("pids_limit", 0) <= PIDS_LIMIT
    if config.get("security_opt") != ["no-new-privileges"] or not bounded:
        yield Violation("policy.privilege", f"{_TASK}.Config.security_opt", str(config.get("security_opt")))
    if config.get("ports", []) not in ([], ["http"]):
        yield Violation("policy.network", f"{_TASK}.Config.ports", str(config.get("ports")))


def image_allowed(image: str, prefixes: tuple[str, ...]) -> bool:
    """Whether an image comes from an allowed place, with a tag other than latest or a digest.

    A prefix ends at a whole component: ``lab/web`` allows ``lab/web:1`` and not ``lab/webmail:1``.
    """
    match = _IMAGE.fullmatch(image)
    if match is None or (match["digest"] is None and match["tag"] in {None, "latest"}):
        return False
    name = match["name"]
    return any(
        name == prefix or name.startswith(prefix if prefix.endswith("/") else f"{prefix}/")
        for prefix in prefixes
        if prefix
    )


def _program(driver: str, task: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    """Programs come from the runtimes that an engineer put on the nodes; java and qemu take an artifact."""
    config = task["Config"]
    if driver in EXEC_DRIVERS:
        below = f"{rules.placement.runtimes_dir.rstrip('/')}/"
        command = config.get("command", "")
        if not command.startswith(below) or not is_relative_path(command.removeprefix(below)):
            yield Violation("policy.command", f"{_TASK}.Config.command", command)
    else:
        path = config.get("jar_path", config.get("image_path", ""))
        if not path.startswith("local/") or not is_relative_path(path):
            yield Violation("policy.command", f"{_TASK}.Config", path)
    if task.get("User"):
        yield Violation("policy.privilege", f"{_TASK}.User", task["User"])


def _env(task: Mapping[str, Any]) -> Iterator[Violation]:
    for name in task.get("Env", {}):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith(
            ("NOMAD_", "VAULT_", "CONSUL_")
        ):
            yield Violation("policy.env", f"{_TASK}.Env.{name}")


def _artifacts(task: Mapping[str, Any], rules: PolicyRules) -> Iterator[Violation]:
    """Only the portal's files, each with its digest. A query could undo what the options say."""
    below = f"{rules.files_url.rstrip('/')}/"
    for index, each in enumerate(task.get("Artifacts", [])):
        source, options = each.get("GetterSource", ""), each.get("GetterOptions", {})
        ours = bool(rules.files_url) and source.startswith(below)
        climbs = ".." in source or any(mark in source for mark in "?#@\\ ") or "::" in source
        checked = _CHECKSUM.fullmatch(options.get("checksum", "")) and set(options) == {"checksum", "archive"}
        packed = options.get("archive") in {"zip", "false"} and each.get("GetterMode") in {"any", "file"}
        where = each.get("RelativeDest", "")
        inside = where.startswith("local/") and is_relative_path(where)
        if not (ours and not climbs and checked and packed and inside):
            yield Violation("policy.artifact", f"{_TASK}.Artifacts[{index}]", str(each)[:200])


def _secrets(task: Mapping[str, Any], names: OutsideNames, rules: PolicyRules) -> Iterator[Violation]:
    vault, templates = task.get("Vault"), task.get("Templates", [])
    own = {"Role": names.vault_role, "ChangeMode": "noop", "Env": False, "DisableFile": True}
    if vault is not None and vault != own:
        yield Violation("policy.vault", f"{_TASK}.Vault", str(vault)[:80])
    for index, template in enumerate(templates):
        if not is_ours(template, names, rules.edge.kv_mount) and not is_database(template, rules.edge):
            yield Violation("policy.template", f"{_TASK}.Templates[{index}]", str(template)[:200])
