"""How long ``khyber serve`` takes from the command to its first answer, warm and cold.

Warm: nothing changed since the last start. Cold: nothing is kept from before, so the graph is compiled.
Prints each run and the medians, and the same for the compile alone (``khyber build --no-cache``).

    python bench/serve.py [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.request import urlopen

COMMAND = str(Path(sys.executable).with_name("khyber"))
QUERY = "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
TARGETS = {"warm start": 2.0, "cold start": 10.0, "cold compile": 10.0}


def start(state: str) -> float:
    """Give the seconds from the command to the first answer to a query."""
    started = perf_counter()
    command = [COMMAND, "serve", "--port", "0", "--state", state]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            first_line = server.stdout.readline() if server.stdout else ""
            address = re.search(r"http://\S+(?=/sparql)", first_line)
            if address is None:
                raise SystemExit("The server did not start.")
            with urlopen(address[0] + QUERY, timeout=60) as answer:
                if b'"boolean":true' not in answer.read():
                    raise SystemExit("The server answered from an empty graph.")
            return perf_counter() - started
        finally:
            server.terminate()


def compile_alone(state: str) -> float:
    """Give the seconds of ``khyber build`` with nothing kept from before."""
    started = perf_counter()
    subprocess.run([COMMAND, "build", "--no-cache", "--state", state], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - started


def fresh(measure: Callable[[str], float]) -> float:
    """Measure with a state folder of its own, empty before and gone afterwards."""
    with tempfile.TemporaryDirectory() as state:
        return measure(state)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (default: 5)")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as state:
        start(state)
        seconds = {"warm start": [start(state) for _ in range(runs)]}
    seconds["cold start"] = [fresh(start) for _ in range(runs)]
    seconds["cold compile"] = [fresh(compile_alone) for _ in range(runs)]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {runs} runs each, seconds")
    for name, measured in seconds.items():
        each = " ".join(f"{one:.2f}" for one in measured)
        verdict = "met" if median(measured) <= TARGETS[name] else "MISSED"
        print(
            f"{name:<13} median {median(measured):5.2f}   target ≤ {TARGETS[name]:g} {verdict}   runs {each}"
        )


if __name__ == "__main__":
    main()
