"""The servers that are compared: how each is installed, started with a file, and stopped.

    python -m bench.peers            say which are there
    python -m bench.peers install    install what can be had, outside the repository

What is not there is skipped by its name. Everything listens on the loopback address alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import IO
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.http1 import BrokenAnswer, Connection, request
from bench.virtuoso import VIRTUOSO_GRAPH, VIRTUOSO_PACKAGES, virtuoso_loader, virtuoso_settings

HOST = "127.0.0.1"
SECONDS_TO_START = 900
SECONDS_TO_STOP = 20
ASK = "ASK { <https://w3id.org/khyber/id/actor/synthetic-group-0> ?property ?value }"

OXIGRAPH = "oxigraph==0.5.13"
RDFLIB_ENDPOINT = "rdflib-endpoint==0.6.3"
FUSEKI = "org.apache.jena:jena-fuseki-server:5.2.0"
"""The last Fuseki in one jar for Java 17."""


def cache() -> Path:
    """Give the folder in which peers are installed."""
    from platformdirs import user_cache_path  # noqa: PLC0415

    return Path(os.environ.get("KHYBER_BENCH_CACHE", "") or user_cache_path("khyber-bench"))


class NotStarted(Exception):
    """A server did not start, or did not answer from the file."""


@dataclass(frozen=True)
class Peer:
    """A server: what it is called, what must be there, and the commands that load and serve a file.

    ``{data}``, ``{folder}`` and ``{port}`` in commands stand for the file, an empty folder and a free port.
    ``load`` runs to its end before ``serve`` starts; ``post`` is the path to which the file is sent then;
    ``after`` runs when the server listens.
    """

    name: str
    needs: tuple[Path, ...]
    serve: tuple[str, ...]
    query_path: str
    load: tuple[tuple[str, ...], ...] = ()
    post: str | None = None
    after: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Name what is not there."""
        return tuple(str(path.name) for path in self.needs if not path.exists())


@dataclass(frozen=True)
class Running:
    """A server that answers: its endpoint, how long it took from the file to its first answer."""

    name: str
    process: subprocess.Popen[bytes]
    endpoint: str
    seconds: float

    def megabytes(self) -> float:
        """Give the memory of its processes; pages that they share count once."""
        return sum(_proportional_kilobytes(pid) for pid in _family(self.process.pid)) / 1024


def peers() -> tuple[Peer, ...]:
    """Give every peer, Khyber first."""
    return (*_khyber(), *_oxigraph(), _rdflib_endpoint(), _fuseki(), _virtuoso())


def _khyber() -> Iterator[Peer]:
    command = Path(sys.executable).with_name("khyber")
    serve = (str(command), "serve", "{data}", "--host", HOST, "--port", "{port}", "--state", "{folder}/state")
    yield Peer("khyber", (command,), serve, "/sparql")
    if command.exists() and "--engine" in _output(str(command), "serve", "--help"):
        yield Peer("khyber, disk", (command,), (*serve, "--engine", "disk"), "/sparql")


def _oxigraph() -> tuple[Peer, Peer]:
    command = cache() / "python" / "bin" / "oxigraph"
    serve = (str(command), "serve", "--bind", f"{HOST}:{{port}}")
    store = ("--location", "{folder}/store")
    load = (str(command), "load", *store, "--file", "{data}")
    optimize = (str(command), "optimize", *store)
    return (
        Peer("oxigraph, memory", (command,), serve, "/query", post="/store?default"),
        Peer("oxigraph, disk", (command,), (*serve, *store), "/query", load=(load, optimize)),
    )


def _rdflib_endpoint() -> Peer:
    command = cache() / "python" / "bin" / "rdflib-endpoint"
    return Peer(
        "rdflib-endpoint",
        (command,),
        (str(command), "serve", "--host", HOST, "--port", "{port}", "{data}"),
        "/",
    )


def _fuseki() -> Peer:
    _, artifact, version = FUSEKI.split(":")
    jar = cache() / "fuseki" / f"{artifact}-{version}.jar"
    java = Path(shutil.which("java") or "java")
    java_with_memory, store = (str(java), "-Xmx4g"), "--loc={folder}/tdb"
    return Peer(
        "fuseki, TDB2",
        (java, jar),
        (*java_with_memory, "-jar", str(jar), "--localhost", "--port", "{port}", "--tdb2", store, "/ds"),
        "/ds/sparql",
        load=((*java_with_memory, "-cp", str(jar), "tdb2.tdbloader", store, "{data}"),),
    )


def _virtuoso() -> Peer:
    installed = shutil.which("virtuoso-t")
    root = Path(installed).parents[2] if installed else cache() / "virtuoso"
    command, client = root / "usr/bin/virtuoso-t", root / "usr/bin/isql-vt"
    libraries = f"{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu"
    return Peer(
        "virtuoso",
        (command, client),
        (str(command), "+foreground", "+configfile", "{folder}/virtuoso.ini"),
        f"/sparql?default-graph-uri={quote(VIRTUOSO_GRAPH, safe='')}",
        after=(virtuoso_loader(str(client)),),
        environment={} if installed else {"LD_LIBRARY_PATH": libraries},
        settings={"virtuoso.ini": virtuoso_settings()},
    )


