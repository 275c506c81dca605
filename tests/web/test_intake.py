from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from khyber.errors import TooBusy, TooManyRequests
from khyber.web.hanging_up import hang_up
from khyber.web.intake import MOST, MOST_OF_ONE_CLIENT, Intake


def test_one_client_that_sends_slowly_leaves_places_for_others() -> None:
    intake = Intake()
    with ExitStack() as stack:
        for _ in range(MOST_OF_ONE_CLIENT):
            stack.enter_context(intake.reading("a"))
        with pytest.raises(TooManyRequests) as raised, intake.reading("a"):
            pass
        assert raised.value.retry_after
        with intake.reading("b"):
            pass
    with intake.reading("a"):
        pass


def test_many_clients_that_send_slowly_do_not_take_every_thread() -> None:
    intake = Intake()
    with ExitStack() as stack:
        for number in range(MOST):
            stack.enter_context(intake.reading(f"client {number}"))
        with pytest.raises(TooBusy), intake.reading("another"):
            pass
    with intake.reading("another"):
        pass


def test_a_place_is_free_again_when_reading_fails() -> None:
    intake = Intake()
    for _ in range(MOST + 1):
        with pytest.raises(OSError, match="gone"), intake.reading("a"):
            raise OSError("gone")


def test_who_is_waited_for_is_known() -> None:
    intake = Intake()
    with intake.reading("a"):
        assert intake.slow(0) == {"a"}
        assert intake.slow(3600) == set()
    assert intake.slow(0) == set()


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux tells what connections do")
def test_a_connection_on_which_nothing_moves_is_ended_and_no_other() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        ours = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        theirs, _ = listener.accept()
        stack.enter_context(theirs)
        assert hang_up({"127.0.0.1"}, port, silent_seconds=3600) == 0
        assert hang_up({"192.0.2.1"}, port, silent_seconds=0) == 0
        assert hang_up({"127.0.0.1"}, port + 1, silent_seconds=0) == 0
        theirs.sendall(b"still there")
        assert ours.recv(100) == b"still there"
        assert hang_up({"127.0.0.1"}, port, silent_seconds=0) == 1
        assert ours.recv(100) == b""
