"""Names of blank nodes: the same for the same structure, different for different nodes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple

from khyber.rdf.reading import parse
from khyber.release.blank_nodes import blank_nodes_of, with_stable_names


def turtle(text: str) -> list[Triple]:
    data = f"@prefix : <https://example.org/> .\n{text}".encode()
    return [quad.triple for quad in parse(data, format=RdfFormat.TURTLE, source="test")]


def isomorphic(one: list[Triple], other: list[Triple]) -> bool:
    return canonical(one) == canonical(other)


def canonical(triples: list[Triple]) -> Dataset:
    dataset = Dataset(Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


AXIOMS = ":a :b [ :c ( 1 2 3 ) ; :d [ :e :f ] ] . _:x :knows _:y . _:y :knows _:x . :g :h :i ."


def test_each_reading_gives_the_same_names() -> None:
    assert with_stable_names(turtle(AXIOMS), "s") == with_stable_names(turtle(AXIOMS), "s")


def test_the_labels_and_the_order_in_the_file_do_not_matter() -> None:
    other = ":g :h :i . _:q :knows _:p . _:p :knows _:q . :a :b [ :d [ :e :f ] ; :c ( 1 2 3 ) ] ."

    assert with_stable_names(turtle(AXIOMS), "s") == with_stable_names(turtle(other), "s")


def test_the_graph_stays_the_same_but_for_the_names() -> None:
    assert isomorphic(with_stable_names(turtle(AXIOMS), "s"), turtle(AXIOMS))


def test_two_nodes_of_the_same_structure_stay_two() -> None:
    named = with_stable_names(turtle(":a :b [ :c 1 ], [ :c 1 ], [ :c 1 ] ."), "s")

    assert len({node for triple in named for node in blank_nodes_of(triple)}) == 3


def test_a_change_of_one_axiom_renames_the_nodes_of_that_axiom_only() -> None:
    before = set(with_stable_names(turtle(":a :b [ :c 1 ] . :d :e ( 1 2 ) ."), "s"))
    after = set(with_stable_names(turtle(":a :b [ :c 2 ] . :d :e ( 1 2 ) ."), "s"))

    assert len(before & after) == 5
    assert len(before - after) == 2


def test_two_spaces_never_share_a_name() -> None:
    one, other = (with_stable_names(turtle(AXIOMS), space) for space in ("ontology", "shapes"))

    def nodes(triples: list[Triple]) -> set[BlankNode]:
        return {node for triple in triples for node in blank_nodes_of(triple)}

    assert nodes(one)
    assert not nodes(one) & nodes(other)


def test_a_blank_node_inside_a_triple_term_is_named_too() -> None:
    named = with_stable_names(turtle(":a :b <<( _:x :c _:y )>> . _:x :d 1 ."), "s")

    assert {node.value.partition("-")[0] for triple in named for node in blank_nodes_of(triple)} == {"s"}
    assert isomorphic(named, turtle(":a :b <<( _:x :c _:y )>> . _:x :d 1 ."))


def test_repeated_triples_count_once() -> None:
    assert len(with_stable_names(turtle(":a :b :c, :c . :a :b :c ."), "s")) == 1


NODES = st.sampled_from(
    [BlankNode(f"b{number}") for number in range(5)] + [NamedNode("https://example.org/n")]
)
GRAPHS = st.lists(
    st.builds(Triple, NODES, st.sampled_from([NamedNode(f"https://example.org/{p}") for p in "pq"]), NODES),
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(GRAPHS, st.permutations(range(5)), st.randoms(use_true_random=False))
def test_isomorphic_graphs_get_equal_names(triples: list[Triple], numbers: list[int], random: object) -> None:
    def renamed(node: object) -> object:
        return BlankNode(f"other{numbers[int(node.value[1:])]}") if isinstance(node, BlankNode) else node

    other = [Triple(renamed(t.subject), t.predicate, renamed(t.object)) for t in triples]  # type: ignore[arg-type]
    random.shuffle(other)  # type: ignore[attr-defined]

    named = with_stable_names(triples, "s")
    assert with_stable_names(other, "s") == named
    assert isomorphic(named, triples)
