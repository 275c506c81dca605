"""The office: what is submitted, decided and published stays in step with the ledger, across restarts too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyoxigraph import Triple

from contributing import nameless, person
from khyber.config import graph_home
from khyber.contributions.door import Door, Submission, SubmissionRefused
from khyber.contributions.judged import Moved
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import current_state, now, open_door
from khyber.contributions.records import Account, Kind, Status, Upload
from khyber.contributions.roles import Role
from khyber.contributions.standing import history_of
from khyber.contributions.undo import BuiltUpon
from khyber.contributions.upgrades import replay
from khyber.errors import Conflict, Forbidden, InputError, NotFound, Redacted, StateInUse
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from khyber.reasoning.base import reasoner
from khyber.release.cache import load_or_compile
from running import state_folder

ANN = Account("1", "Ann", Role.CONTRIBUTOR)
BEN = Account("2", "Ben", Role.CONTRIBUTOR)
CLEO = Account("3", "Cleo", Role.CURATOR)
DORA = Account("4", "Dora", Role.ADMIN)
PERSON = "https://w3id.org/khyber/id/person/"

Opener = Callable[[], Door]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return state_folder(tmp_path)


@pytest.fixture
def reopened(state: Path) -> Iterator[Opener]:
    """Give what opens the door, and closes it where it was open: a restart."""
    with ExitStack() as stack:

        def reopen() -> Door:
            stack.close()
            return stack.enter_context(open_door(state, "", graph_home(), reasoner="sparql"))

        yield reopen


@pytest.fixture
def door(reopened: Opener) -> Door:
    return reopened()


def sent(*documents: str, removes: str | None = None, key: str | None = None) -> Submission:
    uploads = [Upload(text.encode(), f"{number}.ttl") for number, text in enumerate(documents)]
    if removes is not None:
        uploads.append(Upload(removes.encode(), "removals.ttl", removes=True))
    return Submission(tuple(uploads), "A test", "https://example.org/source", idempotency_key=key)


def accepted(door: Door, submission: Submission) -> int:
    number = door.submit(ANN, submission).id
    door.accept(CLEO, number, "It is so.")
    return number


def told_by(door: Door, number: int) -> set[Triple]:
    return {quad.triple for quad in door.diff(number).added}


def assert_same_as_from_scratch(state: Path) -> None:
    with Ledger.open(state, clock=now) as ledger:
        head = ledger.head()
        release = load_or_compile(graph_home(), reasoner="sparql", state=state)
        anew = replay(release.quads, tuple(history_of(ledger).values()), reasoner("sparql"))
        assert head is not None
        assert anew.id == head.id


def test_the_curated_files_make_the_first_version(door: Door) -> None:
    (first,) = door.versions()
    assert (first.sequence, first.kind, first.author) == (1, Kind.BASE, None)


def test_what_is_submitted_waits_and_what_is_accepted_is_published(door: Door, state: Path) -> None:
    contribution = door.submit(ANN, sent(person("ann-lee")))
    assert (contribution.status, len(door.versions())) == (Status.SUBMITTED, 1)
    decision = door.accept(CLEO, contribution.id, "It is so.")
    assert decision.version == 2
    assert door.contribution(contribution.id).status is Status.ACCEPTED
    version = door.version(2)
    assert (version.kind, version.author, version.contribution) == (Kind.ACCEPT, CLEO, contribution.id)
    assert version.counts[CONTRIBUTION_GRAPH] == 3
    other = accepted(door, sent(person("ben-lee")))
    assert door.contribution(other).graph not in door.version(3).counts
    assert door.version(3).counts[CONTRIBUTION_GRAPH] == 6
    assert_same_as_from_scratch(state)


def test_what_violates_is_refused_with_the_report_and_not_stored(door: Door) -> None:
    with pytest.raises(SubmissionRefused) as raised:
        door.submit(ANN, sent(nameless("bo-lee")))
    assert not raised.value.report.conforms
    assert all(finding.location for finding in raised.value.report.findings)
    assert door.contributions() == []


def test_documents_are_judged_together(door: Door) -> None:
    label = (
        '<https://w3id.org/khyber/id/person/bo-lee> <http://www.w3.org/2000/01/rdf-schema#label> "Bo"@en .'
    )
    submission = sent(nameless("bo-lee").replace("mentionedInn", "mentionedIn"), label)
    assert door.validate(submission).report.conforms
    assert not door.validate(sent(label)).report.conforms


def test_a_sheet_may_name_what_another_document_describes(door: Door) -> None:
    sheet = "person id,label,mentioned in\nann-lee,Ann Lee,A report (invented)\n"
    source = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/khyber/id/source/invented> a <https://w3id.org/khyber/ontology#Source> ;
    rdfs:label "A report (invented)"@en .
"""
    uploads = (Upload(sheet.encode(), "people.csv"), Upload(source.encode(), "sources.ttl"))
    findings = door.validate(Submission(uploads)).report.findings
    assert not [finding for finding in findings if "A report (invented)" in finding.message]
    alone = door.validate(Submission(uploads[:1])).report.findings
    assert [finding.location for finding in alone if "A report (invented)" in finding.message]


