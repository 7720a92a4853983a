"""Secrets made once and kept, files written whole."""

import secrets
from collections.abc import Callable
from pathlib import Path

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def password(length: int = 16) -> str:
    """Return a random password that a person can type (5 bits a character)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file whole: a reader sees the old text or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=mode)
    fresh.write_text(text)
    fresh.chmod(mode)
    fresh.replace(path)
    return path


def keep(path: Path, make: Callable[[], str] = password) -> str:
    """Return the secret kept in this file, made now if there is none."""
    if not path.exists():
        write(path, make())
    return path.read_text().strip()
