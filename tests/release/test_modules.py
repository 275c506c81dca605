"""The modules of a graph home: which file describes which term."""

from __future__ import annotations

from pathlib import Path

from khyber.config import graph_home
from khyber.rdf.namespaces import SHAPE, TERM
from khyber.release.modules import modules
from khyber.release.sources import read_sources
from small_graph import write_home


def test_a_module_has_the_name_of_its_file_and_the_description_of_its_first_comment(tmp_path: Path) -> None:
    home = write_home(tmp_path)
    (home / "ontology" / "boats.ttl").write_text(
        "# Boats: what floats,\n# and what does not.\n\n# Later.\n"
        f"<{TERM}Boat> a <x:y> . <http://x.org/a> a <x:y> . <{TERM}Anchor> a <x:y> . <{TERM}Boat> a <x:z> .\n"
    )
    (boats,) = [module for module in modules(read_sources(home)) if module.name == "boats"]
    assert boats.description == "Boats: what floats, and what does not."
    assert boats.terms == (TERM + "Boat", TERM + "Anchor")


def test_each_term_of_the_published_ontology_and_shapes_is_in_one_module() -> None:
    found = [term for module in modules(read_sources(graph_home())) for term in module.terms]
    assert len(found) == len(set(found))
    assert sum(term.startswith(TERM) for term in found) > 100
    assert sum(term.startswith(SHAPE) for term in found) > 100
