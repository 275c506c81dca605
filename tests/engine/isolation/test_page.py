from __future__ import annotations

import os

from isolated import EX, isolated
from khyber.engine.base import Update
from khyber.engine.isolation.page import VersionPage


def test_a_page_says_what_was_written_last() -> None:
    page = VersionPage()
    assert page.read() == ""
    for version in ("a.0", "a.1", "a-much-longer-name.2", "b.3"):
        page.write(version)
        assert page.read() == version


def test_what_a_forked_process_writes_is_read_here() -> None:
    page = VersionPage()
    child = os.fork()
    if child == 0:
        page.write("written.below")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert page.read() == "written.below"


def test_the_version_is_another_one_as_soon_as_an_update_has_returned() -> None:
    with isolated() as engine:
        versions = [engine.version()]
        for number in range(3):
            engine.update(Update(f"INSERT DATA {{ <{EX}new{number}> <{EX}p> 1 }}"))
            versions.append(engine.version())
            assert engine.version() == engine.state().version
        assert len(set(versions)) == 4
