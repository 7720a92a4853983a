"""Serve one uploaded file, CSV or SQLite, by Datasette behind a password.

From the task's environment: NOMAD_TASK_DIR (the upload is data/source), NOMAD_ADDR_http or EXPLORER_BIND,
EXPLORER_PASSWORD, EXPLORER_TITLE, SOURCE_NAME, DATASETTE_SECRET.
"""

import json
import os
import re
import sys
import tempfile
import unicodedata
from pathlib import Path

from datasette_auth_passwords.utils import hash_password
from prepare import UnreadableError, convert, is_sqlite

SHARE = Path(__file__).parent
ACCOUNT = "data"
# The password is long and drawn at random, and its hash never leaves this process: few rounds are enough,
# and programs that send the password with each call are not slowed down.
ROUNDS = 1000


def database(folder: Path) -> Path:
    """Return the upload as a database file, named as the member called it."""
    source = Path(os.environ["NOMAD_TASK_DIR"], "data", "source")
    stem = Path(os.environ.get("SOURCE_NAME", "data")).stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"\W+", "_", plain).strip("_")[:60] or "data"
    target = folder / f"{name}.db"
    if is_sqlite(source):
        target.symlink_to(source)
    else:
        print(f"{convert(source, target, name)} rows in table {name}", file=sys.stderr)
    return target


def metadata(folder: Path) -> Path:
    """Write who may see what: nobody anything, without the password."""
    path = folder / "metadata.json"
    content = {
        "title": os.environ.get("EXPLORER_TITLE") or "Data",
        "allow": {"id": ACCOUNT},
        "plugins": {"datasette-auth-passwords": {f"{ACCOUNT}_password_hash": {"$env": "EXPLORER_HASH"}}},
    }
    path.write_text(json.dumps(content))
    return path


def main() -> None:
    """Prepare the database, then become Datasette."""
    folder = Path(tempfile.mkdtemp(prefix="explorer-", dir=os.environ["NOMAD_TASK_DIR"]))
    try:
        served = database(folder)
    except UnreadableError as error:
        sys.exit(f"The file cannot be read as a table. {error}")
    bind = os.environ.get("EXPLORER_BIND") or os.environ["NOMAD_ADDR_http"]  # noqa: SIM112 - Nomad's spelling
    host, port = bind.rsplit(":", 1)
    os.environ["EXPLORER_HASH"] = hash_password(os.environ.pop("EXPLORER_PASSWORD"), iterations=ROUNDS)
    os.environ["HOME"] = str(folder)
    options = {
        "--host": host.strip("[]"),
        "--port": port,
        "--immutable": str(served),
        "--metadata": str(metadata(folder)),
        "--plugins-dir": str(SHARE / "plugins"),
        "--template-dir": str(SHARE / "pages"),
    }
    settings = {"force_https_urls": "1", "sql_time_limit_ms": "3000", "max_returned_rows": "2000"}
    arguments = [part for pair in options.items() for part in pair]
    arguments += [part for pair in settings.items() for part in ("--setting", *pair)]
    os.execv(sys.executable, [sys.executable, "-I", "-m", "datasette", "serve", *arguments])  # noqa: S606 - whole values, no shell


if __name__ == "__main__":
    main()
