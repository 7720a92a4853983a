"""What each portal process may do in Nomad: the policies that engineers install, for solo too."""

import re
from typing import TypedDict

from stack.rendering import render

#: Policies of each process's token. On one machine the worker purges as well.
HOLDERS: dict[str, tuple[str, ...]] = {
    "web": ("web",),
    "worker": ("worker", "purge"),
    "watcher": ("watcher",),
    "purge": ("purge",),
}
_LIST = re.compile(r"capabilities\s*=\s*\[(.*?)\]", re.DOTALL)
_BLOCK = re.compile(r"^(node|agent|plugin)\s*\{\s*policy\s*=\s*\"read\"", re.MULTILINE)


class SoloToken(TypedDict):
    """An entry of solo's tokens file."""

    name: str
    capabilities: list[str]
    namespaces: list[str]


def policy(name: str, namespace: str) -> str:
    """Return a Nomad ACL policy of ours, for this namespace."""
    return render(f"nomad/{name}.policy.hcl", {"namespace": namespace})


def capabilities(text: str) -> set[str]:
    """Read the capabilities that a policy of ours grants, in solo's words (`node-read` for a node block)."""
    listed = {word.strip().strip('"') for found in _LIST.findall(text) for word in found.split(",")}
    return (listed - {""}) | {f"{block}-read" for block in _BLOCK.findall(text)}


def solo_tokens(secrets: dict[str, str], namespace: str) -> dict[str, SoloToken]:
    """Return solo's tokens file: the processes' secrets with the rights of their policies."""
    return {
        secret: {
            "name": process,
            "capabilities": sorted(
                set().union(*(capabilities(policy(name, namespace)) for name in HOLDERS[process]))
            ),
            "namespaces": [namespace],
        }
        for process, secret in secrets.items()
    }
