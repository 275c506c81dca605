"""The gates that the curated graph must pass before it is published, each by itself and with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from khyber.engine.published import load_published
from khyber.errors import InputError, KhyberError
from khyber.rdf.reading import parse_file, read_bytes, shown
from khyber.rdf.turtle import write_turtle
from khyber.reasoning.base import reasoner as reasoner_named
from khyber.release.compile import consistency_report, dataset, infer, shapes_report, vocabulary_report
from khyber.release.files import write_whole
from khyber.release.queries import example_query_files
from khyber.release.query_gates import broken_rules, check_files, rule_of, troubles_of_examples
from khyber.release.sources import TRIPLES, mapping_files, parse_sources, read_sources, syntax_errors
from khyber.release.sssom import read_mappings, write_mappings
from khyber.validation.findings import Report


@dataclass(frozen=True)
class Gate:
    """A gate that was looked at: what it asks for, whether it is met, and what there is to say about it."""

    name: str
    passed: bool
    lines: tuple[str, ...] = ()


def gates(home: Path, *, reasoner: str, fix: bool = False) -> Iterator[Gate]:
    """Look at one gate after the other; with ``fix``, write the data in the writers' form.

    A gate that others need ends the run if it is not met: nothing can be said about files that do not
    parse. Raises FileUnreadable if the graph home or one of its files is missing.
    """
    sources = read_sources(home)
    errors = tuple(str(error) for error in syntax_errors(sources))
    yield Gate(f"All {len(sources.files)} files of the graph parse.", not errors, errors)
    if errors:
        return
    yield _form_gate(home, home / TRIPLES, _turtle, fix=fix)
    for path in mapping_files(home):
        yield _form_gate(home, path, _sssom, fix=fix)
    graphs = parse_sources(sources)
    yield _report_gate("The data uses only what the ontology declares.", lambda: vocabulary_report(graphs))
    yield _report_gate("The data conforms to the shapes.", lambda: shapes_report(graphs))
    try:
        inferred = infer(graphs, reasoner_named(reasoner))
    except InputError as error:
        yield Gate("Conclusions can be drawn.", False, (str(error),))
        return
    yield _report_gate("Nothing contradicts the ontology.", lambda: consistency_report(graphs, inferred))
    engine = load_published(list(dataset(graphs, inferred)))
    for path in check_files(home):
        yield _lines_gate(rule_of(path), broken_rules(path, engine))
    count = len(example_query_files(home))
    name = f"All {count} example queries can be read and, unless federated, run."
    yield _lines_gate(name, troubles_of_examples(home, engine))


def _turtle(data: bytes, path: Path) -> str:
    return write_turtle(quad.triple for quad in parse_file(data, path))


def _sssom(data: bytes, path: Path) -> str:
    return write_mappings(read_mappings(data, path))


def _form_gate(home: Path, path: Path, written: Callable[[bytes, Path], str], *, fix: bool) -> Gate:
    name = f"{path.relative_to(home).as_posix()} is in the form of the project's writer."
    before = read_bytes(path)
    after = written(before, path).encode()
    if before == after:
        return Gate(name, True)
    if fix:
        write_whole(path, after)
        return Gate(name, True, (f"{shown(path)} was rewritten.",))
    place = f"{shown(path)}:{_first_difference(before, after)}"
    return Gate(name, False, (f"{place}: From here on it differs. 'khyber check --fix' rewrites it.",))


def _first_difference(before: bytes, after: bytes) -> int:
    pairs = enumerate(zip(before.split(b"\n"), after.split(b"\n"), strict=False), start=1)
    shorter = min(before.count(b"\n"), after.count(b"\n")) + 1
    return next((number for number, (old, new) in pairs if old != new), shorter)


def _report_gate(name: str, judge: Callable[[], Report]) -> Gate:
    try:
        report = judge()
    except KhyberError as error:
        return Gate(name, False, (str(error),))
    return Gate(name, report.conforms, tuple(report.text().splitlines()) if report.findings else ())


def _lines_gate(name: str, troubles: Iterator[str]) -> Gate:
    lines = tuple(troubles)
    return Gate(name, not lines, lines)
