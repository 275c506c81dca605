"""``khyber build``: compile the graph and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import click

from khyber.cli.options import setting_option
from khyber.cli.progress import stage_lines
from khyber.config import HOME, REASONER, STATE
from khyber.rdf.namespaces import GRAPH
from khyber.release.cache import load_or_compile
from khyber.release.release import Release


@click.command()
@setting_option(HOME)
@setting_option(REASONER)
@setting_option(STATE)
@click.option("--no-cache", is_flag=True, help="Compile even if nothing changed, and keep nothing.")
def build(home: Path, reasoner: str, state: Path, no_cache: bool) -> None:
    """Compile the graph: validate it, draw its conclusions, print its counts.

    Exits with 1 and the report if the graph does not conform, with 2 if a file cannot be read.
    """
    started = perf_counter()
    with stage_lines() as on_stage:
        release = load_or_compile(
            home, reasoner=reasoner, state=None if no_cache else state, on_stage=on_stage
        )
    seconds = perf_counter() - started
    for line in _lines(release, seconds):
        click.echo(line)


def _lines(release: Release, seconds: float) -> Iterator[str]:
    yield f"release {release.id} (reasoner {release.reasoner})"
    yield ""
    width = max(len(_graph_name(graph)) for graph in release.counts)
    for graph, counts in release.counts.items():
        yield f"  {_graph_name(graph):<{width}}  {counts.triples:>8,} triples  {counts.subjects:>7,} subjects"
    yield ""
    yield release.report.text()
    stages = ", ".join(f"{stage} {each:.2f} s" for stage, each in release.seconds.items())
    if release.cached:
        yield f"Nothing changed: read in {seconds:.2f} s what was compiled before ({stages})."
    else:
        yield f"Compiled in {seconds:.2f} s ({stages})."


def _graph_name(iri: str) -> str:
    return iri.removeprefix(GRAPH)
