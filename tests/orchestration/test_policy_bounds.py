"""The policy's edges: image names one by one, and jobs of any form."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.policy import PolicyRules, judge
from orchestration.policy.task import image_allowed
from orchestration.render import render_job
from tests.orchestration.examples import SECRET, rules_for

IMAGES = [
    ("lab/wiki:1", ("lab/",), True, "below a folder"),
    ("lab/wiki:1", ("lab/wiki",), True, "this image"),
    ("lab/wikis:1", ("lab/wiki",), False, "another image"),
    ("lab/wiki/extra:1", ("lab/wiki",), True, "below it"),
    ("registry.lab.example:5000/wiki:1", ("registry.lab.example:5000/",), True, "a registry with a port"),
    ("registry.lab.example:5000/wiki", ("registry.lab.example:5000/",), False, "the port is no tag"),
    (f"lab/wiki@sha256:{'a' * 64}", ("lab/",), True, "a digest alone"),
    (f"lab/wiki:latest@sha256:{'a' * 64}", ("lab/",), True, "the digest counts"),
    ("lab/wiki@sha256:abc", ("lab/",), False, "half a digest"),
    ("lab/wiki:1", (), False, "nothing is allowed"),
    ("lab/wiki:1", ("",), False, "an empty entry allows nothing"),
    ("LAB/wiki:1", ("LAB/",), False, "names are lower case"),
    ("lab/wiki:1 --privileged", ("lab/",), False, "one word"),
]


@pytest.mark.parametrize(("image", "prefixes", "allowed", "reason"), IMAGES)
def test_images(image: str, prefixes: tuple[str, ...], allowed: bool, reason: str) -> None:
    assert image_allowed(image, prefixes) is allowed, reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [each for key, below in inside for each in places(below, (*path, key))]


PLACES = places(render_job(SECRET))


@given(place=st.sampled_from(PLACES), value=JSON)
def test_never_raises_whatever_stands_there(place: tuple[Any, ...], value: Any) -> None:
    job = copy.deepcopy(render_job(SECRET))
    above = job
    for key in place[:-1]:
        above = above[key]
    above[place[-1]] = value
    rules: PolicyRules = rules_for(SECRET)
    assert all(each.code.startswith("policy.") for each in judge(job, rules))


@given(key=st.text(min_size=1, max_size=12), value=JSON, place=st.sampled_from(PLACES))
def test_no_unknown_key_passes_at_any_level(key: str, value: Any, place: tuple[Any, ...]) -> None:
    """Maps whose keys are names (Env, Meta, options) and the volumes have rules of their own."""
    job = copy.deepcopy(render_job(SECRET))
    above = job
    for step in place:
        above = above[step]
    free = {"Env", "Meta", "Volumes", "GetterOptions"}
    if not isinstance(above, dict) or place[-1] in free or key in above or key in KNOWN:
        return
    above[key] = value
    assert judge(job, rules_for(SECRET)) != ()


KNOWN = {"Region", "To", "args", "command", "work_dir", "readonly_rootfs"}
