"""How many compare names at once, and who is turned away."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from khyber.errors import TooBusy
from khyber.reconciliation.service import AT_ONCE, MOST_WAITING, Service


def test_who_finds_no_place_in_time_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khyber.reconciliation.service.PATIENCE", 0.01)
    service = Service()
    with ExitStack() as working:
        for _ in range(AT_ONCE):
            working.enter_context(service.comparing())
        with pytest.raises(TooBusy) as told, service.comparing():
            pytest.fail("There was a place.")
        assert told.value.retry_after
    with service.comparing():
        pass  # the places are free again


def test_a_line_that_is_too_long_takes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khyber.reconciliation.service.AT_ONCE", AT_ONCE + MOST_WAITING)
    monkeypatch.setattr("khyber.reconciliation.service.MOST_WAITING", 0)
    service = Service()
    with ExitStack() as working:
        for _ in range(AT_ONCE + MOST_WAITING):
            working.enter_context(service.comparing())
        with pytest.raises(TooBusy, match="waiting"), service.comparing():
            pytest.fail("There was a place.")
