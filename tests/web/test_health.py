from __future__ import annotations

import json
import logging

import pytest

from khyber.errors import TooBusy
from khyber.web.app import create_app
from problem_shape import assert_problem
from running import Server
from web.failing import FailingEngine

BUSY = FailingEngine(lambda asked: TooBusy(f"Too many wait for {asked}.", retry_after=3))


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_a_server_that_is_well_says_so_and_is_asked_anew_each_time(server: Server, path: str) -> None:
    answer = server.fetch(path)
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert json.loads(answer.body)["status"] == "ok"
    assert answer.headers["Cache-Control"] == "no-store"
    assert server.fetch(path, method="HEAD").status == 200
    assert server.fetch(path, method="POST").status == 405


def test_a_server_whose_engine_is_busy_lives_and_is_not_ready() -> None:
    client = create_app(BUSY).test_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert_problem(answer.status_code, answer.content_type, answer.data, TooBusy)
    assert answer.headers["Retry-After"] == "3"


def test_a_probe_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(BUSY).test_client()
    with caplog.at_level(logging.WARNING):
        client.get("/health/ready")
    assert caplog.text == ""
