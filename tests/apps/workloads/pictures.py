"""What stands of one app in the fakes and in the ledger, as the plain model draws it."""

from uuid import UUID

from apps.quotas.models import Charge
from kernel.names import OutsideNames
from kernel.units import Amounts
from orchestration.render.job import SERVICE_META_RELEASE
from tests.apps.workloads.life import SIZES, Content, Picture
from tests.fakes import Lab


def picture(lab: Lab, slug: str, app_id: UUID) -> Picture:
    """Read all of them."""
    names, job = OutsideNames(slug), lab.jobs.jobs.get(slug)
    mine = [each for each in lab.services.registered.values() if each.service == names.service]
    routers = [each for (name, _), each in lab.routes.routers.items() if name.startswith(slug)]
    hosts = frozenset(each.rule.split("`")[1] for each in routers if each.status == "enabled")
    return Picture(
        job=_content(lab, slug),
        copies=len(job.live()) if job else 0,
        passing=tuple(int(each.meta[SERVICE_META_RELEASE]) for each in mine if each.status == "passing"),
        hosts=hosts,
        answers=bool(hosts & lab.addresses.routed),
        password=password(lab, slug),
        vault=vault(lab, slug),
        volumes=volumes(lab, slug),
        charged=charged(app_id),
    )


def password(lab: Lab, slug: str) -> str:
    """As OpenBao has it; empty where it has none."""
    path = lab.secrets.paths.get(OutsideNames(slug).secret_path)
    return path.values.get("password", "") if path else ""


def vault(lab: Lab, slug: str) -> frozenset[str]:
    """Which of the app's policy and role stand."""
    names, secrets = OutsideNames(slug), lab.secrets
    parts = {"policy": names.vault_policy in secrets.policies, "role": names.vault_role in secrets.roles}
    return frozenset(part for part, stands in parts.items() if stands)


def volumes(lab: Lab, slug: str) -> frozenset[str]:
    """Names of the app's volumes."""
    return frozenset(name for name in lab.jobs.volumes if name.startswith(slug))


def charged(holder: UUID) -> Amounts:
    """Used and reserved together."""
    rows = Charge.objects.filter(holder=holder)
    return Amounts.of({each.dimension: each.used + each.reserved for each in rows})


def _content(lab: Lab, slug: str) -> Content | None:
    """Of the job that is registered and not stopped."""
    job = lab.jobs.jobs.get(slug)
    if job is None or job.stopped:
        return None
    task = job.raw["TaskGroups"][0]["Tasks"][0]
    size = (task["Resources"]["CPU"], task["Resources"]["MemoryMB"])
    names = [name for name, amounts in SIZES.items() if amounts == size]
    return Content(task["Env"]["TITLE"], names[0] if names else str(size), job.count())
