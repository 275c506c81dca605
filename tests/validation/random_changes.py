"""Random changes of small graphs, for holding the incremental verdict against that of the whole graph.

Each case is a graph that conforms, cut out of the curated one so that nothing that the shapes ask for is
missing, and a change of it: an example of a shape is added, statements or whole nodes are taken out, values,
classes and labels are replaced, or several of these at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH, ID, RDF, RDFS, SKOS, TERM, XSD
from khyber.rdf.terms import Term
from shapes.examples import Example

TYPE = NamedNode(RDF + "type")
_ASKED_BACK = frozenset(
    NamedNode(TERM + name) for name in ("alleges", "contests", "predicts", "beganWith", "endedWith")
)
"""Properties that a shape follows backwards and asks at least one of."""
_LITERALS = (
    *(Literal(text, datatype=NamedNode(XSD + "date")) for text in ("2019-01-01", "2031-12-31", "soon")),
    *(Literal(text, datatype=NamedNode(XSD + "integer")) for text in ("-1", "7", "100000")),
    *(Literal(word, datatype=NamedNode(XSD + "boolean")) for word in ("true", "false")),
    Literal("words"),
    Literal("", language="en"),
    Literal("Worte", language="de"),
)


@dataclass(frozen=True)
class Case:
    """A conforming graph and a change of it."""

    name: str
    graph: frozenset[Triple]
    added: frozenset[Triple]
    removed: frozenset[Triple]

    @property
    def after(self) -> frozenset[Triple]:
        """The graph after the change."""
        return (self.graph - self.removed) | self.added


class Cases:
    """Makes cases out of the curated graph and the examples of the shapes; the same ones each time."""

    def __init__(self, core: Iterable[Triple], examples: Sequence[Example], classes: Sequence[str]) -> None:
        self._about: dict[Term, list[Triple]] = defaultdict(list)
        self._back: dict[Term, list[Term]] = defaultdict(list)
        for triple in sorted(core, key=str):
            self._about[triple.subject].append(triple)
            if triple.predicate in _ASKED_BACK:
                self._back[triple.object].append(triple.subject)
        self._nodes = sorted((each for each in self._about if isinstance(each, NamedNode)), key=str)
        self._predicates = sorted(
            {triple.predicate for each in self._about.values() for triple in each}, key=str
        )
        self._classes = [NamedNode(name) for name in classes]
        self._examples = examples

    def of_example(self, example: Example, random: Random) -> Case:
        """Add an example to what it speaks of; half of the invalid ones replace what the node was."""
        spoken_of = {
            term
            for triple in example.triples
            for term in (triple.subject, triple.object)
            if isinstance(term, NamedNode)
        }
        graph = self._closed([*spoken_of, *example.focus, random.choice(self._nodes)])
        return Case(example.name, graph, frozenset(example.triples) - graph, frozenset())

    def of_cut_example(self, example: Example, random: Random) -> Case:
        """Change a little of a valid example that stands in the graph."""
        spoken_of = {
            term
            for triple in example.triples
            for term in (triple.subject, triple.object)
            if isinstance(term, NamedNode)
        }
        graph = self._closed(spoken_of) | frozenset(example.triples)
        after, part = set(graph), set(example.triples)
        mutate = random.choice([*self._mutations(), self.take_statements_out, self.close_circle])
        mutate(part, random)
        after = (after - set(example.triples)) | part
        name = f"{example.name}, {mutate.__name__}"
        return Case(name, graph, frozenset(after - graph), frozenset(graph - after))

    def random(self, number: int, random: Random) -> Case:
        """Make one or two random changes, of any kind, to a random part of the curated graph."""
        graph = set(self._closed(random.sample(self._nodes, 3)))
        if random.random() < 0.3:
            graph |= self._of_valid_example(random)
        mutations = random.sample(self._mutations(), random.choice((1, 1, 2)))
        after = set(graph)
        for mutate in mutations:
            mutate(after, random)
        name = f"{number}: " + ", ".join(mutate.__name__ for mutate in mutations)
        return Case(name, frozenset(graph), frozenset(after - graph), frozenset(graph - after))

    def _closed(self, seeds: Iterable[Term]) -> frozenset[Triple]:
        """Cut out what is said of nodes, of all they lead to, and of who alleges them."""
        waiting: list[Term] = list(seeds)
        seen: set[Term] = set()
        while waiting:
            node = waiting.pop()
            if node in self._about and node not in seen:
                seen.add(node)
                waiting += [triple.object for triple in self._about[node]]
                waiting += self._back[node]
        return frozenset(triple for node in seen for triple in self._about[node])

    def _of_valid_example(self, random: Random) -> frozenset[Triple]:
        """Give a valid example with what it speaks of, if it only speaks of nodes of its own."""
        example = random.choice([each for each in self._examples if each.valid])
        subjects = {triple.subject for triple in example.triples}
        if any(node in self._about or not str(node).startswith(f"<{ID}") for node in subjects):
            return frozenset()
        objects = [each.object for each in example.triples if isinstance(each.object, NamedNode)]
        return self._closed(objects) | frozenset(example.triples)

    def _mutations(self) -> list[Callable[[set[Triple], Random], None]]:
        return [
            self.take_statements_out,
            self.take_node_out,
            self.replace_value,
            self.replace_value,
            self.replace_class,
            self.add_class,
            self.add_link,
            self.add_literal,
            self.rename_node,
            self.take_types_out,
            self.close_circle,
            self.copy_node,
        ]

    def take_statements_out(self, graph: set[Triple], random: Random) -> None:
        graph -= set(random.sample(sorted(graph, key=str), min(len(graph), random.randint(1, 4))))

    def take_node_out(self, graph: set[Triple], random: Random) -> None:
        node = _some_node(graph, random)
        with_links = random.random() < 0.5
        graph -= {each for each in graph if each.subject == node or (with_links and each.object == node)}

    def replace_value(self, graph: set[Triple], random: Random) -> None:
        triple = _some_triple(graph, random)
        graph.add(Triple(triple.subject, triple.predicate, self._like(triple, graph, random)))
        graph.discard(triple)

    def replace_class(self, graph: set[Triple], random: Random) -> None:
        triple = random.choice(sorted((each for each in graph if each.predicate == TYPE), key=str))
        graph.discard(triple)
        graph.add(Triple(triple.subject, TYPE, random.choice(self._classes)))

    def add_class(self, graph: set[Triple], random: Random) -> None:
        graph.add(Triple(_some_node(graph, random), TYPE, random.choice(self._classes)))

    def take_types_out(self, graph: set[Triple], random: Random) -> None:
        node = _some_node(graph, random)
        graph -= {each for each in graph if each.subject == node and each.predicate == TYPE}

    def close_circle(self, graph: set[Triple], random: Random) -> None:
        """Let the value of a property have the node as its value in turn."""
        nodes = {each.subject for each in graph}
        links = [each for each in graph if each.object in nodes and isinstance(each.object, NamedNode)]
        if links:
            link = random.choice(sorted(links, key=str))
            assert isinstance(link.object, NamedNode), "chosen so"
            graph.add(Triple(link.object, link.predicate, link.subject))

    def copy_node(self, graph: set[Triple], random: Random) -> None:
        """Say of a new node all that is said of another."""
        node = _some_node(graph, random)
        copy = NamedNode(f"{node.value}-copy")
        graph |= {Triple(copy, each.predicate, each.object) for each in graph if each.subject == node}

    def add_link(self, graph: set[Triple], random: Random) -> None:
        subject = _some_node(graph, random)
        graph.add(Triple(subject, random.choice(self._predicates), _some_node(graph, random)))

    def add_literal(self, graph: set[Triple], random: Random) -> None:
        graph.add(
            Triple(_some_node(graph, random), random.choice(self._predicates), random.choice(_LITERALS))
        )

    def rename_node(self, graph: set[Triple], random: Random) -> None:
        """Call a node something else in some of what is said: half of it stays under the old name."""
        node, new = _some_node(graph, random), NamedNode(f"{ID}event/renamed-{random.randint(0, 9)}")
        for triple in sorted((each for each in graph if each.subject == node), key=str):
            if random.random() < 0.5:
                graph.discard(triple)
                graph.add(Triple(new, triple.predicate, triple.object))

    def _like(self, triple: Triple, graph: Collection[Triple], random: Random) -> Term:
        """Choose another value: one that the property has elsewhere, any node, or a literal."""
        elsewhere = sorted({each.object for each in graph if each.predicate == triple.predicate}, key=str)
        draw = random.random()
        if draw < 0.6:
            return random.choice(elsewhere)
        return _some_node(graph, random) if draw < 0.8 else random.choice(_LITERALS)


def _some_triple(graph: Collection[Triple], random: Random) -> Triple:
    return random.choice(sorted(graph, key=str))


def _some_node(graph: Collection[Triple], random: Random) -> NamedNode:
    nodes = {each.subject for each in graph if isinstance(each.subject, NamedNode)}
    return random.choice(sorted(nodes, key=str))


def published(graph: Iterable[Triple], ontology: Iterable[Triple], random: Random) -> Store:
    """Spread a graph over the core and two contributions, some triples in two, among graphs of other kinds."""
    names = [NamedNode(GRAPH + "core"), *(NamedNode(f"{CONTRIBUTION_GRAPH}{number}") for number in (1, 2))]
    store = Store()
    store.extend(
        Quad(each.subject, each.predicate, each.object, NamedNode(GRAPH + "ontology")) for each in ontology
    )
    for triple in sorted(graph, key=str):
        for name in random.sample(names, random.choice((1, 1, 1, 2))):
            store.add(Quad(triple.subject, triple.predicate, triple.object, name))
        store.extend(_conclusions(triple))
    return store


def _conclusions(triple: Triple) -> Iterator[Quad]:
    """Say in the graph of inferred triples what must not be taken for asserted: links back, a label, a class."""
    inferred = NamedNode(GRAPH + "inferred")
    if isinstance(triple.object, NamedNode):
        yield Quad(triple.object, triple.predicate, triple.subject, inferred)
    yield Quad(triple.subject, NamedNode(RDFS + "label"), Literal("Inferred", language="en"), inferred)
    yield Quad(triple.subject, TYPE, NamedNode(SKOS + "Concept"), inferred)
