"""Two nodes made one, and nodes taken out of use; the result conforms to the shapes."""

from __future__ import annotations

import pytest
from pyoxigraph import Triple

from contributions.khyber_graph import base_quads, graph_of, named, triples
from khyber.contributions.history import Accepted
from khyber.contributions.merging import merge, retire
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.undo import revert
from khyber.errors import Conflict, InputError, NotFound
from khyber.rdf.namespaces import ID
from khyber.reasoning.base import reasoner
from khyber.release.compile import judged
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH
from khyber.validation.asserted import is_asserted
from khyber.validation.findings import Finding

TTP, DOUBLE = f"{ID}actor/ttp", f"{ID}actor/ttp-again"
AGAIN = """
actor:ttp-again a khyber:ArmedGroup ; rdfs:label "The Pakistani Taliban"@en ; skos:altLabel "TTP"@en ;
    khyber:mentionedIn source:report-2026-02-28 .
event:strike a khyber:Airstrike ; rdfs:label "Strike"@en ; khyber:target actor:ttp-again .
"""


@pytest.fixture
def published() -> Published:
    dataset = Published.of(base_quads())
    dataset.apply(dataset.delta(Patch.of(triples(AGAIN)), graph_of(1)), 1)
    return dataset


def publish(published: Published, patch: Patch, number: int = 2) -> None:
    published.apply(published.delta(patch, graph_of(number)), number)


def violations(published: Published) -> set[Finding]:
    graphs: dict[str, list[Triple]] = {ONTOLOGY_GRAPH: [], SHAPES_GRAPH: []}
    for quad in published.quads():
        kept = named(quad) if not is_asserted(named(quad)) else CORE_GRAPH
        graphs.setdefault(kept, []).append(quad.triple)
    report, _ = judged(graphs, reasoner())
    return {each for each in report.findings if each.severity == "Violation"}


def test_what_was_said_of_one_is_said_of_the_other_and_it_leads_on(published: Published) -> None:
    patch = merge(published, DOUBLE, TTP)

    assert set(patch.removed) == {each for each in triples(AGAIN) if "again" in str(each)}
    assert set(patch.added) == set(
        triples("""
        actor:ttp skos:altLabel "The Pakistani Taliban"@en .
        event:strike khyber:target actor:ttp .
        actor:ttp-again dcterms:isReplacedBy actor:ttp .
        """)
    )


def test_the_result_of_a_merger_conforms(published: Published) -> None:
    before = violations(published)
    publish(published, merge(published, DOUBLE, TTP))

    assert violations(published) - before == set()


def test_a_merger_can_be_undone(published: Published) -> None:
    before = published.id
    patch = merge(published, TTP, DOUBLE)
    publish(published, patch)
    assert len(published.missing) > 10
    history = [Accepted(graph_of(1), Patch.of(triples(AGAIN))), Accepted(graph_of(2), patch)]
    undone = revert(published, history, graph_of(2))
    published.apply(published.complete(undone.asserted), 3)

    assert published.id == before


def test_a_label_in_a_language_that_the_other_has_none_in_stays_a_label(published: Published) -> None:
    publish(published, Patch.of(triples('actor:ttp-again rdfs:label "Pakistanische Taliban"@de .')), 2)

    assert (
        triples('actor:ttp rdfs:label "Pakistanische Taliban"@de .')[0] in merge(published, DOUBLE, TTP).added
    )


def test_a_third_node_that_was_replaced_by_the_one_is_replaced_by_the_other(published: Published) -> None:
    publish(published, Patch.of(triples("actor:old dcterms:isReplacedBy actor:ttp-again .")), 2)

    assert triples("actor:old dcterms:isReplacedBy actor:ttp .")[0] in merge(published, DOUBLE, TTP).added


@pytest.mark.parametrize(
    ("node", "into", "kind", "why"),
    [
        (DOUBLE, DOUBLE, InputError, "is already one with itself"),
        (f"{ID}actor/nobody", TTP, NotFound, "Nothing is asserted about"),
        (TTP, f"{ID}actor/nobody", NotFound, "Nothing is asserted about"),
        (TTP, f"{ID}actor/pakistan", Conflict, "are not of one kind"),
        (TTP, f"{ID}event/strike", Conflict, "are not of one kind"),
        ("not an IRI", TTP, InputError, "is no IRI"),
    ],
)
def test_what_cannot_be_one_is_refused(
    published: Published, node: str, into: str, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=why):
        merge(published, node, into)


def test_a_replaced_node_is_merged_and_retired_no_more(published: Published) -> None:
    publish(published, merge(published, DOUBLE, TTP))
    with pytest.raises(Conflict, match=r"is replaced by .*ttp"):
        merge(published, TTP, DOUBLE)
    with pytest.raises(Conflict, match=r"is replaced by .*ttp"):
        retire(published, DOUBLE, "twice")


def test_a_retired_node_says_so_and_why_and_conforms(published: Published) -> None:
    before = violations(published)
    patch = retire(published, DOUBLE, " Nobody uses it. ")
    publish(published, patch)

    told = 'actor:ttp-again owl:deprecated true ; skos:editorialNote "Nobody uses it."@en .'
    assert patch == Patch.of(triples(told))
    assert violations(published) - before == set()
    with pytest.raises(Conflict, match="is retired"):
        retire(published, DOUBLE, "again")


def test_a_node_is_not_retired_without_a_reason(published: Published) -> None:
    with pytest.raises(InputError, match="No reason was given"):
        retire(published, DOUBLE, " ")
