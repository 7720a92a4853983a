"""`python -m tests.catalogue.golden`: write the agreed pieces of every shipped template anew."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.catalogue.shipped import composed, ways

FOLDER = Path(__file__).parent


def main() -> None:
    """Take away what is there, and write one file for each template and driver."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for slug, driver in ways():
        text = json.dumps(asdict(composed(slug, driver)), ensure_ascii=False, indent=2, sort_keys=True)
        (FOLDER / f"{slug}.{driver}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
