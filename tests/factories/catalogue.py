"""Templates, as the loader would have stored them."""

from typing import Any

from apps.catalogue.models import Template, TemplateVersion


def _both(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def manifest(slug: str = "page", **changes: Any) -> dict[str, Any]:
    """A docker template with one required parameter, one optional file and one generated secret."""
    text = {"type": "string", "minLength": 1, "maxLength": 200, "x-portal": {"label": _both("Title")}}
    upload = {"label": _both("Data"), "upload": {"kinds": [".csv"], "max_mib": 1}}
    base: dict[str, Any] = {
        "slug": slug,
        "version": "1.0.0",
        "kind": "web",
        "maintainer": {"name": "Lab"},
        **{name: _both(name) for name in ("title", "summary", "description", "how_to", "changes")},
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title"],
            "properties": {"title": text, "data": {"type": "string", "x-portal": upload}},
        },
        "resources": {
            "default": "S",
            "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64}, "L": {"cpu_mhz": 400, "memory_mib": 256}},
            "bounds": {
                "cpu_mhz": {"min": 20, "max": 8000},
                "memory_mib": {"min": 32, "max": 8192},
                "count": {"min": 1, "max": 4},
            },
        },
        "runtimes": [{"driver": "docker", "image": "paillasse/page:1"}],
        "env": {"TITLE": {"from": "parameter.title"}, "PASSWORD": {"from": "secret.password"}},
        "port": 8080,
        "check": {"kind": "http", "path": "/"},
        "route": {"kind": "http", "path": "/", "accept": [200]},
        "deadlines": {"healthy_s": 60},
        "secrets": [{"name": "password", "source": "generated", "label": _both("Password")}],
        "files": [{"name": "data", "from": "parameter.data", "destination": "data/table.csv"}],
        "approval": {"rule": "within-quota"},
        "reach": [],
    }
    return {**base, **changes}


def template(slug: str = "page", **changes: Any) -> TemplateVersion:
    """A loaded template with its current version; `changes` replace parts of the manifest."""
    content = manifest(slug, **changes)
    row = Template.objects.create(
        slug=slug, kind=content["kind"], title=content["title"], summary=content["summary"]
    )
    version = TemplateVersion.objects.create(
        template=row, version=content["version"], digest=f"{slug}-{content['version']}", manifest=content
    )
    row.current = version
    row.save()
    return version


MEMBER_SECRET = [{"name": "password", "source": "member", "label": _both("Password")}]
#: a template whose apps keep something
STORING: dict[str, Any] = {
    "volumes": [{"name": "data", "destination": "/data"}],
    "resources": {
        "default": "S",
        "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 256}},
        "bounds": {
            "cpu_mhz": {"min": 20, "max": 8000},
            "memory_mib": {"min": 32, "max": 8192},
            "storage_mib": {"min": 64, "max": 1024},
        },
    },
}
