from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from deciding import in_processes
from filesystems import mounted
from keeping import CURA, Time, contribution, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.ledger import schema as ledger_schema
from khyber.contributions.ledger.tables import metadata
from khyber.contributions.records import Action, Kind
from khyber.contributions.roles import Role
from khyber.errors import (
    KhyberError,
    LedgerCorrupt,
    LedgerFailure,
    LedgerTooNew,
    NotFound,
    StateInUse,
    UsageError,
)
from postgresql import PostgreSQL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a ledger of some size in it."""
    with Ledger.open(tmp_path / "state", clock=Time()) as ledger:
        ledger.record_base(version(1, *map(str, range(500)), kind=Kind.BASE))
        for number in range(1, 31):
            ledger.submit(contribution(*(f"{number} {each} {os.urandom(16).hex()}" for each in range(20))))
            ledger.decide(number, Action.ACCEPT, CURA, "yes", version(number + 1))
    return tmp_path / "state"


def run(where: str, statement: str) -> None:
    """Run a statement on a database as somebody else would."""
    if "://" in where:
        engine = create_engine(make_url(where).set(drivername="postgresql+pg8000"))
    else:
        Path(where).mkdir(exist_ok=True)
        engine = create_engine(f"sqlite:///{where}/ledger.sqlite")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_reads(ledger: Ledger) -> None:
    with ledger._database.read() as connection:
        found = inspect(connection)
        assert set(found.get_table_names()) == {*metadata.tables, ledger_schema.VERSION_TABLE}
        for name, table in metadata.tables.items():
            columns = found.get_columns(name)
            assert [column["name"] for column in columns] == [column.name for column in table.c]
            for column, wanted in zip(columns, table.c, strict=True):
                made = column["type"].compile(connection.dialect).replace("DOUBLE PRECISION", "FLOAT")
                meant = wanted.type.compile(connection.dialect)
                assert (made, column["nullable"]) == (meant, wanted.nullable), f"{name}.{wanted.name}"
            assert found.get_pk_constraint(name)["constrained_columns"] == list(
                table.primary_key.columns.keys()
            )
            made_keys = {
                (*key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(name)
            }
            assert made_keys == {(key.parent.name, key.column.table.name) for key in table.foreign_keys}
            made_indexes = {
                tuple(each["column_names"]) for each in found.get_indexes(name) if not each["unique"]
            }
            assert made_indexes == {tuple(column.name for column in index.columns) for index in table.indexes}


def test_the_last_migration_is_the_revision_of_the_code() -> None:
    versions = Path(ledger_schema.__file__).parent / "migrations" / "versions"
    assert sorted(file.stem for file in versions.glob("*.py")) == [
        f"ledger_{revision}" for revision in ledger_schema.REVISIONS
    ]
    assert ledger_schema.REVISIONS[-1] == ledger_schema.REVISION


def test_a_ledger_that_is_not_there_is_not_made_when_it_is_not_to_be(where: str) -> None:
    for _ in range(2):
        with pytest.raises(NotFound, match="There is no ledger"):
            Ledger.open(where, clock=Time(), make=False)
    assert not Path(where).exists()
    Ledger.open(where, clock=Time()).close()
    Ledger.open(where, clock=Time(), make=False).close()


def test_openers_at_once_make_one_ledger(where: str) -> None:
    tasks = [lambda ledger: ledger.submit(contribution()) for _ in range(4)]
    assert in_processes(where, tasks) == ["done"] * 4
    with Ledger.open(where, clock=Time()) as ledger:
        assert sorted(each.id for each in ledger.contributions()) == [1, 2, 3, 4]
        assert ledger.verify() == ()


def test_openers_at_once_in_threads_make_one_ledger(where: str) -> None:
    failures: list[BaseException] = []

    def submit() -> None:
        try:
            with Ledger.open(where, clock=Time()) as ledger:
                ledger.submit(contribution())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    with Ledger.open(where, clock=Time()) as ledger:
        assert len(ledger.contributions()) == 4


def test_a_ledger_in_sqlite_is_written_to_the_disk_before_a_call_returns(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, clock=Time()) as ledger, ledger._database.read() as connection:
        settings = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        values = [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in settings]
    assert values == ["wal", 2, 1, 1, 10_000]


def test_a_ledger_in_postgresql_is_written_to_the_disk_before_a_call_returns(server: PostgreSQL) -> None:
    url = server.new_schema()
    server.run(f"ALTER ROLE {make_url(url).username} SET synchronous_commit = off")
    with Ledger.open(url, clock=Time()) as ledger, ledger._database.read() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, clock=Time()) as ledger:
        ledger.submit(contribution())
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"], 0o600)


def test_a_new_ledger_leaves_nothing_else_in_the_folder(tmp_path: Path) -> None:
    Ledger.open(tmp_path, clock=Time()).close()
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_file_may_be_named_too(tmp_path: Path) -> None:
    file = tmp_path / "with space & é?#%41.sqlite"
    with Ledger.open(file, clock=Time()) as ledger:
        ledger.submit(contribution())
    assert file.exists()
    with Ledger.open(f"sqlite:///{tmp_path}/other.sqlite", clock=Time()) as ledger:
        ledger.submit(contribution())
    assert (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize(
    "url",
    ["mysql://host/db", "postgresql+psycopg2://host/db", "postgresql://host:port/db", "sqlite://", "://"],
)
def test_a_url_that_names_no_ledger_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Ledger.open(url, clock=Time())
    assert "postgresql://user:password@host/database" in str(refused.value)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def empty(file: Path) -> None:
    file.write_bytes(b"")


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite_the_head(file: Path) -> None:
    file.write_bytes(b"not a database at all, but a text" + file.read_bytes()[33:])


def overwrite_the_middle(file: Path) -> None:
    data = bytearray(file.read_bytes())
    page, middle = 4096, len(data) // 4096 // 2
    data[middle * page : (middle + 6) * page] = os.urandom(6 * page)
    file.write_bytes(data)


def overwrite_with_zeros(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


@pytest.mark.parametrize(
    "damage", [empty, truncate, overwrite_the_head, overwrite_the_middle, overwrite_with_zeros]
)
def test_a_damaged_file_is_told_and_never_overwritten(folder: Path, damage: object) -> None:
    file = folder / "ledger.sqlite"
    assert callable(damage)
    damage(file)
    before = snapshot(folder)
    for _ in range(2):
        with pytest.raises(LedgerCorrupt) as told:
            Ledger.open(folder, clock=Time())
        assert str(file) in told.value.detail
        assert told.value.remedy is not None
        assert "restore a backup" in told.value.remedy
        assert snapshot(folder) == before


def test_a_ledger_whose_file_is_gone_but_not_its_log_is_not_made_anew(folder: Path) -> None:
    ledger = Ledger.open(folder, clock=Time())
    ledger.submit(contribution())
    kept = {name: data for name, data in snapshot(folder).items() if name == "ledger.sqlite-wal"}
    ledger.close()
    (folder / "ledger.sqlite").unlink()
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    with pytest.raises(LedgerCorrupt, match="is gone"):
        Ledger.open(folder, clock=Time())
    assert snapshot(folder) == kept


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE contributions SET patch = (SELECT patch FROM contributions WHERE id = 2) WHERE id = 1", "the patch of contribution 1"),
        ("UPDATE uploads SET data = (SELECT data FROM uploads WHERE contribution = 2) WHERE contribution = 1", "document 0 of contribution 1"),
        ("UPDATE uploads SET sha256 = 'x' WHERE contribution = 1", "document 0 of contribution 1"),
        ("UPDATE versions SET delta = (SELECT patch FROM contributions WHERE id = 1) WHERE sequence = 1", "the delta of version 1"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_what_was_written_is_named(
    ledger: Ledger, where: str, statement: str, row: str
) -> None:
    ledger.submit(contribution("one"))
    ledger.submit(contribution("two"))
    ledger.record_base(version(1, "three"))
    run(where, statement)
    reading: dict[str, Callable[[int], object]] = {
        "the patch of contribution 1": ledger.patch,
        "document 0 of contribution 1": ledger.payload,
        "the delta of version 1": ledger.delta,
    }
    with pytest.raises(LedgerCorrupt, match=row):
        reading[row](1)
    assert [row in each for each in ledger.verify()] == [True]
    assert ledger.patch(2) == contribution("two").patch


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE contributions SET status = 'rejected' WHERE id = 1", "Contribution 1 is rejected"),
        ("DELETE FROM decisions WHERE contribution = 1", "No decision tells of version 2"),
        ("UPDATE contributions SET version = 1 WHERE id = 1", "Contribution 1 says version 1"),
        ("UPDATE versions SET contribution = NULL WHERE sequence = 2", "version 2 of contribution 1 is not there"),
        ("DELETE FROM versions WHERE sequence = 1", "Versions 2 to 2 should be there"),
        ("UPDATE decisions SET status_before = 'rejected'", "Contribution 1 was submitted"),
    ],
)  # fmt: skip
def test_parts_that_do_not_agree_are_told(ledger: Ledger, where: str, statement: str, says: str) -> None:
    ledger.submit(contribution("one"))
    ledger.record_base(version(1, kind=Kind.BASE))
    ledger.decide(1, Action.ACCEPT, CURA, "yes", version(2))
    assert ledger.verify() == ()
    run(where, statement)
    assert any(says in each for each in ledger.verify())


def test_damage_is_found_by_verifying_a_file_that_was_opened_unchecked(folder: Path) -> None:
    overwrite_the_middle(folder / "ledger.sqlite")
    with Ledger.open(folder, clock=Time(), check=False) as ledger:
        assert ledger.verify() != ()


def test_a_newer_schema_is_refused_and_left_as_it_is(where: str) -> None:
    Ledger.open(where, clock=Time()).close()
    run(where, "UPDATE khyber_ledger SET version_num = '9999'")
    for _ in range(2):
        with pytest.raises(LedgerTooNew, match="has the schema 9999; this Khyber knows up to"):
            Ledger.open(where, clock=Time())


def test_a_database_that_is_no_ledger_is_refused_and_left_as_it_is(where: str) -> None:
    run(where, "CREATE TABLE pictures (id INTEGER)")
    for _ in range(2):
        with pytest.raises(LedgerFailure, match="no ledger of Khyber"):
            Ledger.open(where, clock=Time())


@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, there: bool) -> None:
    with mounted(tmp_path / "state", "size=4m") as state:
        if there:
            Ledger.open(state, clock=Time()).close()
        subprocess.run(["mount", "-o", "remount,ro", state], check=True)
        with pytest.raises(LedgerFailure, match="cannot be opened for writing") as told:
            Ledger.open(state, clock=Time())
        assert "name another one" in str(told.value)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerFailure):
        Ledger.open(tmp_path / "file", clock=Time())


def test_a_ledger_that_was_moved_away_takes_no_more_writes(folder: Path) -> None:
    with Ledger.open(folder, clock=Time()) as ledger:
        (folder / "ledger.sqlite").rename(folder / "elsewhere.sqlite")
        with pytest.raises(LedgerFailure, match="was moved"):
            ledger.submit(contribution())
        (folder / "elsewhere.sqlite").rename(folder / "ledger.sqlite")
        assert ledger.submit(contribution()).id == 31


def test_a_ledger_is_not_used_in_a_child_of_its_process(ledger: Ledger) -> None:
    child = os.fork()
    if child == 0:
        try:
            ledger.contributions()
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    assert ledger.submit(contribution()).id == 1


def test_somebody_who_writes_for_too_long_is_told_of(folder: Path) -> None:
    with Ledger.open(folder, clock=Time()) as ledger:
        with ledger._database.raw_sqlite() as connection:
            connection.execute("PRAGMA busy_timeout = 50")
        with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(KhyberError) as told:
                ledger.submit(contribution())
            assert (told.value.code, told.value.status) == ("ledger-unavailable", 503)
            assert told.value.retry_after == 1
            assert len(ledger.contributions()) == 30
        assert ledger.submit(contribution()).id == 31


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_server_keeps_others_off_its_ledger(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    if database == "postgresql":
        server: PostgreSQL = request.getfixturevalue("server")
        here, there = server.new_schema(), server.new_schema()
    with Ledger.open(here, clock=Time()) as first, Ledger.open(here, clock=Time()) as second:
        first.reserve("http://127.0.0.1:8000")
        with pytest.raises(StateInUse, match=r"in use by process \d+ at http://127\.0\.0\.1:8000"):
            second.reserve("http://127.0.0.1:8001")
        second.create_token("Ann", Role.CONTRIBUTOR)
        with Ledger.open(there, clock=Time()) as other:
            other.reserve("")
        first.close()
        second.reserve("http://127.0.0.1:8001")


def test_a_password_stands_in_no_message() -> None:
    with pytest.raises(LedgerFailure) as told:
        Ledger.open("postgresql://ann:s3cret@127.0.0.1:1/ledger", clock=Time())
    assert told.value.code == "ledger-unavailable"
    assert "s3cret" not in str(told.value)
    assert "ann:***@127.0.0.1" in str(told.value)
