"""The house's plan, where imports cannot say it."""

import ast
import re

from tests.architecture.source import ROOT, calls, functions, imports, modules

PLATFORM = {"portal", "drivers", "orchestration", "kernel", "solo"}
# top to bottom: a room knows those below it
ROOMS = [
    ["console"],
    ["approvals"],
    ["fleet", "leases", "telemetry", "volumes"],
    ["workloads"],
    ["cluster", "quotas", "catalogue"],
    ["projects"],
    ["accounts"],
    ["notices"],
    ["audit"],
    ["base"],
]
STOREY = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
OPEN_TO_ALL = {"services", "selectors", "models", "enums", "errors"}
UPSTAIRS = {"urls", "views", "api", "admin", "forms", "serializers", "tasks", "management"}


def test_platform_is_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists(), "it would shadow Python's own `platform`"


def test_top_level_is_complete() -> None:
    found = {path.name for path in (ROOT / "platform").iterdir() if any(path.glob("*.py"))}
    assert found == PLATFORM, "name a new package in the import contracts and here"
    rooms = {path.name for path in (ROOT / "apps").iterdir() if (path / "apps.py").exists()}
    assert rooms == set(STOREY), "give a new room its place in the order"


def test_downstairs_keeps_the_order_of_rooms() -> None:
    wrong = []
    for module in modules("apps"):
        if len(module.parts) < 3 or module.parts[2] in UPSTAIRS:
            continue
        room = module.parts[1]
        for name, line in imports(module):
            parts = name.split(".")
            other = parts[1] if parts[0] == "apps" and len(parts) > 1 else room
            if other != room and other in STOREY and STOREY[other] <= STOREY[room]:
                wrong.append(f"{module.path}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_upstairs_belongs_to_its_room() -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules("apps")
        for name, line in imports(module)
        if (parts := name.split("."))[0] == "apps"
        and len(parts) > 2
        and parts[1] != module.parts[1]
        and parts[1] != "base"
        and parts[2] in UPSTAIRS
    ]
    assert not wrong, "\n".join(wrong)


def test_orchestration_has_no_clock() -> None:
    wrong = [
        f"{module.path}:{call.lineno} {name}"
        for module in modules("platform/orchestration", "platform/kernel")
        for name, call in calls(module)
        if name in {"now", "utcnow", "today", "time", "monotonic", "time_ns", "sleep"}
    ]
    assert not wrong, "time comes in as an argument: " + ", ".join(wrong)


WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITERS = {"services", "reconcile", "models", "management"}


def test_only_services_and_reconcile_write_tables() -> None:
    wrong = [
        f"{module.path}:{call.lineno} .{name}()"
        for module in modules("apps")
        if len(module.parts) > 2 and not WRITERS & set(module.parts[2:])
        for name, call in calls(module)
        if name in WRITES
    ]
    assert not wrong, "\n".join(wrong)


def test_code_does_not_know_that_it_is_tested() -> None:
    telling = re.compile(r"settings\.TEST\b|\bTESTING\b|PYTEST_CURRENT_TEST|\"pytest\" in sys\.modules")
    wrong = [
        module.path
        for module in modules("platform", "apps")
        if telling.search((ROOT / module.path).read_text())
    ]
    assert not wrong, ", ".join(wrong)


def test_no_unfinished_mark() -> None:
    marks = re.compile("TO" + "DO|FIX" + "ME|raise Not" + "Implemented")
    wrong = [module.path for module in modules() if marks.search((ROOT / module.path).read_text())]
    assert not wrong, "an issue says it better: " + ", ".join(wrong)


def test_tests_do_not_sleep() -> None:
    wrong = [
        f"{module.path}:{call.lineno}"
        for module in modules("tests")
        for _, call in calls(module)
        if ast.unparse(call.func) in {"sleep", "time.sleep", "asyncio.sleep"}  # an app may be put to sleep
    ]
    assert not wrong, "wait for a condition with a deadline: " + ", ".join(wrong)


def test_tasks_take_keyword_ids_and_whatever_comes() -> None:
    """A message from an older or newer release must still be understood (P16)."""
    wrong = []
    for module in modules("apps", "platform/portal"):
        for node in functions(module):
            decorators = {ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list}
            if decorators & {"shared_task", "app.task", "celery.shared_task"}:
                positional = [arg.arg for arg in node.args.args if arg.arg != "self"]
                if positional or node.args.kwarg is None:
                    wrong.append(f"{module.path}:{node.lineno} {node.name}")
    assert not wrong, "keyword-only ids and **kwargs: " + ", ".join(wrong)
