"""The lab's own bounds, and what breaks them."""

from dataclasses import dataclass, field

from orchestration.specs import Edge, Placement


@dataclass(frozen=True)
class PolicyRules:
    """What the lab allows. Sizes are those of one copy."""

    placement: Placement = field(default_factory=Placement)  #: its driver is not read; `drivers` says which
    edge: Edge = field(default_factory=Edge)
    drivers: tuple[str, ...] = ("docker",)
    image_prefixes: tuple[
        str, ...
    ] = ()  #: "lab/" allows lab/web:1; "lab/web" allows lab/web:1, not lab/web2:1
    apps_domain: str = "apps.localhost"
    files_url: str = ""  #: the portal's own file address; empty: no artifacts at all
    keeper_image: str = ""  #: the image that works on volumes with driver docker
    kv_prefix: str = "apps"
    max_cpu_mhz: int = 32_000
    max_memory_mib: int = 131_072
    max_count: int = 10
    max_gpus: int = 8
    max_priority: int = 50
    max_seconds: int = 3600  #: any deadline or delay


@dataclass(frozen=True)
class Violation:
    """One reason why a job is not sent."""

    code: str  #: policy.<what>
    path: str  #: where in the job, e.g. TaskGroups[0].Tasks[0].Config.privileged
    value: str = ""  #: what stood there, shortened
