"""manage.py of the stack under test."""

import os
import subprocess
import sys
from pathlib import Path

from tests import stack as stack_file

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str) -> str:
    """Run a command with the portal's settings; returns what it printed."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DATABASE_URL"}
    }
    environment |= {
        "PAILLASSE_ENV_FILE": str(stack_file.FILE.parent / "portal.env"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
