"""A closure that is kept while the data changes: what a change adds or takes is all that is looked at.

Additions are propagated from the new triples (semi-naive). Removals are delete-and-rederive (Gupta, Mumick,
Subrahmanian 1993): first everything goes that some derivation drew from what was removed, then comes back
what still follows from the rest. The ontology is fixed; where data speaks of the ontology all the same
(:meth:`khyber.reasoning.grounding.Grounded.speaks_of_ontology`), everything is derived anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store, Triple

from khyber.errors import InputError
from khyber.reasoning.comparable import comparable, equates_literal
from khyber.reasoning.datatypes import DATATYPES, datatypes_of
from khyber.reasoning.encoding import Encoded, decoded, decoded_term, encoded, is_blank, is_literal
from khyber.reasoning.grounding import SAME, TYPE, UNIVERSAL, Grounded, is_vocabulary
from khyber.reasoning.matching import Matcher
from khyber.reasoning.seminaive import SparqlReasoner

_ONTOLOGY = NamedNode("urn:khyber:ontology")
_ASSERTED = NamedNode("urn:khyber:asserted")
_DERIVED = NamedNode("urn:khyber:derived")

Step = tuple[Quad, bool]
"""A quad of the closure's store, and whether it was put in (or taken out)."""


@dataclass(frozen=True)
class Conclusions:
    """What a change of the asserted triples changes among the inferred ones."""

    added: frozenset[Triple]
    removed: frozenset[Triple]


@dataclass(frozen=True)
class Premises:
    """Why a triple is inferred: the rule of OWL 2 RL and the triples it was applied to."""

    rule: str
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class _Odd:
    """How much of the data speaks of the ontology: asserted triples, and whether anything derived does."""

    asserted: int = 0
    derived: bool = False

    def __bool__(self) -> bool:
        return bool(self.asserted or self.derived)


class _OntologyTouched(Exception):
    """Something about the ontology was derived from data: the grounded rules do not hold any more."""


