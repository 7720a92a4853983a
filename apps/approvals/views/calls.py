"""The same request as a program would send it."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings


def same_call(method: str, path: str, body: Mapping[str, Any]) -> dict[str, str]:
    """Give the call as curl and as Python; the token stays in the environment."""
    url = f"{settings.PORTAL_URL.rstrip('/')}{path}"
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return {"curl": _curl(method, url, text), "python": _python(method, url, text)}


def _curl(method: str, url: str, text: str) -> str:
    return (
        f"curl -X {method} {url} \\\n"
        '  -H "Authorization: Bearer $PAILLASSE_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  --data-binary @- <<'EOF'\n{text}\nEOF"
    )


def _python(method: str, url: str, text: str) -> str:
    return (
        "import json, os, requests\n\n"
        f"answer = requests.{method.lower()}(\n"
        f"    {url!r},\n"
        '    headers={"Authorization": f"Bearer {os.environ[\'PAILLASSE_TOKEN\']}"},\n'
        f'    json=json.loads(r"""{text}"""),\n'
        "    timeout=30,\n"
        ")\n"
        "answer.raise_for_status()\n"
        'print(answer.json()["url"])  # the operation to follow'
    )