def test_a_reverted_contribution_leaves_the_data_as_it_was(door: Door, state: Path) -> None:
    before = door.version(1).counts
    number = accepted(door, sent(person("ann-lee")))
    assert door.revert(CLEO, number, "It was not so.").version == 3
    after = dict(door.version(3).counts)
    assert after.pop("https://w3id.org/khyber/graph/provenance") > 0
    assert after == before
    assert door.contribution(number).status is Status.REVERTED
    assert_same_as_from_scratch(state)


def test_one_that_others_build_on_is_not_reverted(door: Door) -> None:
    first = accepted(door, sent(person("ann-lee")))
    link = f"<{PERSON}ann-lee> <http://www.w3.org/2004/02/skos/core#altLabel> 'A. Lee'@en ."
    second = accepted(door, sent(link))
    with pytest.raises(BuiltUpon, match=f"contribution {second}"):
        door.revert(CLEO, first, "It was not so.")
    door.revert(CLEO, second, "First this.")
    door.revert(CLEO, first, "Then that.")


def test_what_conformed_when_it_was_sent_is_judged_again_when_it_is_accepted(door: Door) -> None:
    first = accepted(door, sent(person("ann-lee")))
    link = f"<{PERSON}ann-lee> <http://www.w3.org/2004/02/skos/core#altLabel> 'A. Lee'@en ."
    waiting = door.submit(BEN, sent(link)).id
    door.revert(CLEO, first, "It was not so.")
    with pytest.raises(SubmissionRefused):
        door.accept(CLEO, waiting, "It is so.")
    assert door.contribution(waiting).status is Status.SUBMITTED
    assert len(door.versions()) == 3


def test_one_of_which_nothing_is_left_is_superseded(door: Door, state: Path) -> None:
    first = accepted(door, sent(person("ann-lee", "Ann Lea")))
    accepted(door, sent(person("ann-li", "Ann Lee"), removes=person("ann-lee", "Ann Lea")))
    assert door.contribution(first).status is Status.SUPERSEDED
    assert_same_as_from_scratch(state)


def test_nobody_decides_twice(door: Door) -> None:
    number = accepted(door, sent(person("ann-lee")))
    for decide in (door.accept, door.reject, door.withdraw):
        with pytest.raises(Conflict, match="accepted"):
            decide(CLEO, number, "Again.")
    other = door.submit(ANN, sent(person("bo-lee"))).id
    door.reject(CLEO, other, "No source.")
    with pytest.raises(Conflict, match="rejected"):
        door.accept(CLEO, other, "After all.")


def test_roles_say_who_may_do_what(door: Door) -> None:
    number = door.submit(ANN, sent(person("ann-lee"))).id
    for decide in (door.accept, door.reject, door.revert, door.redact):
        with pytest.raises(Forbidden):
            decide(ANN, number, "I say so.")
    with pytest.raises(Forbidden, match="not yours"):
        door.withdraw(BEN, number, "I do not like it.")
    with pytest.raises(Forbidden):
        door.redact(CLEO, number, "Only an admin may.")
    with pytest.raises(Forbidden):
        door.create_token(CLEO, "Eve", Role.ADMIN)
    assert door.withdraw(ANN, number, "Mine.").version is None


def test_the_same_key_gives_the_same_contribution(door: Door) -> None:
    first = door.submit(ANN, sent(person("ann-lee"), key="once"))
    assert door.submit(ANN, sent(person("ann-lee"), key="once")) == first
    with pytest.raises(Conflict):
        door.submit(ANN, sent(person("bo-lee"), key="once"))
    assert door.submit(BEN, sent(person("bo-lee"), key="once")).id != first.id


