"""``khyber export``: the published graph, or a version of it, as one document.

Without --endpoint the ledger is read by itself, also while a server works with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import cast

import click
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from khyber.cli.doors import Where, ledger_alone, where_options
from khyber.cli.output import OUT, write
from khyber.cli.progress import stage_lines
from khyber.contributions.ledger import Ledger
from khyber.engine.base import ResultKind
from khyber.engine.published import APART
from khyber.errors import NotFound
from khyber.rdf.namespaces import PREFIXES
from khyber.release.cache import load_or_compile
from khyber.sparql.formats import BY_KEY, DUMPS, formats_for

KEYS = list(dict.fromkeys(entry.key for entry in (*DUMPS, *formats_for(ResultKind.GRAPH))))


@click.command()
@click.option(
    "--format",
    "key",
    type=click.Choice(KEYS),
    default="trig",
    show_default=True,
    help="trig and nquads hold every named graph, the others what the default graph holds.",
)
@click.option("--version", "version", metavar="VERSION", help="A version, as khyber versions lists them.")
@OUT
@where_options
def export(*, key: str, version: str | None, out: Path | None, where: Where) -> None:
    """Write the published graph, or an older version of it, as one document."""
    remote = where.remote
    if remote is not None:
        write(remote.export(key, version), out)
        return
    write(_written(_quads(where, version), key), out)


def _quads(where: Where, version: str | None) -> Sequence[Quad]:
    """Give the quads of a version; of the curated files where nothing was published yet."""
    from khyber.contributions.standing import (  # noqa: PLC0415 - brings the validator, slow to import
        deltas_after,
        state_after,
    )

    with ledger_alone(where.ledger_place) as ledger:
        head = ledger.head()
        if head is None and version is None:
            with stage_lines() as on_stage:
                release = load_or_compile(
                    where.home, reasoner=where.reasoner, state=where.state, on_stage=on_stage
                )
            return release.quads
        last = head.sequence if head and version is None else _sequence(ledger, version or "")
        return sorted(state_after((), islice(deltas_after(ledger, 0), last)), key=str)


def _sequence(ledger: Ledger, version: str) -> int:
    """Give the sequence of a version that is named by it, by its id or by both; raise NotFound."""
    sequence, _, identifier = version.partition("-")
    if sequence.isascii() and sequence.isdigit() and len(sequence) < 10:
        found = ledger.version(int(sequence))
        if identifier in ("", found.id):
            return found.sequence
    for each in ledger.versions(limit=None):
        if each.id == version:
            return each.sequence
    raise NotFound(f"There is no version {version}.", remedy="khyber versions lists them.")


def _written(quads: Sequence[Quad], key: str) -> bytes:
    chosen = BY_KEY[key]
    writer = cast("RdfFormat", chosen.writer)
    if chosen in DUMPS:
        return serialize(quads, format=writer, prefixes=PREFIXES) or b""
    inside = (quad for quad in quads if _name(quad) not in APART)
    triples = dict.fromkeys(quad.triple for quad in inside)
    return serialize(triples, format=writer, prefixes=PREFIXES) or b""


def _name(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
