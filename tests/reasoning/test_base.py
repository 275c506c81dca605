"""Reasoners are chosen by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from khyber.errors import UsageError
from khyber.reasoning.base import REASONERS, reasoner
from reasoning.graphs import graph

GIVEN = graph(":C rdfs:subClassOf :D . :a a :C .")


@pytest.mark.parametrize("name", REASONERS)
def test_each_name_gives_a_reasoner(name: str) -> None:
    assert reasoner(name).infer(GIVEN) == graph(":a a :D .")


def test_the_default_is_the_first_name() -> None:
    assert type(reasoner()) is type(reasoner(REASONERS[0]))


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as refused:
        reasoner("pellet")
    assert str(refused.value) == "There is no reasoner called 'pellet'. Use 'sparql' or 'owlrl'."


def test_the_default_does_not_import_rdflib() -> None:
    look = "sys.exit('rdflib' in sys.modules)"
    code = f"import sys; from khyber.reasoning.base import reasoner; reasoner(); {look}"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
