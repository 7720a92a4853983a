"""What a stopped Nomad client leaves mounted: the memory that holds its allocations' secrets."""

import re
from pathlib import Path

from stack.layout import as_root, run

TABLE = Path("/proc/self/mountinfo")
POINT = 4  # the field of a line that holds the mount point, see proc(5)
ESCAPED = re.compile(r"\\([0-7]{3})")


def below(folder: Path, table: str) -> list[Path]:
    """Return the mount points below a folder, the last mounted first, from the text of mountinfo."""
    points = [Path(_plain(line.split(" ")[POINT])) for line in table.splitlines()]
    return [point for point in reversed(points) if folder in point.parents]


def unmount_below(folder: Path) -> None:
    """Unmount all that is mounted below a folder; raises StackError where something still uses it."""
    for point in below(folder.resolve(), TABLE.read_text()):
        run(*as_root("umount", str(point)))


def _plain(field: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 8)), field)
