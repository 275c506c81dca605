from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khyber.contributions.lock import StateLock, holder
from khyber.errors import LedgerFailure, StateInUse

HOLD = """
import sys, time
from pathlib import Path
from khyber.contributions.lock import StateLock
lock = StateLock.take(Path(sys.argv[1]), "http://127.0.0.1:8765")
print("held", flush=True)
sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    process = hold(tmp_path)
    try:
        with pytest.raises(StateInUse) as refused:
            StateLock.take(tmp_path, "http://127.0.0.1:9999")
        assert f"process {process.pid} at http://127.0.0.1:8765" in str(refused.value)
        assert str(tmp_path) in str(refused.value)
        assert holder(tmp_path) == f"process {process.pid} at http://127.0.0.1:8765"
    finally:
        end(process)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = hold(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert holder(tmp_path) is None
    with StateLock.take(tmp_path):
        assert holder(tmp_path) == f"process {os.getpid()}"


def test_a_lock_is_free_when_it_was_released_and_one_process_holds_it_once(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with StateLock.take(tmp_path / "new" / "folder") as lock:
        lock.tell("http://127.0.0.1:1")
        assert holder(tmp_path / "new" / "folder") == f"process {os.getpid()} at http://127.0.0.1:1"
        with pytest.raises(StateInUse):
            StateLock.take(tmp_path / "new" / "folder")
    assert holder(tmp_path / "new" / "folder") is None
    StateLock.take(tmp_path / "new" / "folder").release()


def test_a_child_does_not_keep_the_lock_of_a_process_that_has_ended(tmp_path: Path) -> None:
    lock = StateLock.take(tmp_path)
    reading, writing = os.pipe()
    telling, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.write(told, b"here")
        os.read(reading, 1)
        os._exit(0)
    try:
        os.read(telling, 4)
        with pytest.raises(StateInUse):
            StateLock.take(tmp_path)
        os.close(lock._descriptor or -1)  # as when this process ends: nothing unlocks, only descriptors close
        StateLock.take(tmp_path).release()
    finally:
        os.close(writing)
        for descriptor in (reading, telling, told):
            os.close(descriptor)
        os.waitpid(child, 0)
        lock._descriptor = None


def test_the_lock_stays_while_a_child_of_its_process_ends(tmp_path: Path) -> None:
    with StateLock.take(tmp_path):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        with pytest.raises(StateInUse):
            StateLock.take(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerFailure, match="cannot be written"):
        StateLock.take(tmp_path / "file")