class KeptClosure:
    """All that follows from a fixed ontology and changing data, in a store of encoded triples.

    What stands in it is, at any time, what :class:`khyber.reasoning.seminaive.SparqlReasoner` would infer
    from the ontology and the asserted triples. One thread at a time.
    """

    def __init__(
        self, ontology: Iterable[Triple], asserted: Iterable[Triple], inferred: Iterable[Triple]
    ) -> None:
        """Take over a closure: ``inferred`` is exactly what follows from the other two.

        Raises InputError if an RDF list of the ontology is broken.
        """
        self._rules = Grounded(ontology)
        self._store = Store()
        self._matcher = Matcher(self._store)
        self._log: list[Step] = []
        self._typed = self._rules.asks_for_type(DATATYPES)
        self._odd = _Odd()
        self._odd_predicates: set[NamedNode] = set()
        self._load(asserted, inferred)
        self._complete()
        self._log.clear()

    def change(self, added: Iterable[Triple], removed: Iterable[Triple]) -> Conclusions:
        """Assert triples and take others back; give what changes among the inferred ones.

        ``added`` are not asserted before, ``removed`` are; neither is asserted by the ontology.
        """
        conclusions, _ = self._logged(added, removed)
        return conclusions

    @contextmanager
    def changed(self, added: Iterable[Triple], removed: Iterable[Triple]) -> Iterator[Conclusions]:
        """Lend the closure as :meth:`change` would leave it, then put it back as it was."""
        odd = self._odd
        conclusions, log = self._logged(added, removed)
        try:
            yield conclusions
        finally:
            self._undo(log)
            self._odd = odd

    def premises(self, triple: Triple) -> Premises | None:
        """Give one reason why a triple is inferred; None if no rule gives it (or the ontology says it)."""
        wanted = encoded(triple)
        for plan in self._rules.giving(wanted):
            for slots in self._matcher.matches(plan, wanted):
                body = (self._matcher.filled(atom, slots) for atom in plan.rule.body)
                told = tuple(given for given in map(decoded, body) if given is not None)
                if told and triple not in told:
                    return Premises(plan.rule.name, told)
        return None

    def _logged(self, added: Iterable[Triple], removed: Iterable[Triple]) -> tuple[Conclusions, list[Step]]:
        self._log = []
        plus = [encoded(triple) for triple in added if not equates_literal(triple)]
        minus = [encoded(triple) for triple in removed if not equates_literal(triple)]
        before = self._odd
        difference = self._count_odd(plus) - self._count_odd(minus)
        self._odd = _Odd(before.asserted + difference, derived=before.derived)
        try:
            if not self._rules.follows_plainly or before or self._odd:
                raise _OntologyTouched
            self._maintain(plus, minus)
        except _OntologyTouched:
            self._undo(self._log)
            self._log = []
            self._derive_anew(plus, minus, before)
        self._matcher.forget_equality()
        log, self._log = self._log, []
        return self._conclusions(log), log

    def _load(self, asserted: Iterable[Triple], inferred: Iterable[Triple]) -> None:
        data = {encoded(triple) for triple in asserted if not equates_literal(triple)}
        said = {encoded(triple) for triple in self._rules.ontology}
        derived = {encoded(triple) for triple in inferred}
        self._odd = _Odd(self._count_odd(data), derived=self._count_odd(derived) > 0)
        derived |= self._rules.permanent - said - data
        for triples, graph in ((said, _ONTOLOGY), (data, _ASSERTED), (derived, _DERIVED)):
            self._store.bulk_extend(Quad(*triple, graph) for triple in triples)
            for triple in triples:
                self._note(triple)

    def _note(self, triple: Encoded) -> None:
        """Remember the predicates that lead to what no graph can say something of."""
        _, predicate, thing = triple
        if predicate != TYPE and predicate not in self._odd_predicates and _is_unspeakable(thing):
            self._odd_predicates.add(predicate)

    def _complete(self) -> None:
        """Derive what takes part in reasoning and is no part of an answer: it was not handed over.

        Its derivations begin with what was: so each rule whose head may be of that kind is run once.
        """
        if self._odd or not self._rules.follows_plainly:
            return
        try:
            self._propagate(self._untold())
        except _OntologyTouched:
            self._odd = _Odd(self._odd.asserted, derived=True)

    def _untold(self) -> deque[Encoded]:
        new: deque[Encoded] = deque()
        for rule in self._rules.rules:
            if self._may_be_untold(rule.head, rule.body):
                heads = {self._matcher.filled(rule.head, slots) for slots in self._matcher.solutions(rule)}
                new.extend(head for head in heads if self._derive(head))
        same = list(self._store.quads_for_pattern(None, SAME, None, None))
        for node in {node for quad in same for node in (quad.subject, quad.object)}:
            if isinstance(node, NamedNode) and self._derive((node, SAME, node)):
                new.append((node, SAME, node))
        if self._typed:
            literals = {quad.object for quad in self._store if _is_literal_node(quad.object)}
            for node in literals:
                new.extend(self._types_of_literal(node))
        return new

    def _may_be_untold(self, head: tuple[object, ...], body: tuple[tuple[object, ...], ...]) -> bool:
        subject, predicate, thing = head
        if isinstance(predicate, NamedNode) and is_blank(predicate):
            return True
        if predicate == TYPE and thing in UNIVERSAL:
            return True
        if isinstance(subject, NamedNode):
            return is_vocabulary(subject)
        return any(atom[2] == subject and atom[1] in self._odd_predicates for atom in body)

    def _maintain(self, added: list[Encoded], removed: list[Encoded]) -> None:
        """Delete and rederive for what is removed, propagate what is added."""
        lost = self._overdeleted(removed)
        for triple in lost:
            self._take(triple)
        for triple in removed:
            if triple in self._rules.permanent:
                self._store_out(Quad(*triple, _ASSERTED))
                self._ensure_permanent(triple)
        new: deque[Encoded] = deque()
        for triple in added:
            self._assert(triple, new)
        gone = set(added)
        for triple in lost:
            if triple not in gone and self._follows(triple) and self._derive(triple):
                new.append(triple)
        self._propagate(new)

    def _overdeleted(self, removed: list[Encoded]) -> dict[Encoded, None]:
        """Give what was removed and all that some derivation drew from it, in the order of finding."""
        taken_back = set(removed)
        lost = dict.fromkeys(triple for triple in removed if triple not in self._rules.permanent)
        queue = deque(lost)
        while queue:
            for head in self._consequences(queue.popleft()):
                if head in lost or head in self._rules.permanent or not self._matcher.holds(head):
                    continue
                if head not in taken_back and Quad(*head, _ASSERTED) in self._store:
                    continue
                lost[head] = None
                queue.append(head)
        return lost

    def _propagate(self, new: deque[Encoded]) -> None:
        while new:
            for head in self._consequences(new.popleft()):
                if self._derive(head):
                    new.append(head)

    def _consequences(self, triple: Encoded) -> set[Encoded]:
        """Give what follows in one step from a triple with the others that hold."""
        heads: set[Encoded] = set()
        for plan in self._rules.fired_by(triple):
            for slots in self._matcher.matches(plan, triple):
                heads.add(self._matcher.filled(plan.rule.head, slots))
        return heads

    def _follows(self, triple: Encoded) -> bool:
        """Tell whether a triple follows in one step from what holds now."""
        if self._is_type_of_literal(triple):
            return True
        return any(
            next(self._matcher.matches(plan, triple), None) is not None for plan in self._rules.giving(triple)
        )

    def _assert(self, triple: Encoded, new: deque[Encoded]) -> None:
        self._note(triple)
        if Quad(*triple, _DERIVED) in self._store:
            self._store_out(Quad(*triple, _DERIVED))
            self._store_in(Quad(*triple, _ASSERTED))
            return
        self._store_in(Quad(*triple, _ASSERTED))
        if triple[1] == SAME:
            self._matcher.forget_equality()
        new.append(triple)
        if self._typed and is_literal(triple[2]):
            new.extend(self._types_of_literal(triple[2]))

    def _derive(self, triple: Encoded) -> bool:
        """Put in a triple that follows; False if it holds already, or is nothing that anybody asks for."""
        if self._matcher.holds(triple) or not (_is_told(triple) or self._rules.matters(triple)):
            return False
        if self._rules.speaks_of_ontology(triple):
            raise _OntologyTouched
        self._note(triple)
        self._store_in(Quad(*triple, _DERIVED))
        if triple[1] == SAME:
            self._matcher.forget_equality()
        return True

    def _types_of_literal(self, node: NamedNode) -> Iterator[Encoded]:
        """Put in the types of a literal that some rule asks for (dt-type2), and give those that are new."""
        for kind in datatypes_of(decoded_term(node)):  # type: ignore[arg-type]  # the node is a literal
            triple = (node, TYPE, kind)
            if self._rules.matters(triple) and self._derive(triple):
                yield triple

    def _is_type_of_literal(self, triple: Encoded) -> bool:
        node, predicate, kind = triple
        if not (self._typed and predicate == TYPE and kind in DATATYPES and is_literal(node)):
            return False
        return kind in datatypes_of(decoded_term(node))  # type: ignore[arg-type]  # the node is a literal

    def _ensure_permanent(self, triple: Encoded) -> None:
        if not self._matcher.holds(triple):
            self._store_in(Quad(*triple, _DERIVED))

    def _take(self, triple: Encoded) -> None:
        for graph in (_ASSERTED, _DERIVED):
            if Quad(*triple, graph) in self._store:
                self._store_out(Quad(*triple, graph))

    def _store_in(self, quad: Quad) -> None:
        if quad not in self._store:
            self._store.add(quad)
            self._log.append((quad, True))

    def _store_out(self, quad: Quad) -> None:
        if quad in self._store:
            self._store.remove(quad)
            self._log.append((quad, False))

    def _undo(self, log: list[Step]) -> None:
        for quad, was_put in reversed(log):
            (self._store.remove if was_put else self._store.add)(quad)
        self._matcher.forget_equality()

    def _derive_anew(self, added: list[Encoded], removed: list[Encoded], before: _Odd) -> None:
        """Reason over everything: the rules are not those that were grounded, or may not have been."""
        asserted = self._asserted().difference(removed).union(added)
        known = {triple for triple in map(decoded, asserted) if triple is not None}
        try:
            derived = {encoded(each) for each in SparqlReasoner().infer(self._rules.ontology | known)}
        except InputError:
            self._odd = before
            raise
        for triple in removed:
            self._store_out(Quad(*triple, _ASSERTED))
        for triple in added:
            self._store_in(Quad(*triple, _ASSERTED))
        said = {encoded(triple) for triple in self._rules.ontology}
        wanted = derived | (self._rules.permanent - said - asserted)
        present = {_triple(quad) for quad in self._store.quads_for_pattern(None, None, None, _DERIVED)}
        for triple in present - wanted:
            self._store_out(Quad(*triple, _DERIVED))
        for triple in wanted - present:
            self._store_in(Quad(*triple, _DERIVED))
            self._note(triple)
        self._odd = _Odd(self._odd.asserted, derived=self._count_odd(derived) > 0)
        self._matcher.forget_equality()
        self._complete()

    def _asserted(self) -> set[Encoded]:
        return {_triple(quad) for quad in self._store.quads_for_pattern(None, None, None, _ASSERTED)}

    def _count_odd(self, triples: Iterable[Encoded]) -> int:
        return sum(map(self._rules.speaks_of_ontology, triples))

    def _conclusions(self, log: list[Step]) -> Conclusions:
        change: dict[Encoded, int] = {}
        for quad, was_put in log:
            if quad.graph_name == _DERIVED:
                triple = _triple(quad)
                change[triple] = change.get(triple, 0) + (1 if was_put else -1)
        return Conclusions(_told(change, 1), _told(change, -1))


def _told(change: dict[Encoded, int], sign: int) -> frozenset[Triple]:
    triples = (decoded(triple) for triple, count in change.items() if count == sign)
    return frozenset(comparable(triple for triple in triples if triple is not None))


def _triple(quad: Quad) -> Encoded:
    subject, thing = quad.subject, quad.object
    assert isinstance(subject, NamedNode), "every term is written as an IRI"  # noqa: S101
    assert isinstance(thing, NamedNode), "every term is written as an IRI"  # noqa: S101
    return subject, quad.predicate, thing


def _is_told(triple: Encoded) -> bool:
    """Tell whether a triple can be part of an answer; the same as ``comparable``, on encoded triples."""
    subject, predicate, thing = triple
    if is_literal(subject) or is_blank(predicate) or is_vocabulary(subject):
        return False
    return not (predicate == TYPE and thing in UNIVERSAL) and not (predicate == SAME and subject == thing)


def _is_unspeakable(term: NamedNode) -> bool:
    return is_literal(term) or is_vocabulary(term)


def _is_literal_node(term: object) -> bool:
    return isinstance(term, NamedNode) and is_literal(term)
