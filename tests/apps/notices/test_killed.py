"""A sender is killed in the middle: every mail is there, and each once."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from apps.notices import services
from apps.notices.models import Outbox
from portal.env import BASE_DIR
from tests.factories import people
from tests.mails import mails
from tests.waiting import wait_for

MANY, FEW = 60, 5
_SEND = "import django; django.setup(); from apps.notices.services import send_due; print(send_due(1000))"


def _environment(folder: Path) -> dict[str, str]:
    told = connection.settings_dict
    port = told["PORT"] or "5432"
    login = f"{told['USER']}:{told['PASSWORD']}" if told["PASSWORD"] else told["USER"]
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{login}@{told['HOST']}:{port}/{told['NAME']}",
        "EMAIL_URL": f"filemail://{folder}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONPATH": f"{BASE_DIR}:{BASE_DIR / 'platform'}",
    }


@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again(tmp_path: Path) -> None:
    readers = [people.person(f"reader-{number}") for number in range(MANY)]
    services.notify(
        kind="app.failed",
        recipients=[each.id for each in readers],
        params={"app": "Wiki", "project": "Genomics"},
        path="/",
    )
    folder, killed = tmp_path / "mail", 0
    for _ in range(3):
        before = len(mails(folder))
        process = subprocess.Popen([sys.executable, "-c", _SEND], env=_environment(folder))
        wait_for(lambda: len(list(folder.glob("*.eml"))) >= before + FEW, 30, "mails leave")  # noqa: B023
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        Outbox.objects.filter(sent_at=None).update(leased_until=timezone.now())
    assert killed, "at least once in the middle"
    done = subprocess.run([sys.executable, "-c", _SEND], env=_environment(folder), check=False, timeout=60)
    assert done.returncode == 0
    assert not Outbox.objects.filter(sent_at=None).exists()
    assert Counter(str(each["To"]) for each in mails(folder)) == Counter(each.email for each in readers)
