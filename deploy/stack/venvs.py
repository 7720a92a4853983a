"""Python environments from pinned requirement files, made once and recognised by the files' digest."""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from stack.layout import CHECKOUT, StackError, program, run

STAMP = ".digest"


def digest(files: Sequence[Path], interpreter: str) -> str:
    """Return what a venv of these files and this interpreter is recognised by."""
    total = hashlib.sha256(interpreter.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def make_venv(folder: Path, requirements: Path, interpreter: str) -> bool:
    """Make a venv with exactly these packages, hashes checked; returns whether there was anything to do.

    `interpreter` must be readable by whoever runs the venv: a venv holds links to it, no copy.
    """
    stamp = folder / STAMP
    wanted = digest([requirements], interpreter)
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    run(interpreter, "-m", "venv", str(folder))
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", str(requirements))
    stamp.write_text(wanted)
    return True


def stack_program(name: str) -> str:
    """Return a program that PATH or our own venv (requirements-stack.txt) has."""
    beside = Path(sys.executable).parent / name
    found = program(name) or (str(beside) if beside.exists() else "")
    if not found:
        raise StackError(f"{name} is neither on PATH nor in {beside.parent.relative_to(CHECKOUT)}")
    return found
