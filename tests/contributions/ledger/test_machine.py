"""Random calls on a ledger, held against a model in plain dictionaries."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from keeping import ADA, ANN, CURA, Time, contribution, patch_of, triple, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.records import Action, Kind, Status
from khyber.contributions.roles import Role
from khyber.errors import Conflict, Redacted
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from postgresql import PostgreSQL

TEXTS = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=3)
DECISIONS = st.sampled_from(
    [Action.ACCEPT, Action.ACCEPT, Action.REJECT, Action.WITHDRAW, Action.REVERT, Action.SUPERSEDE]
)
GRAPH = CONTRIBUTION_GRAPH + "1"


@dataclass
class Said:
    """A contribution in the model."""

    status: str
    texts: frozenset[str]
    sent: frozenset[str]
    actions: list[Action] = field(default_factory=list)
    redacted: bool = False


@dataclass
class Published:
    """A version in the model."""

    contribution: int | None
    texts: frozenset[str]
    missing: int = 0


class Calls(RuleBasedStateMachine):
    """What can be asked of a ledger, which is made where ``place`` says."""

    @staticmethod
    @abstractmethod
    def place(stack: ExitStack) -> str:
        """Give a place for a new ledger, which lasts as long as the stack is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.where = self.place(self.stack)
        self.time = Time()
        self.ledger = Ledger.open(self.where, clock=self.time)
        self.said: dict[int, Said] = {}
        self.keys: dict[str, int] = {}
        self.published: dict[int, Published] = {}
        self.secrets: dict[str, bool] = {}

    def teardown(self) -> None:
        assert self.ledger.verify() == ()
        self.ledger.close()
        self.stack.close()

    @initialize(texts=TEXTS)
    def begin(self, texts: frozenset[str]) -> None:
        self.ledger.record_base(version(1, *texts, kind=Kind.BASE))
        self.published[1] = Published(None, texts)

    @rule(texts=TEXTS, key=st.none() | st.sampled_from("kl"))
    def submit(self, texts: frozenset[str], key: str | None) -> None:
        new = contribution(*sorted(texts), idempotency_key=key)
        before = self.keys.get(key or "")
        if before and self.said[before].sent != texts:
            with pytest.raises(Conflict):
                self.ledger.submit(new)
            return
        number = self.ledger.submit(new).id
        assert number == before or number == len(self.said) + 1
        self.said.setdefault(number, Said("submitted", texts, texts))
        if key:
            self.keys[key] = number

    @precondition(lambda self: self.said)
    @rule(data=st.data(), action=DECISIONS, texts=TEXTS, ahead=st.sampled_from([1, 1, 1, 1, 0, 2]))
    def decide(self, data: st.DataObject, action: Action, texts: frozenset[str], ahead: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        said = self.said[number]
        sequence = max(self.published) + ahead
        changes = action in {Action.ACCEPT, Action.REVERT}
        new = version(sequence, *sorted(texts)) if changes else None
        assert action.outcome is not None
        legal = action.outcome in Status(said.status).next
        if not legal or (changes and ahead != 1):
            with pytest.raises(Conflict):
                self.ledger.decide(number, action, CURA, "because", new)
            return
        self.ledger.decide(number, action, CURA, "because", new)
        said.status = action.outcome.value
        said.actions.append(action)
        if changes:
            self.published[sequence] = Published(number, texts)

    @precondition(lambda self: self.said)
    @rule(data=st.data(), texts=st.none() | TEXTS, with_version=st.booleans())
    def redact(self, data: st.DataObject, texts: frozenset[str] | None, with_version: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        gone = self.said[number].texts if texts is None else texts
        sequence = max(self.published) + 1
        new = version(sequence, *"abcd", kind=Kind.REDACT) if with_version else None
        triples = None if texts is None else [triple(text) for text in texts]
        self.ledger.redact(number, ADA, "because", triples=triples, version=new)
        if new:
            self.published[sequence] = Published(number, frozenset("abcd"))
        if self.said[number].status == "submitted":
            self.said[number].status = "rejected"
            self.said[number].actions.append(Action.REJECT)
        self.said[number].actions.append(Action.REDACT)
        for other, said in self.said.items():
            if other == number or said.texts & gone:
                said.redacted = True
                said.texts -= gone
        for each in self.published.values():
            each.missing += len(each.texts & gone)
            each.texts -= gone

    @rule(name=st.text("xyz", min_size=1))
    def create_token(self, name: str) -> None:
        facts, secret = self.ledger.create_token(name, Role.CURATOR)
        assert int(facts.id) == len(self.secrets) + 1
        self.secrets[secret] = True

    @precondition(lambda self: self.secrets)
    @rule(data=st.data())
    def revoke_token(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, len(self.secrets)))
        self.ledger.revoke_token(str(number))
        self.secrets[list(self.secrets)[number - 1]] = False

    @rule()
    def open_again(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.where, clock=self.time)

    @invariant()
    def contributions_are_those_of_the_model(self) -> None:
        listed = self.ledger.contributions(limit=None)
        assert {each.id: (each.status, each.redacted) for each in listed} == {
            number: (said.status, said.redacted) for number, said in self.said.items()
        }
        statuses = Counter(said.status for said in self.said.values())
        assert self.ledger.counts() == {status: statuses[status] for status in Status}
        for number, said in self.said.items():
            assert self.ledger.patch(number) == patch_of(*map(triple, said.texts))
            assert [each.action for each in self.ledger.decisions(number)] == said.actions
            if said.redacted:
                with pytest.raises(Redacted):
                    self.ledger.payload(number)
            else:
                assert self.ledger.payload(number) == contribution(*sorted(said.sent)).uploads
        for key, number in self.keys.items():
            same = contribution(*sorted(self.said[number].sent)).uploads
            repeated = self.ledger.repeated(ANN, key, same)
            assert repeated is not None
            assert repeated.id == number

    @invariant()
    def versions_are_those_of_the_model(self) -> None:
        kept = {
            each.sequence: (each.contribution, each.missing, delta) for each, delta in self.ledger.deltas()
        }
        assert kept == {
            sequence: (each.contribution, each.missing, patch_of(*map(triple, each.texts), graph=GRAPH))
            for sequence, each in self.published.items()
        }

    @invariant()
    def tokens_are_those_of_the_model(self) -> None:
        for secret, valid in self.secrets.items():
            assert (self.ledger.find(secret) is not None) == valid


@pytest.mark.parametrize(("database", "examples"), [("sqlite", 20), ("postgresql", 8)])
def test_random_calls_do_what_the_model_does(
    database: str, examples: int, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        server: PostgreSQL = request.getfixturevalue("server")

    class CallsOfThisDatabase(Calls):
        @staticmethod
        def place(stack: ExitStack) -> str:
            if database == "postgresql":
                return server.new_schema()
            return stack.enter_context(tempfile.TemporaryDirectory(prefix="khyber-ledger-"))

    run_state_machine_as_test(
        CallsOfThisDatabase,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
