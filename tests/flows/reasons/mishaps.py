"""Templates of apps that go wrong, each in one way; loaded beside the lab's own."""

from pathlib import Path
from typing import Any

import yaml

from tests.factories.catalogue import MEMBER_SECRET, manifest

HOW = {
    "type": "string",
    "maxLength": 20,
    "x-portal": {"label": {"fr": "Comment", "en": "How"}},
}
IMAGE = "paillasse/mishap:1"
HOLLOW = "paillasse/hollow:1"  #: its program is not in it
HEALTHY_S = 10  #: the shortest that a manifest may say
STUBBORN_S = 30  #: how long one that does not want to end is waited for
GPU = {"min": 0, "max": 1}


def _mishap(slug: str, image: str, **changes: Any) -> dict[str, Any]:
    resources = {
        "default": "S",
        "sizes": {"S": {"cpu_mhz": 20, "memory_mib": 32}},
        "bounds": {
            "cpu_mhz": {"min": 20, "max": 32000},
            "memory_mib": {"min": 32, "max": 120000},
            "count": {"min": 1, "max": 2},
            "gpus": GPU,
        },
    }
    base: dict[str, Any] = {
        "kind": "service",
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"how": HOW, "data": _UPLOAD},
        },
        "resources": resources,
        "runtimes": [{"driver": "docker", "image": image, "user": "65534:65534"}],
        "env": {"HOW": {"from": "parameter.how"}},
        "check": {"kind": "http", "path": "/cgi-bin/check"},
        "route": {"kind": "http", "path": "/cgi-bin/page", "accept": [200]},
        "deadlines": {"healthy_s": HEALTHY_S, "kill_s": 1},
        "secrets": [],
    }
    return manifest(slug, **{**base, **changes})


_UPLOAD = {
    "type": "string",
    "x-portal": {
        "label": {"fr": "Données", "en": "Data"},
        "widget": "upload",
        "upload": {"kinds": [".csv"], "max_mib": 1},
    },
}
_GENERATED = [{**MEMBER_SECRET[0], "source": "generated", "on_change": "restart"}]
_SECRET_ENV = {"HOW": {"from": "parameter.how"}, "PASSWORD": {"from": "secret.password"}}


def mishaps(registry_port: int) -> list[dict[str, Any]]:
    """The manifests."""
    return [
        _mishap("mishap", IMAGE),
        _mishap("mishap-absent", f"127.0.0.1:{registry_port}/absent:1"),
        _mishap("mishap-locked", f"127.0.0.1:{registry_port}/locked:1"),
        _mishap("mishap-hanging", f"127.0.0.1:{registry_port}/hanging:1"),
        _mishap("mishap-hollow", HOLLOW),
        _mishap("mishap-stubborn", IMAGE, deadlines={"healthy_s": HEALTHY_S, "kill_s": STUBBORN_S}),
        _mishap("mishap-foreign", "registry.example/elsewhere:1"),
        _mishap("mishap-asks", IMAGE, secrets=MEMBER_SECRET, env=_SECRET_ENV),
        _mishap("mishap-secret", IMAGE, secrets=_GENERATED, env=_SECRET_ENV),
    ]


def write(folder: Path, registry_port: int) -> None:
    """Each in a folder of its own."""
    for each in mishaps(registry_port):
        place = folder / each["slug"]
        place.mkdir(parents=True)
        (place / "template.yaml").write_text(yaml.safe_dump(each, allow_unicode=True), encoding="utf-8")
