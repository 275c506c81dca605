"""``khyber serve``: answer SPARQL over HTTP, from the Khyber graph or from RDF files."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import sleep

import click

from khyber.cli.options import setting_option
from khyber.cli.progress import stage_lines
from khyber.config import HOME, HOST, LOG_LEVEL, MAX_REQUEST_BYTES, PORT, REASONER, STATE
from khyber.engine.memory import MemoryEngine
from khyber.engine.published import load_published, named_graphs
from khyber.errors import KhyberError, PortInUse, UsageError
from khyber.rdf.reading import read_file
from khyber.release.cache import load_or_compile
from khyber.release.queries import ExampleQuery, example_queries
from khyber.release.release import Release

APPLICATION = "khyber.web.app:create_app"
"""The factory of the application, as the HTTP server names its target."""

THREADS_PER_CORE = 2
"""How many requests are worked on at once, for each core of the machine."""

SECONDS_TO_END = 3
"""How long requests that are being answered may take to end when the server is told to end."""


_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on
"""The address that means every network → the one of them by which a machine reaches itself."""


@dataclass(frozen=True)
class Address:
    """Where the server listens: a numeric address and a port that is not 0."""

    ip: str
    port: int


@dataclass(frozen=True)
class Served:
    """What the server answers from, and what its pages and its first line say about it."""

    engine: MemoryEngine
    release: str | None
    title: str
    examples: Sequence[ExampleQuery] = ()


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@setting_option(HOST)
@setting_option(PORT)
@click.option(
    "--union/--no-union",
    default=None,
    help="With FILEs: let the default graph hold the triples of every named graph too.  [default: no-union]",
)
@setting_option(HOME)
@setting_option(STATE)
@setting_option(REASONER)
@setting_option(MAX_REQUEST_BYTES)
@setting_option(LOG_LEVEL)
def serve(
    *,
    files: tuple[Path, ...],
    host: str,
    port: int,
    union: bool | None,
    home: Path,
    state: Path,
    reasoner: str,
    max_request_bytes: int,
    log_level: str,
) -> None:
    """Serve the Khyber graph over HTTP, or with FILEs, a plain SPARQL server of those RDF files.

    The Khyber graph is validated and reasoned over, and compiled only if it changed. Files are served as
    they are, with their named graphs; .ttl .nt .nq .trig .rdf .owl and .jsonld are known, each also with
    .gz.
    """
    if union is not None and not files:
        raise UsageError(
            "--union and --no-union are for FILEs.",
            remedy="The default graph of the Khyber graph is what it publishes; FROM narrows it.",
        )
    with reserved(host, port) as address:
        with stage_lines() as on_stage:
            if files:
                on_stage("read", ", ".join(str(file) for file in files))
                served = _files(files, union=bool(union))
            else:
                served = _khyber(
                    load_or_compile(home, reasoner=reasoner, state=state, on_stage=on_stage), home
                )
        _run(served, host, address, max_request_bytes=max_request_bytes, log_level=log_level)


@contextmanager
def reserved(host: str, port: int) -> Iterator[Address]:
    """Hold a port, any free one for 0, while the graph is compiled; raise PortInUse or UsageError.

    The HTTP server opens its sockets with SO_REUSEPORT and so would share the port with another server of
    the same kind without a word. The first socket here does not, and tells.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise UsageError(f"--host {host!r} is no address of this machine.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise _cannot_listen(host, port, error) from None
        free_port: int = probe.getsockname()[1]
    with socket.socket(family, socket.SOCK_STREAM) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((address[0], free_port, *address[2:]))
        yield Address(str(address[0]), free_port)


def _cannot_listen(host: str, port: int, error: OSError) -> KhyberError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"Another program listens on port {port} of {host} already.",
            remedy="Choose another with --port, or --port 0 for any free one.",
        )
    if error.errno == errno.EACCES:
        return UsageError(f"Port {port} needs more rights than you have.", remedy="Choose one above 1023.")
    return UsageError(f"Nothing can listen on {host}: {error.strerror}.", remedy="Choose another --host.")


def _khyber(release: Release, home: Path) -> Served:
    return Served(load_published(release.quads), release.id, "Khyber", example_queries(home))


def _files(files: Sequence[Path], *, union: bool) -> Served:
    quads = [quad for file in files for quad in read_file(file)]
    engine = MemoryEngine.load(quads, named_graphs(quads) if union else ())
    names = ", ".join(file.name for file in files)
    return Served(engine, None, names)


def _run(served: Served, host: str, address: Address, *, max_request_bytes: int, log_level: str) -> None:
    """Serve until SIGINT or SIGTERM, in one worker process that inherits the engine by fork."""
    from granian.constants import Interfaces  # noqa: PLC0415 - a wrong input is told without the HTTP server
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    multiprocessing.set_start_method("fork", force=True)
    supervisor = os.getpid()

    def load(target: str) -> Callable[..., object]:
        """Make the application, in the worker process; only the supervisor listens to Ctrl-C."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        module, _, factory = target.partition(":")
        application: Callable[..., object] = getattr(import_module(module), factory)(
            served.engine,
            release=served.release,
            title=served.title,
            examples=served.examples,
            max_request_bytes=max_request_bytes,
        )
        first_line = _first_line(served, host, address.port)
        Thread(target=_announce, args=(address, first_line, supervisor), daemon=True).start()
        return application

    Server(
        APPLICATION,
        address=address.ip,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS_PER_CORE * multiprocessing.cpu_count(),
        websockets=False,
        workers_kill_timeout=SECONDS_TO_END,
        log_level=LogLevels(log_level),
        log_access=log_level in ("debug", "info"),
        log_dictconfig=_logging(log_level),
    ).serve(target_loader=load)


def _announce(address: Address, first_line: str, supervisor: int) -> None:
    """Print the first line as soon as the server answers, and end the worker if its supervisor has gone."""
    while not _answers(address):
        sleep(0.01)
    click.echo(first_line)
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
    address = f"[{host}]" if ":" in host else host
    size = served.engine.size()
    triples = f"{size:,} {'triple' if size == 1 else 'triples'}"
    graphs = served.engine.graphs()
    if graphs and served.release is None:
        triples += f" and {sum(graphs.values()):,} in named graphs"
    name = f"Khyber {served.release}" if served.release else "Khyber"
    return f"{name} answers SPARQL at http://{address}:{port}/sparql ({triples})"


def _logging(log_level: str) -> dict[str, object]:
    """Send what the server tells to standard error; standard output holds the first line only."""
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "generic"}
    return {
        "handlers": {"console": handler, "access": {**handler, "formatter": "access"}},
        "root": {"handlers": ["console"], "level": log_level.upper()},
    }
