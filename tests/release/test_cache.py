"""Kept releases: read back the same, never when anything changed, never when damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from khyber.rdf.reading import parse
from khyber.release.cache import KEPT, load_or_compile, read_release, release_file, write_release
from khyber.release.release import Release
from khyber.release.sources import read_sources
from small_graph import DATA, write_home


def release_of(home: Path, state: Path | None) -> Release:
    return load_or_compile(home, reasoner="sparql", state=state)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return write_home(tmp_path / "home", triples=DATA.replace("stance:claims", "actor:south"))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def kept(home: Path, state: Path) -> Path:
    release_of(home, state)
    return release_file(state, read_sources(home), "sparql")


def test_the_second_time_the_same_release_is_read(home: Path, state: Path) -> None:
    first, second = release_of(home, state), release_of(home, state)

    assert (first.cached, second.cached) == (False, True)
    assert second == first
    assert second.quads == first.quads
    assert second.seconds == first.seconds
    assert [finding.severity for finding in second.report.findings] == ["Warning"]
    assert second.report == first.report


def test_without_a_state_folder_nothing_is_kept(home: Path, state: Path) -> None:
    release_of(home, state)

    assert not release_of(home, None).cached


@pytest.mark.parametrize("change", ["data/triples.ttl", "ontology/khyber.ttl", "shapes/actors.ttl"])
def test_a_change_of_any_file_compiles_anew(change: str, home: Path, state: Path) -> None:
    release_of(home, state)
    with (home / change).open("a") as file:
        file.write("\n# a remark\n")

    assert not release_of(home, state).cached


def test_another_reasoner_or_code_or_library_has_another_file(
    home: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = read_sources(home)
    files = {release_file(state, sources, "sparql"), release_file(state, sources, "owlrl")}
    monkeypatch.setattr("khyber.__version__", "99")
    files.add(release_file(state, sources, "sparql"))
    monkeypatch.setattr("khyber.release.cache.version", lambda library: f"{library} 99")
    files.add(release_file(state, sources, "sparql"))

    assert len(files) == 4


@pytest.mark.parametrize("part", ["begin", "header", "middle", "end"])
def test_a_file_with_one_byte_changed_is_compiled_anew(
    part: str, kept: Path, home: Path, state: Path
) -> None:
    data = bytearray(kept.read_bytes())
    at = {"begin": 20, "header": 120, "middle": len(data) // 2, "end": len(data) - 3}[part]
    data[at] ^= 1
    kept.write_bytes(data)

    assert read_release(kept) is None
    assert not release_of(home, state).cached
    assert release_of(home, state).cached


@pytest.mark.parametrize("length", [0, 10, 100, 1000])
def test_a_file_that_was_cut_off_is_compiled_anew(length: int, kept: Path, home: Path, state: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:length])

    assert not release_of(home, state).cached


def test_a_whole_file_with_other_facts_is_compiled_anew(kept: Path, home: Path, state: Path) -> None:
    release = read_release(kept)
    assert release is not None
    from khyber.release.cache import _first_line

    rest = b'# {"id": "old"}\n'
    kept.write_bytes(f"{_first_line(rest)}\n".encode() + rest)

    assert not release_of(home, state).cached


def test_a_kept_release_is_nquads_that_any_parser_reads(kept: Path, home: Path, state: Path) -> None:
    quads = parse(kept.read_bytes(), format=RdfFormat.N_QUADS, source="kept")

    assert len(quads) == len(release_of(home, state).quads)


def test_no_part_of_a_file_is_left_behind(kept: Path) -> None:
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_a_state_folder_that_cannot_be_written_costs_a_warning_not_the_release(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")

    assert release_of(home, blocked).quads
    assert "cannot be kept" in caplog.text


def test_only_the_newest_releases_are_kept(home: Path, state: Path) -> None:
    folder = state / "releases"
    folder.mkdir(parents=True)
    for number in range(KEPT + 3):
        (folder / f"{number}.nq").write_text("")

    release_of(home, state)

    assert len(list(folder.glob("*.nq"))) == KEPT
    assert release_of(home, state).cached


def test_a_written_release_is_read_back_equal(home: Path, tmp_path: Path) -> None:
    release = release_of(home, None)
    write_release(release, tmp_path / "deep" / "release.nq")

    assert read_release(tmp_path / "deep" / "release.nq") == release


def test_a_warm_start_imports_neither_the_validator_nor_a_reasoner(
    kept: Path, home: Path, state: Path
) -> None:
    program = (
        "import sys, pathlib; from khyber.release.cache import load_or_compile;"
        "home, state = map(pathlib.Path, sys.argv[1:]);"
        "release = load_or_compile(home, reasoner='sparql', state=state);"
        "assert release.cached;"
        "print([name for name in ('rdflib', 'pyshacl', 'owlrl', 'click', 'flask') if name in sys.modules])"
    )

    assert kept.exists()
    run = subprocess.run(
        [sys.executable, "-c", program, str(home), str(state)], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
