"""A health check in figures: what was asked, and what came back, read from Consul's words."""

import re

from orchestration.specs import Check

TEXT_MAX = 160  #: characters of what came back
_STATUS = re.compile(r"\bHTTP (?:GET|POST|HEAD|PUT) \S+: (\d{3})\b")
_BODY = re.compile(r"\bOutput: ?(.*)", re.DOTALL)
#: what Go's errors say -> the word that a sentence explains; the first that fits counts
_WORDS = (
    (re.compile(r"(?i)connection refused"), "refused"),
    (re.compile(r"(?i)timeout|deadline exceeded|timed out"), "timeout"),
    (re.compile(r"(?i)connection reset|EOF"), "reset"),
    (re.compile(r"(?i)tls|x509|certificate"), "tls"),
)


def asked(check: Check | None) -> str:
    """What Consul asks: a path, or only whether the port opens."""
    return f"GET {check.path}" if check is not None and check.kind == "http" else "TCP"


def check_facts(check: Check | None, output: str) -> dict[str, object]:
    """`asked`, and where Consul said so: `came` (status, refused, timeout, reset, tls), `status`, `text`."""
    facts: dict[str, object] = {"asked": asked(check)}
    if found := _STATUS.search(output):
        body = _BODY.search(output)
        text = " ".join(body[1].split())[:TEXT_MAX] if body else ""
        return facts | {"came": "status", "status": int(found[1])} | ({"text": text} if text else {})
    word = next((name for pattern, name in _WORDS if pattern.search(output)), "")
    return facts | ({"came": word} if word else {})
