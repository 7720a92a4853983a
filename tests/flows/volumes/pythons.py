"""An image that holds this machine's own Python and nothing else: no registry can be asked here."""

import contextlib
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker

from stack.names import KEEPER_IMAGE
from stack.parts.runtimes import SYSTEM_PYTHON

_RECIPE = b"FROM scratch\nCOPY root /\nENV PATH=/usr/bin\n"
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")
#: folders of the standard library that no program of the tests imports
_LEFT_OUT = {"__pycache__", "test", "idlelib", "dist-packages", "ensurepip", "lib2to3", "pydoc_data"}


def build(host: str) -> None:
    """Build it, by the name that the tests' stack gives the keeper's image."""
    with contextlib.closing(docker.DockerClient(base_url=host)) as client:
        client.images.build(fileobj=io.BytesIO(_context()), custom_context=True, tag=KEEPER_IMAGE, rm=True)


def _context() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as packed:
        recipe = tarfile.TarInfo("Dockerfile")
        recipe.size = len(_RECIPE)
        packed.addfile(recipe, io.BytesIO(_RECIPE))
        for path in sorted(_files()):
            packed.add(path.resolve(), arcname=f"root{path}", recursive=False)
    return target.getvalue()


def _files() -> set[Path]:
    program = Path(SYSTEM_PYTHON)
    library = program.resolve().parents[1] / "lib" / program.resolve().name
    found = {path for path in library.rglob("*") if path.is_file() and not _LEFT_OUT.intersection(path.parts)}
    binaries = [program, *(path for path in found if path.suffix == ".so")]
    return {program, *found, *_libraries(binaries)}


def _libraries(binaries: list[Path]) -> Iterator[Path]:
    """What the loader finds for each of these, and the loader."""
    told = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    yield from (Path(found) for found in _LIBRARY.findall(told))
