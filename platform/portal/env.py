"""The environment, read once and typed: a wrong or unreadable setting stops the start."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.FileAwareEnv()
if _file := os.environ.get("PAILLASSE_ENV_FILE"):
    if not Path(_file).is_file():
        raise ImproperlyConfigured(f"PAILLASSE_ENV_FILE: no such file: {_file}")
    env.read_env(_file, overwrite=False)


def flag(name: str, *, default: bool) -> bool:
    """Read a yes or no; anything but true or false is refused, so that a typo never means no."""
    text: str = env.str(name, default=str(default)).lower()
    if text not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name}: true or false, not {text!r}")
    return text == "true"


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in env.str(name, default=default).split(",") if word.strip()]


def choice(name: str, default: str, *others: str) -> str:
    """Read one of a few words; anything else stops the start."""
    text: str = env.str(name, default=default)
    if text not in {default, *others}:
        raise ImproperlyConfigured(f"{name}: one of {', '.join((default, *others))}, not {text!r}")
    return text


def amounts(name: str, default: str) -> dict[str, int]:
    """Read `apps=5,cpu_mhz=4000`; raises ImproperlyConfigured where it is anything else."""
    try:
        return {key: int(value) for key, value in (word.split("=") for word in words(name, default))}
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: name=number,name=number: {error}") from error


def mail(name: str, default: str) -> dict[str, Any]:
    """Read where mail goes: smtp://, consolemail:// or filemail:///folder, which is taken from the root."""
    config: dict[str, Any] = env.email_url(name, default=default)
    if folder := config.get("EMAIL_FILE_PATH"):
        config["EMAIL_FILE_PATH"] = f"/{folder.lstrip('/')}"
        config["EMAIL_BACKEND"] = "portal.mailbox.EmailBackend"
    return config
