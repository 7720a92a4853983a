"""The contract of `Services`, `Routes` and `Addresses`: one app's way from Consul to its address."""

from kernel.names import OutsideNames
from orchestration.ports import Answer, Instance, Tally
from tests.contract.ports.world import World, a_job


def host_of(world: World, slug: str) -> str:
    return f"{slug}.{world.domain}"


def answered(world: World, host: str) -> Answer | None:
    """The app's answer, once it is 200."""
    answer = world.drivers.addresses.ask(host)
    return answer if answer.status == 200 else None


def passing(world: World, slug: str) -> Instance:
    """Wait for an instance whose check passes."""

    def look() -> Instance | None:
        found = world.drivers.services.instances(slug)
        return next((each for each in found if each.status == "passing"), None)

    return world.until(look, f"{slug} passes")


def test_what_never_was_is_nowhere(world: World, slug: str) -> None:
    host = host_of(world, slug)
    assert world.drivers.services.instances(slug) == ()
    assert slug not in world.drivers.services.list_ours()
    assert slug not in world.drivers.services.tallies()
    assert not any(name.startswith(slug) for name in world.drivers.routes.statuses())
    assert world.drivers.routes.router(OutsideNames(slug).router("web", "x")) is None
    assert world.drivers.routes.routers_of_host(host) == ()
    answer = world.drivers.addresses.ask(host)
    assert answer.from_portal or answer.status != 200


def test_an_app_is_registered_routed_and_answers(world: World, slug: str) -> None:
    host = host_of(world, slug)
    router = OutsideNames(slug).router("web", f"Host(`{host}`)")
    world.drivers.jobs.register(a_job(slug, host=host), expected_index=0)
    instance = passing(world, slug)
    assert instance.service == slug
    assert instance.port > 0
    assert instance.address
    assert "traefik.enable=true" in instance.tags
    assert slug in world.drivers.services.list_ours()

    state = world.until(lambda: world.drivers.routes.router(router), "the router stands")
    assert (state.name, state.status, state.provider) == (router, "enabled", "consulcatalog")
    assert state.rule == f"Host(`{host}`)"
    assert state.errors == ()
    assert [each.name for each in world.drivers.routes.routers_of_host(host)] == [router]
    assert router in world.drivers.routes.list_ours()
    assert world.drivers.routes.statuses()[router] == "enabled"
    assert world.drivers.services.tallies()[slug] == Tally(passing=1, failing=0)

    answer = world.until(lambda: answered(world, host), "the address answers")
    assert (answer.error, answer.from_portal) == ("", False)


def test_a_stopped_app_leaves_no_trace(world: World, slug: str) -> None:
    host = host_of(world, slug)
    world.drivers.jobs.register(a_job(slug, host=host), expected_index=0)
    passing(world, slug)
    world.until(lambda: world.drivers.routes.routers_of_host(host), "a router stands")
    world.drivers.jobs.stop(slug)
    world.until(lambda: not world.drivers.services.instances(slug), "Consul forgot it")
    world.until(lambda: not world.drivers.routes.routers_of_host(host), "Traefik forgot it")
    world.until(lambda: answered(world, host) is None, "nothing answers")
