"""The machine's ordinary clients: apt-get for Debian's packages, mvn for Maven Central, pip for PyPI."""

import os
import platform as machine
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stack.keeping import write
from stack.layout import StackError, as_root, program, run

POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_CONF = Path("/etc/postgresql-common/createcluster.d/paillasse.conf")
SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
_apt = threading.Lock()
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "a"}


def missing(packages: Sequence[str]) -> list[str]:
    """Return those of these Debian packages that are not installed."""
    return [name for name in packages if not _installed(name)]


def apt_install(packages: Sequence[str]) -> None:
    """Install Debian packages without starting any service of theirs; raises StackError with apt's words."""
    if not packages:
        return
    if not program("apt-get"):
        raise StackError(f"not a Debian or Ubuntu machine: please install {' '.join(packages)} yourself")
    with _apt, _services_asleep():
        environment = {**os.environ, **QUIET}
        run(*as_root("apt-get", "-q", "update"), env=environment)
        command = as_root("apt-get", "-q", "-y", "--no-install-recommends", "install", *packages)
        try:
            run(*command, env=environment)
        except StackError as error:
            raise StackError(f"{error}\n(this system: {_system()}; wanted: {' '.join(packages)})") from error


def maven_zip(artifact: str, folder: Path) -> Path:
    """Fetch `group:name:version:zip` from Maven Central into a folder; returns the zip."""
    folder.mkdir(parents=True, exist_ok=True)
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    run("mvn", "-q", "-B", goal, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}")
    _, name, version, kind = artifact.split(":")
    return folder / f"{name}-{version}.{kind}"


def debian_program(package: str, suite: str, path_in_package: str, target: Path) -> Path:
    """Unpack one Debian package into a folder, installing nothing, and return its program.

    With a suite, that one is read through an apt configuration of our own, derived from the machine's
    sources and gone with its folder: the machine's own sources never change. Without, its own suite is read.
    Raises StackError where the package is to be had no more.
    """
    found = target / path_in_package
    if found.exists():
        return found
    work, fresh = (target.with_name(f".{target.name}.{word}") for word in ("fetch", "new"))
    try:
        run("apt-get", *_apart(work, suite), "update")
        run("apt-get", *_apart(work, suite), "download", package, cwd=work)
        shutil.rmtree(fresh, ignore_errors=True)
        run("dpkg", "-x", str(next(work.glob("*.deb"))), str(fresh))
        fresh.replace(target)
    except (StackError, StopIteration) as error:
        raise StackError(
            f"{package}: no such program on PATH, and Debian's {suite or 'own suite'} does not give it: "
            f"please install {package} and put it on PATH.\n{error}"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return found


def _apart(work: Path, suite: str) -> list[str]:
    """Return apt options that keep lists and cache, and with a suite the sources, in a folder of our own."""
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True, exist_ok=True)
    options = ["-q", "-o", "APT::Sandbox::User=root", "-o", f"Dir::State::lists={work / 'lists'}"]
    options += ["-o", f"Dir::Cache={work / 'cache'}"]
    if suite:
        write(work / "suite.list", f"deb [{_keyring()}] {_mirror()} {suite} main\n")
        options += ["-o", f"Dir::Etc::sourcelist={work / 'suite.list'}", "-o", "Dir::Etc::sourceparts=-"]
    return options


def _installed(name: str) -> bool:
    command = ("dpkg-query", "-W", "-f", "${Status}", name)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.endswith(" installed")


@contextmanager
def _services_asleep() -> Iterator[None]:
    """Keep Debian's packages from starting services or making clusters of their own."""
    made: list[Path] = []
    wanted = {
        POLICY: ("#!/bin/sh\nexit 101\n", "755"),
        CLUSTER_CONF: ("create_main_cluster = false\n", "644"),
    }
    for path, (text, mode) in wanted.items():
        if path.exists():
            continue
        run(*as_root("mkdir", "-p", str(path.parent)))
        subprocess.run(
            as_root("tee", str(path)), input=text, text=True, check=True, stdout=subprocess.DEVNULL
        )
        run(*as_root("chmod", mode, str(path)))
        made.append(path)
    try:
        yield
    finally:
        for path in made:
            run(*as_root("rm", "-f", str(path)))


def _source_lines() -> Iterator[str]:
    for source in SOURCES:
        files = sorted(source.iterdir()) if source.is_dir() else [source] if source.exists() else []
        for file in files:
            yield from file.read_text(errors="replace").splitlines()


def mirror_of(lines: Sequence[str]) -> str:
    """Return the Debian archive that these apt source lines name, security suites left out; "" if none."""
    for line in lines:
        words = line.split()
        if words and words[0] in {"deb", "URIs:"}:
            for word in words[1:]:
                if "://" in word and word.rstrip("/").endswith("/debian"):
                    return word
    return ""


def _mirror() -> str:
    mirror = mirror_of(list(_source_lines()))
    if not mirror:
        raise StackError("the machine's apt sources name no Debian archive")
    return mirror


def _keyring() -> str:
    return "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"


def _system() -> str:
    try:
        return machine.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"
