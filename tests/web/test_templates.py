"""What holds for every template: it parses, is lint-free, and keeps the content security policy."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.web.conftest import ROOT

WEB = ROOT / "templates" / "web"
VENDOR = WEB / "static" / "vendor"
TEMPLATES = sorted(str(path.relative_to(WEB)) for path in WEB.rglob("*.html"))
_INLINE = re.compile(r"\sstyle=|\son\w+=|javascript:|<script(?![^>]*\bsrc=)")
# Its style is the page's own: it must stand on somebody else's host, and its digest is in its policy.
_ALONE = {"console/explaining.html"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_parses(name: str) -> None:
    get_template(name)


# Mail programs read no style but the inline one, and know no policy of ours.
_MAILS = "mail/"


@pytest.mark.parametrize("name", [each for each in TEMPLATES if not each.startswith(_MAILS)])
def test_nothing_inline(name: str) -> None:
    text = (WEB / name).read_text()
    assert not _INLINE.search(text), "script-src 'self' and style-src 'self' would drop it"
    assert name in _ALONE or "<style" not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_posts_carry_their_token(name: str) -> None:
    text = (WEB / name).read_text()
    assert text.count('method="post"') == text.count("{% csrf_token %}")


def test_djlint_finds_nothing() -> None:
    lint = Path(sys.executable).with_name("djlint")
    done = subprocess.run(
        [lint, "templates/web", "--lint", "--quiet"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_icons_are_in_the_sprite() -> None:
    sprite = (VENDOR / "tabler-icons.svg").read_text()
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = re.compile(r'(?:\{% icon |sign=)"([a-z0-9-]+)"')
    used = {name for path in WEB.rglob("*.html") for name in named.findall(path.read_text())}
    assert used <= there, f"not in the sprite: {used - there}"


def test_vendored_files_are_what_the_lock_says() -> None:
    lock = json.loads((VENDOR / "vendor.lock").read_text())
    locked = {each["file"] for each in lock} | {each["licence_file"] for each in lock} | {"vendor.lock"}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == locked
    for each in lock:
        digest = hashlib.sha256((VENDOR / each["file"]).read_bytes()).hexdigest()
        assert digest == each["sha256"], each["file"]
        assert each["licence"] in {"MIT", "OFL-1.1", "Apache-2.0", "BSD-3-Clause"}
