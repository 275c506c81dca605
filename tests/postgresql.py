"""A PostgreSQL server for the tests, from the system's packages, in a temporary folder and on a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import pytest

SECONDS = 60
USER = "khyber"


@dataclass
class PostgreSQL:
    """A server in a folder; every schema is made for one test."""

    folder: Path
    programs: Path
    user: pwd.struct_passwd | None
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def data(self) -> Path:
        """Give the folder of its data."""
        return self.folder / "data"

    def new_schema(self) -> str:
        """Make an empty schema and a user whose tables are in it, and give the user's URL."""
        name = f"test{next(self.numbers)}"
        self.run(f"CREATE ROLE {name} LOGIN; CREATE SCHEMA {name} AUTHORIZATION {name}")
        return f"postgresql://{name}@/postgres?unix_sock={self.folder}/.s.PGSQL.5432"

    def run(self, *statements: str) -> str:
        """Run statements, and give their rows as text."""
        commands = [part for statement in statements for part in ("-c", statement)]
        return subprocess.run(
            [str(self.programs / "psql"), "-h", str(self.folder), "-U", USER, "-XAtq", *commands, "postgres"],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        ).stdout

    def make(self) -> None:
        """Make its data."""
        initdb = self._program(
            "initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"
        )
        assert initdb.wait(timeout=SECONDS) == 0, self.log.read_text(errors="replace")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = self._program(
            "postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses="
        )
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)]
        deadline = monotonic() + SECONDS
        while subprocess.run(ready, check=False, timeout=SECONDS).returncode != 0:
            if self.process.poll() is not None or monotonic() > deadline:
                raise AssertionError(self.log.read_text(errors="replace"))
            sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT is a fast shutdown, SIGQUIT an immediate one, SIGKILL a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=SECONDS)
            self.process = None

    @property
    def log(self) -> Path:
        """Give the file that it tells its story to."""
        return self.folder / "log"

    def _program(self, name: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.programs / name, *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Run a server; skip the test, by name, where there is none to run."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL (initdb, postgres) is not installed")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="khyber-postgresql-"))
    server = PostgreSQL(folder, programs, user)
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        server.make()
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)  # nobody needs the data any more
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name)
    )
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for folder in [*folders, *reversed(installed)]:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql")):
            return folder
    return None


def _user() -> pwd.struct_passwd | None:
    """Give whom to run as: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")
