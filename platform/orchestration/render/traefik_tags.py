"""The service's tags, in the form that the lab already uses (lab/cluster.json), and their reading back.

The Traefik service is named explicitly: the default name folds double hyphens, and two apps of one name would
share their servers. Its port is the one that Consul knows.
"""

import re
from collections.abc import Sequence
from typing import Literal

from kernel.errors import Refused
from kernel.names import OutsideNames
from orchestration.specs import Edge, Route

_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_RULE = re.compile(r"(?:Host|HostSNI)\(`(?P<host>[^`]*)`\)")
_ROUTER = re.compile(
    r"traefik\.(?P<kind>http|tcp)\.routers\.(?P<name>[^.=]+)\.(?P<field>[a-z.]+)=(?P<value>.*)"
)

Fields = Sequence[tuple[str, str]]
#: Keeps a copy on trial out of the routers. Traefik reads the tags of all instances of a service as one list
#: before it looks at any: `traefik.enable=false` on one of them takes the address of the others away.
CANARY_TAGS = ("traefik.consulcatalog.canary=true",)


def is_host(text: str) -> bool:
    """Whether text is a host name that may stand in a rule: lower case labels, at least two."""
    return _HOST.fullmatch(text) is not None


def _routers(
    names: OutsideNames, route: Route, edge: Edge
) -> list[tuple[Literal["http", "tcp"], str, Fields]]:
    """Each router: protocol, name, fields."""
    if route.kind == "none":
        return []
    if not is_host(route.host):
        raise Refused("host.invalid", field="host", host=route.host)
    secure: Fields = [
        ("entrypoints", edge.entrypoint_https),
        ("tls", "true"),
        *([("tls.options", edge.tls_options)] if edge.tls_options else []),
        ("service", names.service),
    ]
    if route.kind == "tcp":
        return [_named(names, "tcp", "tcp", [("rule", f"HostSNI(`{route.host}`)"), *secure])]
    rule = ("rule", f"Host(`{route.host}`)")
    plain: Fields = [
        rule,
        ("entrypoints", edge.entrypoint_http),
        *([("middlewares", ",".join(edge.http_middlewares))] if edge.http_middlewares else []),
        ("service", names.service),
    ]
    return [_named(names, "http", "http", plain), _named(names, "https", "http", [rule, *secure])]


def _named(
    names: OutsideNames, kind: str, protocol: Literal["http", "tcp"], fields: Fields
) -> tuple[Literal["http", "tcp"], str, Fields]:
    content = "\n".join(f"{field}={value}" for field, value in sorted(fields))
    return protocol, names.router(kind, content), fields


def router_names(names: OutsideNames, route: Route, edge: Edge) -> tuple[str, ...]:
    """Names of the routers that the tags ask for."""
    return tuple(name for _, name, _ in _routers(names, route, edge))


def traefik_tags(names: OutsideNames, route: Route, edge: Edge) -> list[str]:
    """Tags of the app's service; none for an app without an address. Raises Refused("host.invalid")."""
    routers = _routers(names, route, edge)
    if not routers:
        return []
    protocol = routers[0][0]
    service = "loadbalancer.passhostheader=true" if protocol == "http" else "loadbalancer.server.tls=false"
    return [
        "traefik.enable=true",
        *(
            f"traefik.{kind}.routers.{name}.{field}={value}"
            for kind, name, fields in routers
            for field, value in fields
        ),
        f"traefik.{protocol}.services.{names.service}.{service}",
    ]


def read_tags(tags: Sequence[str]) -> dict[str, dict[str, str]]:
    """Router name -> its fields, as Traefik will read them."""
    found: dict[str, dict[str, str]] = {}
    for tag in tags:
        if match := _ROUTER.fullmatch(tag):
            found.setdefault(match["name"], {})[match["field"]] = match["value"]
    return found


def route_of(tags: Sequence[str]) -> Route | None:
    """The route that tags speak of, or None where they do not all speak of one host."""
    if not tags:
        return Route(kind="none", host="")
    rules = {fields.get("rule", "") for fields in read_tags(tags).values()}
    match = _RULE.fullmatch(rules.pop()) if len(rules) == 1 else None
    if match is None or not is_host(match["host"]):
        return None
    return Route(kind="tcp" if match[0].startswith("HostSNI") else "http", host=match["host"])
