"""Releases kept in the state folder, so that a start with nothing changed needs no compile.

A release is kept under a key that hashes all that decides its content: the sources' bytes, the reasoner,
Khyber's version and source code, and the versions of the libraries that parse, validate and reason. The
file is N-Quads that any tool can read; its first two lines are comments: a checksum of the rest, and the
facts about the release as JSON. What is damaged or of another make is compiled anew.

Nothing here may import rdflib, pySHACL or owlrl: that alone takes longer than a warm start may.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import RdfFormat

import khyber
from khyber.errors import Location
from khyber.release.files import write_whole
from khyber.release.release import GraphStatistics, Release
from khyber.release.sources import Sources, read_sources
from khyber.validation.findings import Finding, Report

KEPT = 8
"""How many releases stay in the state folder: enough to go back and forth between branches."""

_LIBRARIES = ("pyoxigraph", "pyshacl", "owlrl", "rdflib")
_DECIDING_PACKAGES = ("rdf", "reasoning", "validation", "release", "engine", "sparql")
_FIRST_LINE = "# khyber release "
_log = logging.getLogger(__name__)


def load_or_compile(
    home: Path,
    *,
    reasoner: str,
    state: Path | None,
    on_stage: Callable[[str, str], None] = lambda _name, _detail: None,
) -> Release:
    """Give the release of a graph home, from the state folder if nothing changed since it was compiled.

    Without a ``state`` folder it is compiled and not kept. A folder that cannot be written costs time, not
    the release. Raises what ``compile_release`` raises.
    """
    sources = read_sources(home)
    file = release_file(state, sources, reasoner) if state else None
    kept = read_release(file) if file else None
    if kept:
        on_stage("load", kept.id)
        return kept
    release = _compiled(sources, reasoner, on_stage)
    if file:
        _keep(release, file)
    return release


def release_file(state: Path, sources: Sources, reasoner: str) -> Path:
    """Name the file in which the release of these sources is kept."""
    facts = {
        "sources": sources.digest(),
        "reasoner": reasoner,
        "khyber": khyber.__version__,
        "code": _code_digest(),
        "libraries": {library: version(library) for library in _LIBRARIES},
    }
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return state / "releases" / f"{key}.nq"


def read_release(file: Path) -> Release | None:
    """Read a kept release, or give None if there is none or it is not what was written."""
    try:
        first_line, _, rest = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    if first_line.decode(errors="replace") != _first_line(rest):
        return None
    header, _, lines = rest.partition(b"\n")
    try:
        facts = json.loads(header.removeprefix(b"# "))
        quads = tuple(ox.parse(lines, format=RdfFormat.N_QUADS))
        return Release(
            id=facts["id"],
            reasoner=facts["reasoner"],
            quads=quads,
            counts={graph: GraphStatistics(**counts) for graph, counts in facts["counts"].items()},
            report=Report(tuple(map(_finding, facts["findings"])), facts["labels"]),
            seconds=facts["seconds"],
            cached=True,
        )
    except (ValueError, SyntaxError, KeyError, TypeError):
        # The checksum holds, so another version wrote it, with other facts.
        return None


def write_release(release: Release, file: Path) -> None:
    """Keep a release: the file is there whole or not at all, also after a crash. Raises OSError."""
    facts = {
        "id": release.id,
        "reasoner": release.reasoner,
        "counts": {graph: asdict(counts) for graph, counts in release.counts.items()},
        "findings": [asdict(finding) for finding in release.report.findings],
        "labels": dict(release.report.labels),
        "seconds": dict(release.seconds),
    }
    lines = ox.serialize(release.quads, format=RdfFormat.N_QUADS) or b""
    rest = f"# {json.dumps(facts, sort_keys=True)}\n".encode() + lines
    write_whole(file, f"{_first_line(rest)}\n".encode() + rest)


def _compiled(sources: Sources, reasoner: str, on_stage: Callable[[str, str], None]) -> Release:
    # Imported here: validation brings rdflib and pySHACL, which a warm start does without.
    from khyber.reasoning.base import reasoner as reasoner_named  # noqa: PLC0415
    from khyber.release.compile import compile_release  # noqa: PLC0415

    on_stage("prepare", "")
    return compile_release(sources, reasoner_named(reasoner), reasoner_name=reasoner, on_stage=on_stage)


def _keep(release: Release, file: Path) -> None:
    try:
        write_release(release, file)
        releases = sorted(file.parent.glob("*.nq"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in releases[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning(
            "The release cannot be kept in %s (%s); the next start compiles it again.",
            file.parent,
            error.strerror or error,
        )


def _first_line(rest: bytes) -> str:
    return _FIRST_LINE + hashlib.sha256(rest).hexdigest()


def _finding(facts: dict[str, Any]) -> Finding:
    location = facts.pop("location")
    return Finding(**facts, location=Location(**location) if location else None)


def _code_digest() -> str:
    digest = hashlib.sha256()
    package = Path(khyber.__file__).parent
    for folder in _DECIDING_PACKAGES:
        for file in sorted((package / folder).rglob("*.py")):
            code = file.read_bytes()
            digest.update(f"{file.relative_to(package).as_posix()} {len(code)}\n".encode() + code)
    return digest.hexdigest()
