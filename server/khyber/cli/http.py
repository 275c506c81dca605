"""The HTTP server: one worker process with threads, above the processes that run queries."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection
from importlib import import_module
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

import click

from khyber.cli.ending import LONGEST_GRACE, Ending
from khyber.cli.listening import Address
from khyber.cli.served import Served
from khyber.errors import EngineFailure

if TYPE_CHECKING:
    from flask import Flask

APPLICATION = "khyber.web.app:create_app"
"""The factory of the application, as the HTTP server names its target."""

FREE_THREADS = 8 + 32
"""How many requests are answered at once while as many as may wait in the engine do.

As many as 32 of them may be held by clients that send their bodies slowly (khyber.web.intake).
"""

MILLISECONDS_FOR_HEADERS = 10_000
"""How long a client may take to send the head of a request, which may be 400 kB long."""

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on
"""The address that means every network → the one of them by which a machine reaches itself."""


def base_url(host: str, port: int) -> str:
    """Give the address of the server as a URL."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(served: Served, host: str, address: Address, *, waiting: int, grace: float, log_level: str) -> None:
    """Serve until SIGINT or SIGTERM, or until the engine or the desk has ended by itself.

    Raises EngineFailure where the worker has ended by itself.

    ``waiting`` is how many requests may stand in the engine at once, each in a thread; ``grace`` is how many
    seconds requests may go on when the server is told to end (see khyber.cli.ending).
    """
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415 - a wrong input needs no server
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    multiprocessing.set_start_method("fork", force=True)
    supervisor = os.getpid()
    ending = Ending(min(grace, LONGEST_GRACE))

    def load(target: str) -> Callable[..., object]:
        """Make the application, in the worker process; only the supervisor listens to Ctrl-C."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        module, _, factory = target.partition(":")
        application: Flask = getattr(import_module(module), factory)(
            served.engine,
            release=served.release and served.engine.version,
            title=served.title,
            examples=served.examples,
            modules=served.modules,
            admin_token=served.admin_token,
            door=served.door,
            **served.options,
        )
        application.extensions["khyber.ending"] = ending
        first_line = _first_line(served, host, address.port)
        Thread(target=_announce, args=(address, first_line), daemon=True).start()
        Thread(target=_end_with, args=(supervisor, served.has_ended), daemon=True).start()
        Thread(target=ending.attend, args=(served.last_call,), daemon=True).start()
        return application

    server = Server(
        APPLICATION,
        address=address.ip,
        port=address.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=MILLISECONDS_FOR_HEADERS),
        workers=1,
        blocking_threads=waiting + FREE_THREADS,
        websockets=False,
        log_level=LogLevels(log_level),
        log_access=log_level in ("debug", "info"),
        log_dictconfig=_logging(log_level),
    )
    server.on_startup(lambda: ending.await_signals(server))
    try:
        server.serve(target_loader=load)
    except SystemExit as ended:  # nothing but the end of a worker that nobody told to end
        if ended.code:
            raise EngineFailure("The server has ended because the process that answers HTTP has.") from None


def _announce(address: Address, first_line: str) -> None:
    """Print the first line as soon as the server answers."""
    while not _answers(address):
        sleep(0.01)
    click.echo(first_line)


def _end_with(supervisor: int, has_ended: Callable[[float], bool]) -> None:
    """End the worker if its supervisor has gone, and both if what they serve from has."""
    while os.getppid() == supervisor and not has_ended(1.0):
        pass
    if has_ended(0.0):
        with suppress(ProcessLookupError):
            os.kill(supervisor, signal.SIGTERM)
    while os.getppid() == supervisor:
        sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _answers(address: Address) -> bool:
    connection = HTTPConnection(_LOOPBACK.get(address.ip, address.ip), address.port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _first_line(served: Served, host: str, port: int) -> str:
    size = served.engine.size()
    triples = f"{size:,} {'triple' if size == 1 else 'triples'}"
    graphs = served.engine.graphs()
    if graphs and served.release is None:
        triples += f" and {sum(graphs.values()):,} in named graphs"
    name = f"Khyber {served.release}" if served.release else "Khyber"
    token = f"\nThe token for writing is {served.admin_token}" if served.token_is_new else ""
    return f"{name} answers SPARQL at {base_url(host, port)}/sparql ({triples}){token}"


def _is_wanted(record: logging.LogRecord) -> bool:
    """Leave out the advice of Granian to have few threads: here most of them only wait for a child."""
    return "Python threads" not in record.getMessage()


def _logging(log_level: str) -> dict[str, object]:
    """Send what the server tells to standard error; standard output holds the first line only."""
    handler = {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stderr",
        "formatter": "generic",
        "filters": ["wanted"],
    }
    return {
        "filters": {"wanted": {"()": lambda: _is_wanted}},
        "handlers": {"console": handler, "access": {**handler, "formatter": "access"}},
        "root": {"handlers": ["console"], "level": log_level.upper()},
    }
