"""One app after the other, by the portal and by hand in turn; then fifty at once."""

import time
from functools import partial

from benchmarks.bench import BURST_POLL_S, POLL_S, Bench, at_once, fresh, timed
from benchmarks.by_hand import Model
from benchmarks.figures import Figure, median, p95, p99

ROUNDS = 30
BURST = 50
CLEAN_EVERY = 10


def model_of(bench: Bench) -> tuple[Model, str]:
    """Make one app by the portal and read it as the model of those made by hand."""
    name = fresh("model")
    app_id = bench.asked(name)
    bench.until_answers(name)
    return Model(bench, bench.app(app_id)["slug"], name).read(), app_id


def overhead(bench: Bench) -> list[Figure]:
    """Request submitted to address answering, against the same by hand, in turn."""
    model, model_id = model_of(bench)
    portal: list[float] = []
    hand: list[float] = []
    made: list[str] = []
    for turn in range(ROUNDS):
        name = fresh("portal")
        portal.append(timed(partial(_by_portal, bench, name, made)))
        copy = fresh("byhand")
        hand.append(timed(partial(_by_hand, bench, model, copy)))
        model.remove([copy])
        if turn % CLEAN_EVERY == CLEAN_EVERY - 1:
            bench.delete(made)
            made.clear()
    bench.delete([*made, model_id])
    ours, theirs = median(portal), median(hand)
    return [
        Figure("one app, by the portal, median of 30", ours, "s", note=f"p95 {p95(portal):.2f}"),
        Figure("one app, by hand, median of 30", theirs, "s", note=f"p95 {p95(hand):.2f}"),
        Figure("overhead, portal / by hand", ours / theirs, "times", 1.15),
        Figure("overhead, portal - by hand", (ours - theirs) * 1000, "ms", 300),
    ]


def burst(bench: Bench) -> list[Figure]:
    """Fifty at once: decided, answering; against registering fifty jobs by hand in parallel."""
    model, model_id = model_of(bench)
    names = [fresh("hand") for _ in range(BURST)]
    by_hand = timed(lambda: at_once([partial(_by_hand, bench, model, n, BURST_POLL_S) for n in names]))
    model.remove(names)
    names = [fresh("burst") for _ in range(BURST)]
    began = time.perf_counter()
    answers = at_once([partial(_timed_ask, bench, n) for n in names])
    decided = time.perf_counter() - began
    at_once([partial(bench.until_answers, n, BURST_POLL_S) for n in names])
    answering = time.perf_counter() - began
    bench.delete([*(app for app, _ in answers), model_id])
    took = [seconds for _, seconds in answers]
    return [
        Figure("50 at once: all decided", decided, "s", 2.0, f"p99 of one {p99(took) * 1000:.0f} ms"),
        Figure("50 at once: all answering, by the portal", answering, "s"),
        Figure("50 at once: all answering, by hand", by_hand, "s"),
        Figure("50 at once: portal / by hand", answering / by_hand, "times", 1.3),
    ]


def _by_portal(bench: Bench, name: str, made: list[str]) -> None:
    made.append(bench.asked(name))
    bench.until_answers(name)


def _by_hand(bench: Bench, model: Model, name: str, every_s: float = POLL_S) -> None:
    model.make(name)
    bench.until_answers(name, every_s)


def _timed_ask(bench: Bench, name: str) -> tuple[str, float]:
    began = time.perf_counter()
    return bench.asked(name), time.perf_counter() - began