@pytest.mark.parametrize("left_out", ["title", "source"])
def test_title_and_source_are_asked_for(door: Door, left_out: str) -> None:
    whole = sent(person("ann-lee"))
    title, source = ("" if left_out == name else "told" for name in ("title", "source"))
    with pytest.raises(InputError, match=f"no {left_out}"):
        door.submit(ANN, Submission(whole.uploads, title, source))


def test_a_document_without_a_statement_is_no_contribution(door: Door) -> None:
    with pytest.raises(InputError, match="ask for nothing"):
        door.submit(ANN, sent("# nothing"))


def test_merged_nodes_are_one_and_can_be_parted(door: Door, state: Path) -> None:
    accepted(door, sent(person("ann-lee", "Ann Lee"), person("anne-lee", "Anne Lee")))
    decision = door.merge(CLEO, PERSON + "anne-lee", PERSON + "ann-lee", "One person.")
    assert door.version(decision.version or 0).kind is Kind.MERGE
    assert_same_as_from_scratch(state)
    door.revert(CLEO, decision.contribution, "Two after all.")
    assert_same_as_from_scratch(state)


def test_a_retired_node_stays_and_is_marked(door: Door, state: Path) -> None:
    accepted(door, sent(person("ann-lee")))
    decision = door.retire(CLEO, PERSON + "ann-lee", "Not a person.")
    assert any("deprecated" in str(triple) for triple in told_by(door, decision.contribution))
    assert_same_as_from_scratch(state)


def test_what_is_redacted_is_in_no_version(door: Door, state: Path) -> None:
    number = accepted(door, sent(person("ann-lee", "A libel")))
    waiting = door.submit(ANN, sent(person("bo-lee", "Another libel"))).id
    decision = door.redact(DORA, number, "A court said so.")
    door.redact(DORA, waiting, "A court said so.")
    assert decision.version == 3
    assert (door.version(2).missing > 0, door.contribution(number).redacted) == (True, True)
    for ask in (door.payload, door.report, door.diff):
        for each in (number, waiting):
            with pytest.raises(Redacted):
                ask(each)
    everything = b"".join(file.read_bytes() for file in state.glob("ledger.sqlite*"))
    assert b"A libel" not in everything
    assert "libel" not in str(door.delta_between(1, 3))


def test_what_was_reverted_is_taken_out_of_the_versions_that_had_it(door: Door, state: Path) -> None:
    number = accepted(door, sent(person("ann-lee", "A libel")))
    door.revert(CLEO, number, "It was not so.")
    assert "libel" in str(door.way_back(2).step.delta)
    door.redact(DORA, number, "A court said so.")
    assert door.version(2).missing > 0
    for delta in (door.way_back(2).step.delta, door.delta_between(1, 2), door.delta_between(2, 3)):
        assert "libel" not in str(delta)
        assert "ann-lee" not in str([quad.triple for quad in delta.added if "provenance" not in str(quad)])
    assert b"A libel" not in b"".join(file.read_bytes() for file in state.glob("ledger.sqlite*"))


def test_what_is_published_at_once_was_worked_out_from_the_newest_version(door: Door) -> None:
    first = door.version(1).name
    made = door.publish(CLEO, sent(person("ann-lee"), key="once"), "Written.", first)
    assert (made.status, made.version) == (Status.ACCEPTED, 2)
    assert [(each.action.value, each.reason) for each in door.decisions(made.id)] == [("accept", "Written.")]
    assert door.publish(CLEO, sent(person("ann-lee"), key="once"), "Again.", first) == made
    with pytest.raises(Moved):
        door.publish(CLEO, sent(person("bo-lee")), "Written.", first)
    second = door.version(2).name
    with pytest.raises(SubmissionRefused):
        door.publish(CLEO, sent(nameless("cy-lee")), "Written.", second)
    with pytest.raises(Forbidden):
        door.publish(ANN, sent(person("dee-lee")), "Written.", second)
    assert (len(door.contributions()), len(door.versions())) == (1, 2)


def test_the_way_back_is_from_the_newest_version(door: Door) -> None:
    accepted(door, sent(person("ann-lee")))
    accepted(door, sent(person("bo-lee")))
    way = door.way_back(1)
    assert (way.head, way.step.version) == (door.version(3).name, door.version(1).name)
    assert way.step.delta == door.delta_between(3, 1)
    assert not door.way_back(3).step.delta
    with pytest.raises(NotFound):
        door.way_back(4)


