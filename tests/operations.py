"""Random operations on a ledger in a process that may be killed, and what it said was done."""

from __future__ import annotations

import json
import os
import random
import traceback
from dataclasses import dataclass, field
from typing import NoReturn

from keeping import ANN, CURA, Time, contribution, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.records import Action, Kind, Status


def random_operations(where: str, seed: int, told: int) -> NoReturn:
    """Submit and decide for ever; write a line of JSON to a descriptor after each call that returned."""
    try:
        choice = random.Random(seed)  # noqa: S311
        with Ledger.open(where, clock=Time()) as ledger:
            while True:
                line = json.dumps(_operation(ledger, choice, f"{seed}-{choice.random()}"))
                os.write(told, line.encode() + b"\n")
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def _operation(ledger: Ledger, choice: random.Random, text: str) -> dict[str, object]:
    waiting, accepted = (ledger.contributions(each, limit=5) for each in (Status.SUBMITTED, Status.ACCEPTED))
    kind = choice.choice(["submit", "submit", "decide", "decide", "revert"])
    if kind == "decide" and waiting:
        action = choice.choice([Action.ACCEPT, Action.ACCEPT, Action.REJECT, Action.WITHDRAW])
        return _decide(ledger, choice.choice(waiting).id, action, text)
    if kind == "revert" and accepted:
        return _decide(ledger, choice.choice(accepted).id, Action.REVERT, text)
    made = ledger.submit(contribution(text, title=text, idempotency_key=text))
    return {"action": "submit", "number": made.id, "text": text}


def _decide(ledger: Ledger, number: int, action: Action, text: str) -> dict[str, object]:
    new = None
    if action in {Action.ACCEPT, Action.REVERT}:
        head = ledger.head()
        new = version(head.sequence + 1 if head else 1, text, kind=Kind(action.value))
    decision = ledger.decide(number, action, CURA, text, new)
    return {"action": action.value, "number": number, "text": text, "version": decision.version}


@dataclass
class Acknowledged:
    """What was said to be done, over several processes."""

    titles: dict[int, str] = field(default_factory=dict)
    decisions: dict[int, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    deltas: dict[int, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Count the operations."""
        return len(self.actions)

    def read(self, lines: bytes) -> None:
        """Take in what one process said; a line that it could not finish is not said."""
        for line in lines.split(b"\n")[:-1]:
            said = json.loads(line)
            self.actions.append(said["action"])
            if said["action"] == "submit":
                self.titles[said["number"]] = said["text"]
                continue
            decisions = self.decisions.setdefault(said["number"], {})
            decisions[said["text"]] = (said["action"], said["version"])
            if said["version"] is not None:
                self.deltas[said["version"]] = said["text"]

    def compare(self, ledger: Ledger) -> None:
        """Assert that everything is there as it was said."""
        for number, title in self.titles.items():
            kept = ledger.contribution(number)
            assert (kept.title, kept.author) == (title, ANN)
            assert ledger.payload(number) == contribution(title).uploads
        for number, decisions in self.decisions.items():
            there = {each.reason: (each.action.value, each.version) for each in ledger.decisions(number)}
            assert decisions.items() <= there.items()
        for sequence, text in self.deltas.items():
            assert ledger.delta(sequence) == version(sequence, text).delta
