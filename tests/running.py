"""Running Khyber as a user does: the command in a process of its own, and requests over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

COMMAND = str(Path(sys.executable).with_name("khyber"))
SECONDS = 60
RELEASES = Path(gettempdir()) / f"khyber-tests-{os.getuid()}" / "releases"
"""Where the tests keep compiled releases, so that not each server compiles its own."""


@dataclass(frozen=True)
class Answer:
    """What came back for a request."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()


@dataclass(frozen=True)
class Server:
    """A running server: its process, the line that it printed, and the address in it."""

    process: subprocess.Popen[str]
    first_line: str

    @property
    def endpoint(self) -> str:
        return self.first_line.partition(" at ")[2].partition(" ")[0]

    @property
    def root(self) -> str:
        return self.endpoint.removesuffix("/sparql")

    def fetch(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        request = Request(self.root + path, data=body, headers=dict(headers or {}), method=method)
        try:
            with urlopen(request, timeout=SECONDS) as response:
                return Answer(response.status, response.headers, response.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def ask(self, query: str, *, accept: str | None = None, **parameters: str) -> Answer:
        headers = {"Accept": accept} if accept is not None else {}
        return self.fetch("/sparql?" + urlencode({"query": query, **parameters}), headers=headers)


def khyber(*arguments: str, cwd: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def serving(
    *arguments: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run ``khyber serve`` on a free port, until the block ends; ``environment`` adds variables.

    It has a state folder of its own, unless the arguments name one.
    """
    with TemporaryDirectory(prefix="khyber-state-") as folder:
        state = state_folder(Path(folder))
        variables = {"KHYBER_STATE": str(state), **os.environ, **(environment or {})}
        with _serving(arguments, cwd, variables) as server:
            yield server


def state_folder(folder: Path) -> Path:
    """Make a state folder below ``folder`` that shares its compiled releases with all others of the tests."""
    state, releases = folder / "state", RELEASES
    state.mkdir()
    releases.mkdir(parents=True, exist_ok=True)
    (state / "releases").symlink_to(releases)
    return state


@contextmanager
def _serving(arguments: Sequence[str], cwd: Path | None, variables: Mapping[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(
        [COMMAND, "serve", *arguments, "--port", "0"],
        cwd=cwd,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout, process.stderr:
        try:
            first_line = process.stdout.readline()
            assert " answers SPARQL at " in first_line, process.stderr.read()
            yield Server(process, first_line.strip())
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)
