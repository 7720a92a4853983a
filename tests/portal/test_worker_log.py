"""What a worker tells goes where the settings say."""

import logging
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AS_A_WORKER = """
import django, logging
from portal.celery import app
django.setup(set_prefix=False)
app.log.setup(loglevel="WARNING")
print(logging.getLogger().level)
"""


def test_celery_leaves_the_level_alone() -> None:
    """Celery would set the root to WARNING before the first task: nothing said at INFO would be seen."""
    command = [sys.executable, "-c", AS_A_WORKER]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == logging.INFO
