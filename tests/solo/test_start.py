"""What solo says of itself when it starts: what it is, and for whom."""

import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from solo.__main__ import main


def test_it_says_whom_it_is_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["solo", "--data-dir", str(tmp_path)])
    monkeypatch.setattr("solo.__main__.build", Mock())
    monkeypatch.setattr("uvicorn.run", Mock())
    main()
    said = capsys.readouterr().err
    for words in ("not for a cluster", "one unprivileged user", "people who trust each other"):
        assert words in said