@contextmanager
def running(peer: Peer, data: Path, folder: Path) -> Iterator[Running]:
    """Load the file, start the server, and stop it at the end; raise NotStarted if it does not answer."""
    folder.mkdir(parents=True)
    place = {
        "data": str(data),
        "folder": str(folder),
        "data_folder": str(data.parent),
        "data_name": data.name,
    }
    place |= {"port": str(free_port()), "second_port": str(free_port())}
    environment = {**os.environ, **peer.environment}
    for name, text in peer.settings.items():
        (folder / name).write_text(_filled(text, place), encoding="utf-8")
    start = perf_counter()
    with (folder / "log").open("wb") as log:
        for command in peer.load:
            _run(command, place, environment, log)
        root = f"http://{HOST}:{place['port']}"
        process = subprocess.Popen(
            [_filled(part, place) for part in peer.serve],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
        try:
            _wait_for_port(process, int(place["port"]))
            if peer.post:
                _send(root + peer.post, data)
            for command in peer.after:
                _run(command, place, environment, log)
            _wait_for_answer(process, root + peer.query_path)
            yield Running(peer.name, process, root + peer.query_path, perf_counter() - start)
        finally:
            process.terminate()
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Find a port of the loopback address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _filled(text: str, place: Mapping[str, str]) -> str:
    for name, value in place.items():
        text = text.replace("{" + name + "}", value)
    return text


def _run(
    command: Sequence[str], place: Mapping[str, str], environment: Mapping[str, str], log: IO[bytes]
) -> None:
    filled = [_filled(part, place) for part in command]
    run = subprocess.run(
        filled, stdout=log, stderr=log, env=environment, check=False, timeout=SECONDS_TO_START
    )
    if run.returncode:
        raise NotStarted(f"{' '.join(filled[:3])} … ended with {run.returncode}; see {log.name}")


def _send(address: str, data: Path) -> None:
    headers = {"Content-Type": "application/n-triples", "Content-Length": str(data.stat().st_size)}
    try:
        with data.open("rb") as body:
            urlopen(Request(address, body, headers, method="PUT"), timeout=SECONDS_TO_START).close()
    except URLError as error:
        raise NotStarted(f"The file was not taken: {error}") from error


def _wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    end = perf_counter() + SECONDS_TO_START
    while perf_counter() < end:
        if process.poll() is not None:
            raise NotStarted(f"The server ended with {process.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        sleep(0.05)
    raise NotStarted("The server does not listen.")


def _wait_for_answer(process: subprocess.Popen[bytes], endpoint: str) -> None:
    end = perf_counter() + SECONDS_TO_START
    answer = "nothing"
    while perf_counter() < end and process.poll() is None:
        try:
            with Connection(endpoint, 60) as connection:
                got = connection.ask(request(endpoint, ASK, "application/sparql-results+json"))
            if got.status == 200 and b"true" in got.body:
                return
            answer = f"{got.status} {got.body[:200]!r}"
        except (OSError, BrokenAnswer) as error:
            answer = str(error)
        sleep(0.1)
    raise NotStarted(f"The server does not answer from the file: {answer}.")


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def _proportional_kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def install() -> Iterator[str]:
    """Install what can be had; give a line for each peer that cannot."""
    cache().mkdir(parents=True, exist_ok=True)
    python, fuseki = cache() / "python", cache() / "fuseki"
    commands: dict[str, list[list[str]]] = {
        "oxigraph and rdflib-endpoint": [
            [sys.executable, "-m", "venv", str(python)],
            [str(python / "bin" / "pip"), "install", "--quiet", OXIGRAPH, RDFLIB_ENDPOINT, "uvicorn"],
        ],
        "fuseki": [
            ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={FUSEKI}", f"-DoutputDirectory={fuseki}"]
        ],
    }
    if not shutil.which("virtuoso-t"):
        packages = cache() / "virtuoso"
        packages.mkdir(exist_ok=True)
        unpack = f'cd "{packages}" && apt-get download {" ".join(VIRTUOSO_PACKAGES)} && '
        unpack += 'for package in *.deb; do dpkg -x "$package" .; done && rm -f *.deb'
        commands["virtuoso"] = [["sh", "-c", unpack]]
    for name, steps in commands.items():
        for step in steps:
            try:
                subprocess.run(step, check=True, timeout=1800)
            except (OSError, subprocess.SubprocessError) as error:
                yield f"{name} cannot be had here: {error}"
                break


def main() -> None:
    """Install if asked to, then say which peers are there."""
    if sys.argv[1:] == ["install"]:
        for line in install():
            print(line)
    for peer in peers():
        print(f"{peer.name:<20} {'missing: ' + ', '.join(peer.missing) if peer.missing else 'is there'}")


if __name__ == "__main__":
    main()
