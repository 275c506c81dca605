from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from keeping import ADA, ANN, CURA, EX, Time, contribution, patch_of, triple, version
from khyber.contributions.ledger import Ledger, NewContribution
from khyber.contributions.ledger.redaction import without
from khyber.contributions.records import Action, Kind, Status, Upload
from khyber.errors import Conflict, NotFound, Redacted
from khyber.rdf.delta import from_rdf_patch
from khyber.rdf.namespaces import GRAPH
from khyber.validation.findings import Finding, Report

LIBEL = triple("a lie about a person")
HARMLESS = triple("a fact")


def libellous(**fields: object) -> NewContribution:
    finding = Finding("Warning", "One source.", EX + "node", value='"a lie about a person"')
    return contribution(
        patch=patch_of(LIBEL, HARMLESS),
        uploads=(Upload(f"{LIBEL} .\n{HARMLESS} .\n".encode(), "a-lie.nt"), Upload(b"more", "more.ttl")),
        report=Report((finding,), {EX + "node": "a person"}),
        title="A lie",
        source="A liar",
        **fields,
    )


@pytest.fixture
def published(ledger: Ledger) -> Ledger:
    """Give a ledger in which contribution 1 was accepted, and 2 and 3 too; 3 removed what 1 had said."""
    ledger.record_base(version(1, kind=Kind.BASE))
    ledger.submit(libellous(idempotency_key="k"))
    ledger.decide(1, Action.ACCEPT, CURA, "yes", version(2, "a lie about a person", "a fact", note="A lie"))
    ledger.submit(contribution("another"))
    ledger.decide(2, Action.ACCEPT, CURA, "yes", version(3, "another"))
    ledger.submit(contribution(patch=patch_of(removed=(LIBEL,)), title="Take it out", removed=1))
    removal = patch_of(removed=(LIBEL,), graph=GRAPH + "contribution/1")
    ledger.decide(3, Action.ACCEPT, CURA, "right", version(4, delta=removal, removed=1))
    return ledger


def texts(ledger: Ledger) -> str:
    """Give everything that can be read from a ledger."""
    said: list[object] = []
    for each in ledger.contributions(limit=None):
        said += [each, ledger.patch(each.id)]
        if not each.redacted:
            said += [ledger.payload(each.id), ledger.report(each.id)]
    said += [*ledger.deltas(), *ledger.redactions()]
    return repr(said)


def test_what_a_contribution_says_leaves_it_and_every_version(published: Ledger) -> None:
    assert texts(published).count("a lie about a person") >= 5
    decision = published.redact(1, ADA, "A court said so.", version=version(5, "a fact", kind=Kind.REDACT))
    assert (decision.action, decision.by, decision.reason) == (Action.REDACT, ADA, "A court said so.")
    assert decision.version == 5
    assert published.decisions(1)[-1] == decision
    after = texts(published)
    assert "a lie" not in after
    assert "A l" not in after
    for reading in (published.payload, published.report):
        with pytest.raises(Redacted, match="contribution 1"):
            reading(1)
    kept = published.contribution(1)
    assert (kept.redacted, kept.status, kept.author, kept.version) == (True, Status.ACCEPTED, ANN, 2)
    assert (kept.title, kept.source, kept.added) == ("", "", 1)
    assert not from_rdf_patch(published.patch(1), "patch")
    assert published.verify() == ()


def test_versions_tell_how_many_quads_are_missing(published: Ledger) -> None:
    published.redact(1, ADA, "why", triples=[LIBEL], version=version(5, kind=Kind.REDACT))
    assert [each.missing for each in published.versions()] == [0, 1, 0, 1, 0]
    assert [each.id for each in published.versions()] == [f"{n:016x}" for n in (5, 4, 3, 2, 1)]
    assert published.delta(2) == patch_of(HARMLESS, graph=GRAPH + "contribution/1")
    assert not from_rdf_patch(published.delta(4), "delta")
    assert from_rdf_patch(published.patch(1), "patch").added[0].triple == HARMLESS
    published.redact(2, ADA, "why", triples=[HARMLESS])
    assert [each.missing for each in published.versions()] == [0, 1, 0, 2, 0]


def test_the_version_of_the_redaction_itself_does_not_tell(published: Ledger) -> None:
    removal = patch_of(removed=(LIBEL,), graph=GRAPH + "contribution/1")
    published.redact(1, ADA, "why", version=version(5, delta=removal, kind=Kind.REDACT))
    assert published.version(5).missing == 1
    assert b"lie" not in published.delta(5)


