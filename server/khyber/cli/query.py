"""``khyber query``: answer a SPARQL query from the Khyber graph, or ask another endpoint."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import click

import khyber
from khyber.cli.options import setting_option
from khyber.cli.progress import stage_lines
from khyber.cli.table import print_result, print_table
from khyber.config import HOME, REASONER, STATE
from khyber.engine.base import ResultKind
from khyber.engine.diagnosis import SOURCE
from khyber.engine.published import load_published
from khyber.errors import EndpointFailure, KhyberError, Location, QueryRefused, QuerySyntaxError, UsageError
from khyber.rdf.namespaces import PREFIXES
from khyber.rdf.reading import read_text, shown
from khyber.release.cache import load_or_compile
from khyber.release.queries import QUERIES, example_queries
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY, Format, formats_for
from khyber.sparql.guard import admit
from khyber.sparql.outline import declare, outline
from khyber.sparql.protocol import QueryOperation

TABLE = "table"

SECONDS_TO_WAIT = 300
"""How long an endpoint may be silent."""


@dataclass(frozen=True)
class Asked:
    """A query as it was given: its text, the name of where it stands, and the line where it begins there."""

    text: str
    source: str = SOURCE
    line: int = 1


@click.command()
@click.argument("text", required=False)
@click.option("-f", "--file", metavar="FILE", help="Read the query from FILE; - is standard input.")
@click.option("-e", "--example", metavar="NAME", help="Ask an example query by its name.")
@click.option("--list", "list_examples", is_flag=True, help="List the example queries.")
@click.option(
    "--format",
    "format_key",
    type=click.Choice([TABLE, *BY_KEY], case_sensitive=False),
    help="How to write the result.  [default: table, and turtle for CONSTRUCT and DESCRIBE]",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the Khyber graph.")
@setting_option(HOME)
@setting_option(STATE)
@setting_option(REASONER)
def query(
    *,
    text: str | None,
    file: str | None,
    example: str | None,
    list_examples: bool,
    format_key: str | None,
    endpoint: str | None,
    home: Path,
    state: Path,
    reasoner: str,
) -> None:
    """Answer the SPARQL query TEXT from the Khyber graph, or from another endpoint.

    The project's prefixes need no declaration: those that the query uses and does not declare are declared
    for it, also when it is sent to an endpoint.
    """
    if list_examples:
        print_table(["name", "title"], [[entry.name, entry.title] for entry in example_queries(home)])
        return
    asked = _asked(text, file, example, home)
    declared = declare(asked.text, PREFIXES)
    try:
        result_format = _format(format_key, outline(declared).kind)
        if endpoint:
            result = _ask_endpoint(endpoint, declared, result_format)
        else:
            admitted = admit(QueryOperation(declared))
            with stage_lines() as on_stage:
                release = load_or_compile(home, reasoner=reasoner, state=state, on_stage=on_stage)
                engine = load_published(release.quads)
            result = b"".join(answer(engine, admitted, result_format))
    except (QuerySyntaxError, QueryRefused) as error:
        raise _located(error, asked, added=declared != asked.text) from None
    _write(result, result_format, as_table=format_key in (None, TABLE), endpoint=endpoint)


def _asked(text: str | None, file: str | None, example: str | None, home: Path) -> Asked:
    if sum(given is not None for given in (text, file, example)) != 1:
        raise UsageError("Give one query: as TEXT, with -f FILE or with -e NAME.")
    if file == "-":
        return Asked(_standard_input())
    if file is not None:
        return Asked(read_text(Path(file)), shown(Path(file)))
    if example is not None:
        return _example(example, home)
    return Asked(text or "")


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8.", remedy="Send the query as UTF-8.") from None


def _example(name: str, home: Path) -> Asked:
    examples = {entry.name: entry for entry in example_queries(home)}
    entry = examples.get(name.removesuffix(".rq"))
    if entry is None:
        close = get_close_matches(name, examples, n=1)
        did_you_mean = f"Did you mean {close[0]}? " if close else ""
        raise UsageError(
            f"There is no example query {name!r}.",
            remedy=f"{did_you_mean}khyber query --list shows them all.",
        )
    return Asked(entry.text, f"{QUERIES}/{entry.name}.rq", entry.line)


def _format(key: str | None, kind: ResultKind) -> Format:
    default = formats_for(kind)[0]
    if key is None or (key == TABLE and kind is not ResultKind.GRAPH):
        return default
    if key != TABLE and kind in BY_KEY[key].kinds:
        return BY_KEY[key]
    what = "a graph" if kind is ResultKind.GRAPH else "rows or a yes or no"
    keys = [TABLE] * (kind is not ResultKind.GRAPH) + [entry.key for entry in formats_for(kind)]
    raise UsageError(
        f"This query gives {what}, which cannot be written as {key}.",
        remedy=f"Use --format {', '.join(keys)}.",
    )


def _located(error: KhyberError, asked: Asked, *, added: bool) -> KhyberError:
    """Move the place of an error from the text that ran to where the person wrote the query."""
    location = error.location
    if location is None or location.source != SOURCE:
        return error
    line = location.line and location.line - added + asked.line - 1
    moved = Location(asked.source, line, location.column)
    return type(error)(error.detail, location=moved, remedy=error.remedy)


def _write(result: bytes, result_format: Format, *, as_table: bool, endpoint: str | None) -> None:
    try:
        if as_table and result_format.key == "json":
            try:
                print_result(result)
            except (SyntaxError, ValueError):
                raise EndpointFailure(f"{endpoint} did not answer with SPARQL results in JSON.") from None
        else:
            output = sys.stdout.buffer
            output.write(result)
            if not result.endswith(b"\n") and sys.stdout.isatty():
                output.write(b"\n")
            output.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough


def _ask_endpoint(endpoint: str, text: str, result_format: Format) -> bytes:
    if urlsplit(endpoint).scheme not in ("http", "https"):
        raise UsageError(
            f"--endpoint {endpoint!r} is no web address.",
            remedy="Write it whole, as http://localhost:8000/sparql.",
        )
    request = Request(  # noqa: S310 - the scheme was checked
        endpoint,
        data=urlencode({"query": text}).encode(),
        headers={
            "Accept": ", ".join(result_format.media_types),
            "User-Agent": f"khyber/{khyber.__version__}",
        },
    )
    try:
        with urlopen(request, timeout=SECONDS_TO_WAIT) as response:  # noqa: S310
            body: bytes = response.read()
            media_type = response.headers.get_content_type()
    except HTTPError as error:
        with error:
            raise _refusal(endpoint, error.code, error.reason, error.read()) from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise EndpointFailure(f"{endpoint} cannot be reached: {reason}.") from None
    if media_type not in result_format.media_types:
        raise EndpointFailure(f"{endpoint} answered with {media_type} instead of {result_format.media_type}.")
    return body


def _refusal(endpoint: str, status: int, reason: str, body: bytes) -> KhyberError:
    """Tell what an endpoint objects to; Khyber's own tell the place in the query."""
    try:
        problem = json.loads(body)
        detail, remedy = str(problem["detail"]), problem.get("remedy")
        line, column = problem.get("line"), problem.get("column")
    except (ValueError, KeyError, TypeError, AttributeError):
        return EndpointFailure(f"{endpoint} answered {status} {reason}.")
    if line is None:
        return EndpointFailure(f"{endpoint} answered {status}: {detail}", remedy=remedy)
    return QuerySyntaxError(detail, location=Location(SOURCE, line, column), remedy=remedy)
