"""What the edge of ``khyber serve`` takes: a hit in the cache, 304, coding, a long result, slow clients.

Serves an empty dataset, so that next to nothing but the edge is measured. Prints medians over one connection,
requests a second over eight, and the memory that the HTTP process takes to send a long result. HEAD and pages
go past the short way (khyber.web.edge), through Flask.

    python -m bench.edge [--requests 2000]
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count, repeat
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from bench.http1 import flood

COMMAND = str(Path(sys.executable).with_name("khyber"))
NUMBERS = " ".join(map(str, range(100)))
ROWS = "/sparql?" + urlencode({"query": f"SELECT * {{ VALUES ?a {{ {NUMBERS} }} }}"})
CHANGING = "/sparql?" + urlencode({"query": "SELECT (RAND() AS ?x) { }"})
MILLION = "/sparql?" + urlencode(
    {"query": f"SELECT * {{ VALUES ?a {{ {NUMBERS} }} VALUES ?b {{ {NUMBERS} }} VALUES ?c {{ {NUMBERS} }} }}"}
)
SLOW = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 9999\r\n\r\nA"
)
Headers = Mapping[str, str]


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Serve an empty dataset; give the host and the port."""
    command = [COMMAND, "serve", "--empty", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            found = re.search(r"http://([^:]+):(\d+)/", server.stdout.readline() if server.stdout else "")
            if found is None:
                raise SystemExit("The server did not start.")
            yield found[1], int(found[2])
        finally:
            server.terminate()


def fetch(
    connection: HTTPConnection, path: str, headers: Headers, method: str = "GET"
) -> tuple[Headers, int]:
    """Give the headers of an answer and the length of its body, which is read and not kept."""
    connection.request(method, path, headers=dict(headers))
    response = connection.getresponse()
    size = 0
    while piece := response.read(262_144):
        size += len(piece)
    return {name.lower(): value for name, value in response.headers.items()}, size


def latency(
    connection: HTTPConnection, path: str, headers: Headers, requests: int, method: str = "GET"
) -> float:
    """Give the median milliseconds of a request."""
    taken = []
    for _ in range(requests):
        started = perf_counter()
        fetch(connection, path, headers, method)
        taken.append(1000 * (perf_counter() - started))
    return median(taken)


def rate(host: str, port: int, paths: Iterator[str]) -> float:
    """Give the requests a second over eight connections."""
    requests = (f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode() for path in paths)
    return flood(f"http://{host}:{port}/sparql", requests, connections=8, seconds=3).rate


def peak(connection: HTTPConnection) -> float:
    """Give the most megabytes that the HTTP process held so far."""
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    found = re.search(r"^process_peak_memory_bytes (\d+)$", text, re.MULTILINE)
    return int(found[1]) / 1e6 if found else float("nan")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    requests = parser.parse_args().requests
    with serving() as (host, port):
        connection = HTTPConnection(host, port)
        etag = fetch(connection, ROWS, {})[0]["etag"]
        cases: dict[str, tuple[str, Headers]] = {
            "nothing (/health/live)": ("/health/live", {}),
            "a hit in the cache": (ROWS, {}),
            "a hit, zstd": (ROWS, {"Accept-Encoding": "zstd"}),
            "304 Not Modified": (ROWS, {"If-None-Match": etag}),
            "a query that is not kept": (CHANGING, {}),
            "a page, a hit": (ROWS, {"Accept": "text/html"}),
        }
        for name, (path, headers) in cases.items():
            print(f"{name:30} {latency(connection, path, headers, requests):8.2f} ms")
        print(f"{'a hit, by HEAD':30} {latency(connection, ROWS, {}, requests, 'HEAD'):8.2f} ms")
        print(f"{'a hit':30} {rate(host, port, repeat(ROWS)):8,.0f} a second")
        other = (f"/sparql?{urlencode({'query': f'SELECT ({number} AS ?x) {{ }}'})}" for number in count())
        print(f"{'each another query':30} {rate(host, port, other):8,.0f} a second")
        before = peak(connection)
        for coding in ("identity", "zstd", "gzip"):
            started = perf_counter()
            _, size = fetch(connection, MILLION, {"Accept-Encoding": coding})
            seconds, grown = perf_counter() - started, peak(connection) - before
            print(f"1 M rows, {coding:20} {seconds:8.2f} s, {size / 1e6:.0f} MB, memory +{grown:.0f} MB")
        with ExitStack() as stack:
            for _ in range(200):
                stack.enter_context(socket.create_connection((host, port))).sendall(SLOW)
            held = latency(connection, ROWS, {}, min(requests, 200))
        print(f"{'a hit, 200 slow clients':30} {held:8.2f} ms")


if __name__ == "__main__":
    main()