def test_a_contribution_that_said_the_same_loses_its_documents_too(published: Ledger) -> None:
    published.redact(1, ADA, "why", triples=[LIBEL])
    assert [each.redacted for each in published.contributions()] == [True, False, True]
    assert published.contribution(3).title == "Take it out"
    assert [each.action for each in published.decisions(3)] == [Action.ACCEPT]
    with pytest.raises(Redacted):
        published.payload(3)
    assert published.payload(2) == contribution("another").uploads


def test_the_audit_names_hashes_and_no_text(published: Ledger) -> None:
    published.redact(1, ADA, "A court said so.", triples=[LIBEL])
    (redaction,) = published.redactions()
    assert (redaction.contribution, redaction.by, redaction.missing) == (1, ADA, 2)
    assert redaction.reason == "A court said so."
    assert sorted(redaction.hashes) == [
        "delta/2",
        "delta/4",
        "patch/1",
        "patch/3",
        "uploads/1/0",
        "uploads/1/1",
        "uploads/3/0",
    ]
    assert all(len(each) == 64 for each in redaction.hashes.values())
    assert "lie" not in repr(redaction)


def test_a_waiting_contribution_is_rejected_when_it_is_redacted(ledger: Ledger) -> None:
    ledger.submit(libellous())
    ledger.redact(1, ADA, "why")
    assert ledger.contribution(1).status is Status.REJECTED
    assert [each.action for each in ledger.decisions(1)] == [Action.REJECT, Action.REDACT]
    with pytest.raises(Conflict, match="is rejected"):
        ledger.decide(1, Action.ACCEPT, CURA, "yes", version(1))
    assert ledger.verify() == ()


def test_a_request_that_is_repeated_after_a_redaction_does_not_bring_it_back(ledger: Ledger) -> None:
    ledger.submit(libellous(idempotency_key="k"))
    ledger.redact(1, ADA, "why")
    assert ledger.submit(libellous(idempotency_key="k")).id == 1
    assert "lie" not in texts(ledger)


def test_a_redaction_may_be_repeated(published: Ledger) -> None:
    published.redact(1, ADA, "first")
    published.redact(1, ADA, "second", triples=[LIBEL])
    assert [(each.reason, each.missing) for each in published.redactions()] == [("first", 3), ("second", 0)]


def test_nothing_is_taken_out_when_somebody_else_was_first(published: Ledger) -> None:
    before = texts(published)
    with pytest.raises(Conflict, match="at version 4"):
        published.redact(1, ADA, "why", version=version(4, kind=Kind.REDACT))
    with pytest.raises(NotFound):
        published.redact(7, ADA, "why")
    assert texts(published) == before
    assert published.redactions() == []


def test_no_byte_of_what_was_taken_out_stays_in_the_files(tmp_path: Path) -> None:
    noise = random.Random(7)  # noqa: S311
    marks = [noise.randbytes(40_000) for _ in range(3)]
    with Ledger.open(tmp_path, clock=Time()) as ledger:
        for number, mark in enumerate(marks):
            ledger.submit(contribution(str(number), uploads=(Upload(mark, "noise.bin"),)))
        ledger.redact(2, ADA, "why")
        bytes_left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    found = [sum(mark[start : start + 32] in bytes_left for start in range(0, 40_000, 8)) for mark in marks]
    assert found[0] > 4_000
    assert found[1] == 0
    assert found[2] > 4_000


AWKWARD: list[Literal | NamedNode | BlankNode] = [
    Literal("a\tb\nc\rd\"e\\f\x00\x7f\x08\x0c'g"),
    Literal("ꙮ \U0001f600 é", language="ur-Arab"),
    Literal("with . dot ."),
    Literal("<http://example.org/g>"),
    Literal("1", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    NamedNode("http://example.org/é?x=%20"),
    BlankNode("b1"),
]


@pytest.mark.parametrize("graph", [None, EX + "g", "http://example.org/é"])
def test_exactly_the_rows_of_a_triple_are_left_out(graph: str | None) -> None:
    triples = [Triple(NamedNode(EX + "s"), NamedNode(EX + "p"), each) for each in AWKWARD]
    for one in triples:
        others = tuple(each for each in triples if each != one)
        patch = patch_of(*triples, graph=graph)
        assert without(patch, frozenset({str(one).encode()})) == (patch_of(*others, graph=graph), 1)
    removed = patch_of(removed=tuple(triples), graph=graph)
    everything = frozenset(str(each).encode() for each in triples)
    assert without(removed, everything) == (patch_of(), len(triples))
    assert without(removed, frozenset()) == (removed, 0)
