"""What docs/linking.md says of commands, judgements, columns and answers is so."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from khyber.cli.link import link
from khyber.config import graph_home
from khyber.engine.base import Query, ResultKind
from khyber.engine.published import load_published
from khyber.linking.scoring import Verdict
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.sources import parse_sources, read_sources
from khyber.release.sssom import COLUMNS

PAGE = (graph_home() / "docs" / "linking.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^khyber link (.*?)(?: *#.*)?$", PAGE, re.MULTILINE)


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) == 6
    assert {command.split()[0] for command in COMMANDS} == set(link.commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_has_the_options_that_it_is_given(command: str) -> None:
    name, *words = shlex.split(command)
    context = link.commands[name].make_context(name, words, resilient_parsing=True)
    assert isinstance(context, click.Context)
    known = {option for parameter in link.commands[name].params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_the_page_explains_every_judgement_and_no_other() -> None:
    section = PAGE.partition("| judgement | |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z ]+?) \|", section, re.MULTILINE) == [str(each) for each in Verdict]


def test_the_page_explains_the_columns() -> None:
    section = PAGE.partition("| column | |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\|.*?\|", section, re.MULTILINE)[1:])
    columns = set(re.findall(r"`([a-z_]+)`", " ".join(named)))
    assert columns == set(COLUMNS) - {"predicate_modifier", "mapping_tool"}


def test_the_first_query_finds_the_node() -> None:
    text = re.search(r"```sparql\n(.*?)```", PAGE, re.DOTALL)
    assert text is not None
    graphs = parse_sources(read_sources(graph_home()))
    engine = load_published(list(dataset(graphs, infer(graphs, reasoner()))))
    from pyoxigraph import QueryResultsFormat

    answer = b"".join(engine.answer(Query(text[1], ResultKind.SOLUTIONS), QueryResultsFormat.CSV))
    assert answer.decode().split() == ["actor", "https://w3id.org/khyber/id/actor/afghan-taliban"]


def test_the_deprecated_properties_of_the_page_are_those_that_are_refused() -> None:
    check = (graph_home() / "ontology" / "checks" / "no-deprecated-wikidata-terms.rq").read_text(
        encoding="utf-8"
    )
    said = re.search(r"has deprecated \((.*?)\)", PAGE)
    assert said is not None
    assert re.findall(r"wd:(P\d+)", check) == said[1].split(", ")
