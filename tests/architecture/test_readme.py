"""The table of settings in both READMEs is what settings.py reads, no more and no less."""

import ast
import re

import pytest

from tests.architecture.source import ROOT

READERS = {"str", "int", "bool", "db_url", "email_url", "flag", "words", "amounts", "mail", "choice"}


def settings_read() -> set[str]:
    """Names that settings.py and env.py read from the environment."""
    names = set()
    for file in ("settings.py", "env.py"):
        tree = ast.parse((ROOT / "platform" / "portal" / file).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in READERS and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(node.args[0].value)):
                    names.add(str(node.args[0].value))
    return names


@pytest.mark.parametrize("readme", ["README.md", "LISEZMOI.md"])
def test_the_table_names_every_setting(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    table = text.split("<!-- settings:", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", table))
    read = settings_read()
    read.discard("OIDC_CLIENT_SECRET")  # the table names the file that holds it
    assert read <= named, f"not in the table of {readme}: {sorted(read - named)}"
    assert named <= read | {"PAILLASSE_ENV_FILE"}, f"nobody reads: {sorted(named - read)}"
