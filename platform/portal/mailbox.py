"""Mail into a folder instead of an SMTP server: one file a mail, to look at and for tests to read."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

_STRANGE = re.compile(r"[^\w.@-]+")


class EmailBackend(BaseEmailBackend):
    """Write each mail as `<Message-ID>.eml` into EMAIL_FILE_PATH: the same mail sent twice is there once."""

    def __init__(self, *args: Any, file_path: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = Path(file_path or getattr(settings, "EMAIL_FILE_PATH", ""))

    def open(self) -> bool:
        """Make the folder; raises OSError where that cannot be."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return False

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them; a file is there whole or not at all."""
        self.open()
        for each in email_messages:
            message = each.message()
            name = _STRANGE.sub("_", str(message["Message-ID"]).strip("<>"))
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                file.write(message.as_bytes())
            os.replace(file.name, self._folder / f"{name}.eml")  # noqa: PTH105 - atomic, and named after it
        return len(email_messages)
