"""Small files and small functions: what is too long has more than one purpose."""

from tests.architecture.source import functions, modules

FILE_LINES = 400
FUNCTION_LINES = 60


def test_no_file_is_too_long() -> None:
    long = [f"{module.path}: {module.lines}" for module in modules() if module.lines > FILE_LINES]
    assert not long, "split these by purpose: " + ", ".join(long)


def test_no_function_is_too_long() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name}"
        for module in modules()
        for function in functions(module)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]
    assert not long, "split these by purpose: " + ", ".join(long)
