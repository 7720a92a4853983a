"""What a check asked and what came back, read from the words of a real Consul."""

import pytest

from orchestration.checks import check_facts
from orchestration.specs import Check

PATH = Check(path="/health")
WORDS = [
    (
        "HTTP GET http://127.0.0.1:23000/health: 503 Service Unavailable Output: not\n ready",
        {"came": "status", "status": 503, "text": "not ready"},
        "the program answers that it is not well",
    ),
    (
        "HTTP GET http://127.0.0.1:23000/health: 404 Not Found Output: ",
        {"came": "status", "status": 404},
        "it has no such path, and says nothing more",
    ),
    (
        'Get "http://127.0.0.1:23000/health": dial tcp 127.0.0.1:23000: connect: connection refused',
        {"came": "refused"},
        "it does not listen",
    ),
    (
        'Get "http://127.0.0.1:23000/health": context deadline exceeded (Client.Timeout exceeded)',
        {"came": "timeout"},
        "it listens and says nothing",
    ),
    ('Get "http://127.0.0.1:23000/health": EOF', {"came": "reset"}, "it hangs up"),
    ("", {}, "Consul has not asked yet"),
]


@pytest.mark.parametrize(("output", "came", "reason"), WORDS, ids=[word[2] for word in WORDS])
def test_what_came_back(output: str, came: dict[str, object], reason: str) -> None:
    assert check_facts(PATH, output) == {"asked": "GET /health", **came}, reason


def test_a_port_is_only_opened() -> None:
    told = check_facts(Check(kind="tcp"), "dial tcp 127.0.0.1:389: connect: connection refused")
    assert told == {"asked": "TCP", "came": "refused"}