def test_everything_is_there_after_a_restart(door: Door, reopened: Opener) -> None:
    number = accepted(door, sent(person("ann-lee")))
    waiting = door.submit(BEN, sent(person("bo-lee"))).id
    door.retire(CLEO, PERSON + "ann-lee", "Not a person.")
    told = [(version.name, version.kind) for version in door.versions()]
    again = reopened()
    assert [(version.name, version.kind) for version in again.versions()] == told
    assert again.contribution(number).status is Status.ACCEPTED
    again.accept(CLEO, waiting, "It is so.")
    again.revert(CLEO, number + 2, "It is a person.")
    again.revert(CLEO, number, "It was not so.")
    assert len(again.versions()) == len(told) + 3


def test_the_way_between_two_versions_leads_there_and_back(door: Door) -> None:
    accepted(door, sent(person("ann-lee")))
    accepted(door, sent(person("bo-lee")))
    there = door.delta_between(1, 3)
    assert there == door.delta_between(1, 2).then(door.delta_between(2, 3))
    assert door.delta_between(3, 1) == there.inverse
    assert not door.delta_between(2, 2)


def test_a_state_folder_in_use_is_refused(door: Door, state: Path) -> None:
    assert door.versions()
    with (
        pytest.raises(StateInUse, match="in use by"),
        open_door(state, "", graph_home(), reasoner="sparql"),
    ):
        pass


@pytest.fixture
def own_home(tmp_path: Path) -> Path:
    """Give a copy of the graph home that may be changed."""
    home = tmp_path / "home"
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(graph_home() / name, home / name)
    return home


def test_changed_files_make_a_new_version_that_keeps_what_was_accepted(state: Path, own_home: Path) -> None:
    with open_door(state, "", own_home, reasoner="sparql") as door:
        number = accepted(door, sent(person("ann-lee")))
    triples = own_home / "data" / "triples.ttl"
    triples.write_text(triples.read_text() + person("new-here", "New here").replace("@prefix", "\n@prefix"))
    with open_door(state, "", own_home, reasoner="sparql") as door:
        newest = door.versions()[0]
        assert (newest.sequence, newest.kind) == (3, Kind.BASE)
        assert newest.counts[CONTRIBUTION_GRAPH] == 3
        door.revert(CLEO, number, "It was not so.")
    with open_door(state, "", own_home, reasoner="sparql") as door:
        assert door.versions()[0].sequence == 4


def test_files_on_which_the_accepted_does_not_stand_leave_the_last_version(
    state: Path, own_home: Path
) -> None:
    with open_door(state, "", own_home, reasoner="sparql") as door:
        number = accepted(door, sent(person("ann-lee", "Ann Lee")))
        name = door.versions()[0].name
    shape = """
shape:NobodyIsCalledAnn a sh:NodeShape ;
    sh:targetClass khyber:Person ;
    sh:property [ sh:path rdfs:label ; sh:not [ sh:pattern "^Ann Lee" ] ;
        sh:severity sh:Violation ; sh:message "Somebody is called Ann Lee. Give another label."@en ] .
"""
    file = own_home / "shapes" / "actors.ttl"
    file.write_text(file.read_text() + shape)
    for _ in range(2):
        with Ledger.open(state, clock=now) as ledger:
            current = current_state(ledger, own_home, state, reasoner="sparql")
        assert current.name == name
        assert "does not conform" in current.warnings[0] or "do not conform" in current.warnings[0]
        assert f"contribution {number}: Somebody is called Ann Lee." in current.warnings[1]
    with open_door(state, "", own_home, reasoner="sparql") as door:
        door.revert(CLEO, number, "The rules have changed.")
    with Ledger.open(state, clock=now) as ledger:
        current = current_state(ledger, own_home, state, reasoner="sparql")
    assert (current.head.kind, current.warnings) == (Kind.BASE, ())


def test_files_that_do_not_conform_leave_the_last_version(state: Path, own_home: Path) -> None:
    with open_door(state, "", own_home, reasoner="sparql") as door:
        name = door.versions()[0].name
    triples = own_home / "data" / "triples.ttl"
    triples.write_text(triples.read_text() + nameless("bo-lee"))
    with Ledger.open(state, clock=now) as ledger:
        current = current_state(ledger, own_home, state, reasoner="sparql")
    assert current.name == name
    assert "goes on being served" in current.warnings[0]
