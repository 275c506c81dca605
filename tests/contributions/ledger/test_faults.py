from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from filesystems import mounted
from keeping import CURA, Time, contribution, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.records import Action, Kind, Status, Upload
from khyber.errors import KhyberError, LedgerFailure, LedgerUnavailable, StorageFull
from operations import Acknowledged, random_operations
from postgresql import PostgreSQL, postgresql

KILLS = {"sqlite": 60, "postgresql": 12}


def noise(size: int) -> tuple[Upload, ...]:
    return (Upload(os.urandom(size), "noise.bin"),)


def fill_up(ledger: Ledger) -> int:
    """Write until there is no room; give how many contributions were acknowledged."""
    for done in range(1000):
        try:
            ledger.submit(contribution(uploads=noise(50_000)))
        except StorageFull:
            return done
    raise AssertionError("the disk never was full")


def test_a_full_disk_is_told_and_nothing_is_half(tmp_path: Path) -> None:
    with mounted(tmp_path / "state", "size=3m") as state:
        with Ledger.open(state, clock=Time()) as ledger:
            ledger.record_base(version(1, kind=Kind.BASE))
            ledger.submit(contribution())
            done = fill_up(ledger) + 1
            assert done > 5
            with pytest.raises(StorageFull) as told:
                ledger.decide(1, Action.ACCEPT, CURA, "y" * 100_000, version(2, delta=os.urandom(200_000)))
            assert (told.value.status, told.value.code) == (507, "storage-full")
            assert "nothing was changed" in told.value.detail
            assert ledger.contribution(1).status is Status.SUBMITTED
            assert len(ledger.versions()) == 1
            assert len(ledger.contributions(limit=None)) == done
            assert ledger.verify() == ()
        with Ledger.open(state, clock=Time()) as ledger:
            assert len(ledger.contributions(limit=None)) == done
            assert ledger.verify() == ()


def test_there_is_room_again_when_room_was_made(tmp_path: Path) -> None:
    with mounted(tmp_path / "state", "size=4m") as state, Ledger.open(state, clock=Time()) as ledger:
        ballast = state / "ballast"
        ballast.write_bytes(bytes(2_000_000))
        done = fill_up(ledger)
        ballast.unlink()
        assert ledger.submit(contribution(uploads=noise(50_000))).id == done + 1


def test_a_ledger_that_finds_no_room_is_not_half_made(tmp_path: Path) -> None:
    with mounted(tmp_path / "state", "size=64k") as state:
        with pytest.raises(StorageFull):
            Ledger.open(state, clock=Time())
        assert list(state.iterdir()) == []


def test_a_backup_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    with mounted(tmp_path / "copy", "size=1m") as copy, Ledger.open(tmp_path, clock=Time()) as ledger:
        for _ in range(30):
            ledger.submit(contribution(uploads=noise(50_000)))
        with pytest.raises(StorageFull) as told:
            ledger.backup(copy)
        assert str(copy) in told.value.detail
        assert list(copy.iterdir()) == []


def test_a_file_that_may_not_grow_is_told_and_nothing_is_half(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, clock=Time()) as ledger:
        ledger.submit(contribution())
    child = os.fork()
    if child == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
            with Ledger.open(tmp_path, clock=Time()) as ledger:
                while True:
                    ledger.submit(contribution(uploads=noise(50_000)))
        except LedgerFailure as error:
            status = 7 if "nothing was changed" in error.detail else 2
        except StorageFull:
            status = 7
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) == 7
    with Ledger.open(tmp_path, clock=Time()) as ledger:
        assert len(ledger.contributions()) > 1
        assert ledger.verify() == ()
        ledger.submit(contribution(uploads=noise(500_000)))


def test_a_full_disk_below_postgresql_is_told(server: PostgreSQL) -> None:
    folder = server.folder / "small"
    with mounted(folder, "size=4m", f"uid={server.data.stat().st_uid}", "mode=0700"):
        url = server.new_schema()
        role = url.partition("//")[2].partition("@")[0]
        server.run(f"CREATE TABLESPACE small OWNER {role} LOCATION '{folder}'")
        server.run(f"ALTER ROLE {role} SET default_tablespace = small")
        try:
            with Ledger.open(url, clock=Time()) as ledger:
                done = fill_up(ledger)
                assert done > 5
                assert len(ledger.contributions(limit=None)) == done
                assert ledger.verify() == ()
        finally:
            server.run(f"DROP OWNED BY {role} CASCADE")
            server.run("DROP TABLESPACE small")


@pytest.mark.parametrize("database", KILLS)
def test_what_was_acknowledged_is_there_and_nothing_is_half_after_kills(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = (
        str(tmp_path / "state") if database == "sqlite" else request.getfixturevalue("server").new_schema()
    )
    choice = random.Random(7)  # noqa: S311
    known = Acknowledged()
    for seed in range(KILLS[database]):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            random_operations(where, seed, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            lines = [told.readline() for _ in range(choice.randrange(12))]
            sleep(choice.uniform(0, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            known.read(b"".join(lines) + told.read())
        with Ledger.open(where, clock=Time()) as ledger:
            assert ledger.verify() == ()
            known.compare(ledger)
    assert known.count > 4 * KILLS[database]
    assert {*known.actions} >= {"submit", "accept", "reject", "withdraw", "revert"}


def test_a_postgresql_that_goes_away_is_told_and_is_used_when_it_is_back() -> None:
    with postgresql() as server:
        url = server.new_schema()
        with Ledger.open(url, clock=Time()) as ledger:
            for number in range(1, 20):
                ledger.submit(contribution())
                ledger.decide(number, Action.ACCEPT, CURA, "yes", version(number))
            asking: list[Callable[[], object]] = [
                lambda: ledger.contribution(1),
                lambda: ledger.submit(contribution()),
            ]
            server.stop(signal.SIGQUIT)  # at once; it recovers as after a crash
            for ask in asking * 2:
                with pytest.raises(KhyberError) as told:
                    ask()
                assert isinstance(told.value, LedgerUnavailable)
                assert told.value.retry_after == 1
            with pytest.raises(LedgerUnavailable):
                Ledger.open(url, clock=Time())
            server.start()
            assert ledger.submit(contribution()).id == 20
            assert len(ledger.contributions(Status.ACCEPTED)) == 19
            assert ledger.verify() == ()
