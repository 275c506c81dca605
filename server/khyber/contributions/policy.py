"""What a contribution may say at all, whatever it says: the rules that no shape states.

Data only: nodes in the id/ namespace under a known kind, with IRIs of their own, in the words that the
ontology declares. The ontology, the shapes and the records of contributions are not changed by
contributions. What is removed must be asserted, in so many words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from khyber.contributions.patch import Patch
from khyber.rdf.namespaces import BASE, CONTRIBUTION, GRAPH, ID, KINDS, ONTOLOGY, OWL, SHAPE, VERSION
from khyber.rdf.quads import quad_in
from khyber.reasoning.incremental import Premises
from khyber.validation.findings import Finding, Severity
from khyber.validation.names import short, text_of
from khyber.validation.vocabulary import Wording, about_subject

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ONTOLOGY_GRAPH = NamedNode(GRAPH + "ontology")
_INFERRED_GRAPH = NamedNode(GRAPH + "inferred")
_LISTED = 3
"""How many values a message lists at most."""


class Policy(StrEnum):
    """The rules, by the IRI that a finding names as its constraint."""

    SIZE = SHAPE + "PolicySize"
    BLANK_NODE = SHAPE + "PolicyBlankNode"
    FIXED_TERM = SHAPE + "PolicyFixedTerm"
    NODE_IRI = SHAPE + "PolicyNodeIri"
    VOCABULARY = SHAPE + "PolicyVocabulary"
    IMPORT = SHAPE + "PolicyImport"
    SAME_AS = SHAPE + "PolicySameAs"
    TRIPLE_TERM = SHAPE + "PolicyTripleTerm"
    NOT_ASSERTED = SHAPE + "PolicyNotAsserted"
    INFERRED = SHAPE + "PolicyInferred"
    ALREADY_STANDS = SHAPE + "PolicyAlreadyStands"
    NOTHING = SHAPE + "PolicyNothing"


_FIXED = (
    (ONTOLOGY + "#", "a term of the ontology", "Propose the change in the files of ontology/."),
    (SHAPE, "one of the shapes", "Propose the change in the files of shapes/."),
    (GRAPH, "one of the named graphs", "Leave the statement out."),
    (CONTRIBUTION, "the record of a contribution", "Leave the statement out; provenance is kept by itself."),
    (VERSION, "the record of a version", "Leave the statement out."),
)
"""Namespace → what lies there, and what to do instead of contributing to it."""

_REFUSED_PROPERTIES = {
    OWL + "imports": (
        Policy.IMPORT,
        "A contribution imports nothing: nothing is fetched, and the ontology's imports are fixed. "
        "Take owl:imports out.",
    ),
    OWL + "sameAs": (
        Policy.SAME_AS,
        "owl:sameAs makes two nodes one for every rule and doubles every answer. Take it out: for the "
        "same thing elsewhere use skos:exactMatch; a curator merges two nodes of this graph.",
    ),
}


class Assertions(Protocol):
    """What the policy asks of the published dataset."""

    store: Store

    def asserting(self, triple: Triple) -> list[str]:
        """Name the graphs that assert a triple."""

    def premises(self, triple: Triple) -> Premises | None:
        """Give one reason why a triple is inferred."""


@dataclass(frozen=True)
class Screened:
    """What the policy finds, and the part of the patch that is worth judging further."""

    findings: tuple[Finding, ...]
    patch: Patch


def screen(patch: Patch, published: Assertions, wording: Wording, most_triples: int) -> Screened:
    """Hold a patch against the policy.

    With more than ``most_triples`` nothing else is looked at. Statements that the graph cannot take up at
    all, or that change nothing, are left out of the patch that goes on.
    """
    size = len(patch.added) + len(patch.removed)
    if size > most_triples:
        return Screened((_too_large(size, most_triples),), Patch())
    if not patch:
        return Screened((_finding(Policy.NOTHING, _NOTHING, BASE, severity="Info"),), Patch())
    findings: list[Finding] = []
    added: list[Triple] = []
    standing: list[Triple] = []
    for triple in patch.added:
        refusals = list(_refusals(triple))
        findings += refusals
        if not refusals:
            (standing if published.asserting(triple) else added).append(triple)
    findings += _about_new_nodes(added, published)
    for triple in added:
        findings += (_named(each, Policy.VOCABULARY) for each in wording.unknown(triple))
    findings += _about_standing(standing)
    missing = [triple for triple in patch.removed if not published.asserting(triple)]
    findings += (_about_missing(triple, published) for triple in missing)
    return Screened(tuple(findings), Patch.of(added, set(patch.removed).difference(missing)))


def reasonable(patch: Patch, wording: Wording) -> Patch:
    """Give the part of a patch that uses only what the ontology declares, so that it can be reasoned over."""
    known = (triple for triple in patch.added if not any(wording.unknown(triple)))
    return Patch(tuple(known), patch.removed)


def _refusals(triple: Triple) -> Iterator[Finding]:
    """Yield why a statement cannot be taken up at all."""
    subject, predicate, value = triple.subject, triple.predicate.value, triple.object
    for end in (subject, value):
        if isinstance(end, BlankNode):
            yield _finding(Policy.BLANK_NODE, _BLANK_NODE, text_of(subject), predicate, text_of(end))
            return
        if isinstance(end, Triple):
            yield _finding(Policy.TRIPLE_TERM, _TRIPLE_TERM, _bare(subject), predicate)
            return
    focus = text_of(subject)
    if predicate in _REFUSED_PROPERTIES:
        rule, message = _REFUSED_PROPERTIES[predicate]
        yield _finding(rule, message, focus, predicate, text_of(value))
    for namespace, what, remedy in _FIXED:
        if focus.startswith(namespace) or focus == namespace.rstrip("#/"):
            message = f"{short(focus)} is {what}, which contributions do not change. {remedy}"
            yield _finding(Policy.FIXED_TERM, message, focus, predicate, text_of(value))
            return
    outside = about_subject(focus)
    if outside:
        yield _finding(Policy.NODE_IRI, outside, focus)


def _about_new_nodes(added: Iterable[Triple], published: Assertions) -> Iterator[Finding]:
    for node in {triple.subject for triple in added}:
        if isinstance(node, NamedNode) and not any(True for _ in _said_of(node, published)):
            kind, _, slug = node.value.removeprefix(ID).partition("/")
            if kind in KINDS and not _SLUG.fullmatch(slug):
                yield _finding(Policy.NODE_IRI, _about_slug(kind, slug), node.value)


def _said_of(node: NamedNode, published: Assertions) -> Iterator[Quad]:
    return published.store.quads_for_pattern(node, None, None, None)


def _about_slug(kind: str, slug: str) -> str:
    proposal = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or "name"
    return (
        f"The name of the node {kind}:{slug} is not of lower-case letters, digits and single hyphens. "
        f"Name it {ID}{kind}/{proposal}."
    )


def _about_standing(standing: Iterable[Triple]) -> Iterator[Finding]:
    """Remark on what is there already, once a node."""
    listed = list(standing)
    counts = Counter(triple.subject for triple in listed)
    for triple in listed:
        count = counts.pop(triple.subject, 0)
        if count:
            said = "A statement" if count == 1 else f"{count} of the statements"
            stands = "stands" if count == 1 else "stand"
            yield _finding(
                Policy.ALREADY_STANDS,
                f"{said} about {short(text_of(triple.subject))} {stands} in the graph already and "
                f"{'changes' if count == 1 else 'change'} nothing.",
                text_of(triple.subject),
                triple.predicate.value,
                text_of(triple.object),
                severity="Info",
            )


def _about_missing(triple: Triple, published: Assertions) -> Finding:
    focus, path, value = _bare(triple.subject), triple.predicate.value, _bare(triple.object)
    store = published.store
    if quad_in(triple, _ONTOLOGY_GRAPH) in store:
        message = "The statement is part of the ontology. Propose the change in the files of ontology/."
        return _finding(Policy.FIXED_TERM, message, focus, path, value)
    if quad_in(triple, _INFERRED_GRAPH) in store:
        return _finding(Policy.INFERRED, _about_inferred(published.premises(triple)), focus, path, value)
    found = store.quads_for_pattern(triple.subject, triple.predicate, None, None)
    values = sorted({_shown(quad.object) for quad in found if published.asserting(quad.triple)})
    listed = f"What is asserted there: {', '.join(values[:_LISTED])}." if values else ""
    message = (
        f"The statement is not asserted, so it cannot be removed. Name it exactly as it stands. {listed}"
    )
    return _finding(Policy.NOT_ASSERTED, message.strip(), focus, path, value)


def _about_inferred(premises: Premises | None) -> str:
    if premises is None:
        return "The statement is inferred, not asserted. Remove what it follows from."
    listed = " and ".join(_sentence(triple) for triple in premises.triples)
    return f"The statement is inferred from: {listed}. Remove what is wrong among these instead."


def _sentence(triple: Triple) -> str:
    return " ".join(_shown(term) for term in (triple.subject, triple.predicate, triple.object))


def _shown(term: NamedNode | BlankNode | Triple | object) -> str:
    return short(_bare(term))


def _bare(term: object) -> str:
    return str(term) if isinstance(term, Triple) else text_of(term)  # type: ignore[arg-type]


def _named(finding: Finding, rule: Policy) -> Finding:
    return Finding(
        finding.severity, finding.message, finding.focus, finding.path, finding.value, None, rule.value
    )


def _finding(
    rule: Policy,
    message: str,
    focus: str,
    path: str | None = None,
    value: str | None = None,
    *,
    severity: Severity = "Violation",
) -> Finding:
    return Finding(severity, message, focus, path, value, constraint=rule.value)


def _too_large(size: int, most: int) -> Finding:
    message = (
        f"The contribution adds and removes {size:,} triples; the limit is {most:,}. "
        "Send it in parts that can be reviewed one by one."
    )
    return _finding(Policy.SIZE, message, BASE)


_NOTHING = "The contribution says nothing. Add statements, or name asserted ones to remove."
_BLANK_NODE = (
    "A blank node stands here: nobody could refer to it or correct it. "
    f"Give it an IRI, {ID}KIND/NAME, or ask for IRIs to be made (--skolemise)."
)
_TRIPLE_TERM = (
    "A triple stands as a term of another triple. Describe who says it with a khyber:Assertion instead."
)
