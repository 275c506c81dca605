"""Files that are not what was written: what can be made again is, and what cannot is told and left alone."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from contributing import ADMIN_TOKEN, Contributing, members, person
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import now
from khyber.contributions.standing import history_of
from khyber.errors import LedgerFailure
from running import COMMAND, RELEASES, SECONDS, serving, state_folder

SEEDS = 60


@contextmanager
def started(state: Path, *arguments: str) -> Iterator[Contributing]:
    with serving(
        "--state", str(state), *arguments, environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}
    ) as server:
        yield Contributing(server, state, {"admin": ADMIN_TOKEN})


def contribute(running: Contributing, slug: str) -> None:
    """Send in a person and accept it."""
    number = int(members(running.contribute(person(slug), role="admin"))["id"])
    assert running.decide(number, "accept", role="admin").status == 200
    assert running.knows(slug)


# The engine's store


def generation(state: Path) -> Path:
    folder = state / "disk" / "published"
    return folder / (folder / "CURRENT").read_text()


def largest(folder: Path, pattern: str) -> Path:
    return max(folder.rglob(pattern), key=lambda file: file.stat().st_size)


def overwrite(file: Path, dice: Random) -> None:
    """Change bytes of a file here and there."""
    data = bytearray(file.read_bytes())
    for _ in range(max(8, len(data) // 500)):
        data[dice.randrange(len(data))] ^= 1 + dice.randrange(255)
    file.unlink()  # other generations may share it
    file.write_bytes(data)


def truncate(file: Path, _dice: Random) -> None:
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[: len(data) // 2])


Harm = Callable[[Path, Random], None]
STORES: dict[str, Harm] = {
    "data overwritten": lambda state, dice: overwrite(largest(generation(state), "*.sst"), dice),
    "contents overwritten": lambda state, dice: overwrite(largest(generation(state), "MANIFEST*"), dice),
    "facts truncated": lambda state, dice: truncate(generation(state) / "facts.json", dice),
    "pointer overwritten": lambda state, _dice: _replace(state / "disk" / "published" / "CURRENT", b"\xff\0"),
}


def _replace(file: Path, data: bytes) -> None:
    file.unlink()
    file.write_bytes(data)


def test_a_damaged_store_is_made_again_from_files_and_ledger(tmp_path: Path) -> None:
    state, slugs = state_folder(tmp_path), ["first"]
    with started(state, "--engine", "disk") as running:
        contribute(running, "first")
    before = generation(state)
    with started(state, "--engine", "disk") as running:
        assert generation(state) == before, "a store that is whole is served as it is"
        assert running.knows("first")
    for number, (what, harm) in enumerate(STORES.items()):
        harm(state, Random(number))  # noqa: S311 - the same damage every time
        with started(state, "--engine", "disk") as running:
            assert all(map(running.knows, slugs)), what
            count = running.server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", accept="text/csv").text
            assert int(count.split()[1]) > 1000, what
            if number % 4 == 0:
                contribute(running, f"after-{number}")
                slugs.append(f"after-{number}")


# The compiled release


@pytest.mark.parametrize("harm", [overwrite, truncate])
def test_a_damaged_release_is_compiled_again(tmp_path: Path, harm: Harm) -> None:
    with started(state_folder(tmp_path)) as running:
        release = members(running.fetch("/health"))["release"]
    state = tmp_path / "other"
    state.mkdir()
    shutil.copytree(RELEASES, state / "releases")
    for file in (state / "releases").glob("*.nq"):
        harm(file, Random(1))  # noqa: S311 - the same damage every time
    with started(state) as running:
        assert members(running.fetch("/health"))["release"] == release


# The ledger


def _header(file: Path, _dice: Random) -> None:
    data = file.read_bytes()
    file.write_bytes(b"not a ledger at all" + data[19:])


def _half(file: Path, _dice: Random) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def _empty(file: Path, _dice: Random) -> None:
    file.write_bytes(b"")


def _flips(file: Path, dice: Random) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(len(data) // 200):
        data[dice.randrange(100, len(data))] ^= 1 + dice.randrange(255)
    file.write_bytes(data)


def _delta(file: Path, _dice: Random) -> None:
    """Change a byte in the middle of what made the last version: SQLite itself cannot tell."""
    with closing(sqlite3.connect(file)) as connection:
        (delta,) = connection.execute("SELECT delta FROM versions ORDER BY sequence DESC").fetchone()
    data = bytearray(file.read_bytes())
    at = data.find(delta)
    assert at > 0
    data[at + len(delta) // 2] ^= 1
    file.write_bytes(data)


LEDGERS: dict[str, Harm] = {
    "header": _header,
    "half": _half,
    "empty": _empty,
    "flips": _flips,
    "delta": _delta,
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a ledger in which something was contributed and accepted."""
    state = state_folder(tmp_path_factory.mktemp("ledger"))
    with started(state) as running:
        contribute(running, "kept")
    with Ledger.open(state, clock=now) as opened:  # takes what is in the log into the file
        assert opened.verify() == ()
    assert not (state / "ledger.sqlite-wal").exists()
    return state / "ledger.sqlite"


@pytest.mark.parametrize("what", LEDGERS)
def test_a_damaged_ledger_is_told_and_never_written(tmp_path: Path, ledger: Path, what: str) -> None:
    state = state_folder(tmp_path)
    file = state / ledger.name
    shutil.copy(ledger, file)
    LEDGERS[what](file, Random(1))  # noqa: S311 - the same damage every time
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    for _ in range(2):
        ended = subprocess.run(
            [COMMAND, "serve", "--state", str(state), "--port", "0"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr
        assert "backup" in ended.stderr
        assert str(file) in ended.stderr or "version" in ended.stderr
        assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_whatever_is_changed_in_a_ledger_is_told_as_damage(tmp_path: Path, ledger: Path) -> None:
    told = 0
    for seed in range(SEEDS):
        dice, folder = Random(seed), tmp_path / str(seed)  # noqa: S311 - the same damage every time
        folder.mkdir()
        data = bytearray(ledger.read_bytes())
        for _ in range(1 + seed % 20 * 5):
            data[dice.randrange(100, len(data))] ^= 1 + dice.randrange(255)
        (folder / ledger.name).write_bytes(data)
        try:
            with Ledger.open(folder, clock=now) as opened:
                read_all(opened)
                told += bool(opened.verify())
        except LedgerFailure:
            told += 1
        assert (folder / ledger.name).read_bytes() == data
    assert told > SEEDS / 2


def read_all(ledger: Ledger) -> None:
    history_of(ledger)
    ledger.tokens()
    ledger.versions(limit=None)
    for each in ledger.contributions(limit=None):
        ledger.payload(each.id)
        ledger.report(each.id)
        ledger.decisions(each.id)
