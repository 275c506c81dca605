"""Candidates for links: searched under several spellings, read, judged; nothing is asserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from khyber.linking.classes import classes_of
from khyber.linking.names import spellings
from khyber.linking.nodes import Node
from khyber.linking.scoring import Candidate, Verdict, judge, set_apart
from khyber.linking.wikidata import Wikidata
from khyber.rdf.namespaces import ID, SKOS, WIKIDATA_ENTITY
from khyber.release.sssom import Link, MappingSet

TOOL = "khyber link suggest"
PROPOSED = "semapv:LexicalMatching"
"""The justification of a proposal; in data/mappings only decisions of a person stand."""

MOST_HITS = 7
"""How many items a search takes into account for each spelling."""


@dataclass(frozen=True)
class Suggestion:
    """What was found for a node: the candidates, best first, and the spellings that were searched for."""

    node: Node
    spellings: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def suggest(
    nodes: Sequence[Node],
    wikidata: Wikidata,
    *,
    rejected: Iterable[tuple[str, str]] = (),
    on_node: Callable[[Node], None] = lambda _node: None,
) -> list[Suggestion]:
    """Search candidates for nodes; ``rejected`` are pairs of a node's IRI and an item, and stay marked.

    Raises EndpointFailure if Wikidata does not answer.
    """
    refused = set(rejected)
    found = []
    for node in nodes:
        on_node(node)
        tried = spellings(node.names, is_person=node.kind == "Person")
        ids = dict.fromkeys(hit.id for text in tried for hit in wikidata.search(text, limit=MOST_HITS))
        entities = [each for each in wikidata.entities(ids).values() if not each.is_missing]
        above = classes_of(entities, wikidata)
        judged = (judge(node, each, above[each.id]) for each in entities)
        candidates = [
            replace(each, is_rejected=(node.iri, each.entity.id) in refused) for each in judged if each
        ]
        found.append(Suggestion(node, tuple(tried), tuple(set_apart(candidates))))
    return found


def proposals(
    suggestions: Iterable[Suggestion], *, author: str, day: date, set_id: str, license_: str
) -> MappingSet:
    """Write candidates as mappings for a person to decide about; what was rejected is left out.

    What may match is proposed as an exact match; namesakes and near types are proposed as rejected ones, so
    that they can be kept with their reason.
    """
    links = [
        _link(candidate, author, day)
        for suggestion in suggestions
        for candidate in suggestion.candidates
        if not candidate.is_rejected
    ]
    prefixes = {link.subject.partition(":")[0] for link in links}
    return MappingSet(
        {"license": license_, "mapping_set_id": set_id, "mapping_set_title": "Proposals, not decided"},
        {
            **{prefix: f"{ID}{prefix}/" for prefix in prefixes},
            "semapv": "https://w3id.org/semapv/vocab/",
            "skos": SKOS,
            "wd": WIKIDATA_ENTITY,
        },
        tuple({link.key: link for link in links}.values()),
    )


def _link(candidate: Candidate, author: str, day: date) -> Link:
    return Link(
        subject=candidate.node.curie,
        subject_label=candidate.node.label,
        relation="exactMatch",
        item=f"wd:{candidate.entity.id}",
        item_label=_one_line(candidate.entity.label),
        justification=PROPOSED,
        confidence=f"{candidate.score / 100:.2f}",
        author=author,
        date=day.isoformat(),
        comment=_one_line(f"{candidate.verdict}: {'; '.join(candidate.reasons)}."),
        tool=TOOL,
        is_rejected=candidate.verdict is not Verdict.CANDIDATE,
    )


def _one_line(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
