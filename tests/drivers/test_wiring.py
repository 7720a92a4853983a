"""Drivers are opened once a process."""

import os
from dataclasses import replace

import pytest

from drivers.wiring import Settings, open_all, open_drivers


def test_the_same_settings_give_the_same_drivers(settings_here: Settings) -> None:
    assert open_all(settings_here) is open_all(replace(settings_here))
    assert open_drivers(settings_here).jobs is open_all(settings_here).jobs


def test_other_settings_give_others(settings_here: Settings) -> None:
    assert open_all(replace(settings_here, nomad_namespace="other")) is not open_all(settings_here)


def test_a_forked_child_opens_its_own(settings_here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = open_all(settings_here)
    monkeypatch.setattr(os, "getpid", os.getppid)
    assert open_all(settings_here) is not parent


def test_without_keycloak_there_are_no_accounts(settings_here: Settings) -> None:
    assert open_all(replace(settings_here, keycloak_address="")).accounts is None
