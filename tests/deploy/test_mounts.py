"""A stopped Nomad client's mounts are found, and only those of its own folder."""

from pathlib import Path

import pytest

from stack.mounts import below

TABLE = "\n".join(
    f"{number} 25 0:{number} / {point} rw,relatime - tmpfs tmpfs rw"
    for number, point in enumerate(
        (
            "/",
            "/srv/up/nomad/data",
            "/srv/up/nomad/data/alloc/1/app/secrets",
            "/srv/up/nomad/data/alloc/1/app/secrets/deep",
            "/srv/up/nomad-of-another/data",
            r"/srv/my\040lab/nomad/data",
        )
    )
)


@pytest.mark.parametrize(
    ("folder", "expected", "reason"),
    [
        (
            "/srv/up/nomad",
            [
                "/srv/up/nomad/data/alloc/1/app/secrets/deep",
                "/srv/up/nomad/data/alloc/1/app/secrets",
                "/srv/up/nomad/data",
            ],
            "what stands on another goes first",
        ),
        ("/srv/my lab/nomad", ["/srv/my lab/nomad/data"], "the table writes a space as a number"),
        (
            "/srv/up/nomad/data",
            [
                "/srv/up/nomad/data/alloc/1/app/secrets/deep",
                "/srv/up/nomad/data/alloc/1/app/secrets",
            ],
            "the folder itself was mounted by somebody else",
        ),
        ("/srv/test", [], "nothing there"),
    ],
)
def test_mounts_below_a_folder(folder: str, expected: list[str], reason: str) -> None:
    assert [str(point) for point in below(Path(folder), TABLE)] == expected, reason
