"""Deciding about contributions, and about nodes: for curators; taking out, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from khyber.contributions.door import Door
from khyber.contributions.interchange import decision_members
from khyber.contributions.records import Account, Action, Decision
from khyber.contributions.roles import Role
from khyber.errors import UsageError
from khyber.web.access import open_door, required_account
from khyber.web.past import forget_the_past
from khyber.web.told import fields, told

DECISIONS: dict[Action, tuple[Role, Callable[[Door], Callable[[Account, int, str], Decision]]]] = {
    Action.ACCEPT: (Role.CURATOR, lambda door: door.accept),
    Action.REJECT: (Role.CURATOR, lambda door: door.reject),
    Action.REVERT: (Role.CURATOR, lambda door: door.revert),
    Action.WITHDRAW: (Role.CONTRIBUTOR, lambda door: door.withdraw),
}
"""What may be decided → the least role that may, and what does it."""

blueprint = Blueprint("deciding", __name__)


@blueprint.post("/contributions/<int:number>/decision")
def decide(number: int) -> Response:
    """Accept, reject, withdraw or revert a contribution, with a reason.

    What was accepted or reverted is in the next answer. 409 where somebody else decided first.
    """
    door = open_door()
    account = required_account(Role.CONTRIBUTOR)
    said = fields(("decision",), ("reason",))
    action = _action(said["decision"])
    role, act = DECISIONS[action]
    required_account(role)
    if action is not Action.WITHDRAW and not said["reason"]:
        raise UsageError("The field reason is missing.", remedy="Say why; it is kept with the decision.")
    return _told(act(door)(account, number, said["reason"]))


@blueprint.post("/contributions/<int:number>/redaction")
def redact(number: int) -> Response:
    """Take what a contribution says out of the ledger and out of every version; it cannot be undone."""
    door = open_door()
    account = required_account(Role.ADMIN)
    try:
        return _told(door.redact(account, number, fields(("reason",))["reason"]))
    finally:
        forget_the_past()


@blueprint.post("/merges")
def merge() -> Response:
    """Say that two nodes are one: what is said of ``node`` is said of ``into`` from now on."""
    door = open_door()
    account = required_account(Role.CURATOR)
    said = fields(("node", "into", "reason"))
    return _told(door.merge(account, said["node"], said["into"], said["reason"]))


@blueprint.post("/retirements")
def retire() -> Response:
    """Mark a node as not to be used any more, with the reason."""
    door = open_door()
    account = required_account(Role.CURATOR)
    said = fields(("node", "reason"))
    return _told(door.retire(account, said["node"], said["reason"]))


def _action(text: str) -> Action:
    known = [action.value for action in DECISIONS]
    if text not in known:
        raise UsageError(f"There is no decision {text!r}.", remedy=f"Decide {', '.join(known)}.")
    return Action(text)


def _told(decision: Decision) -> Response:
    return told(decision_members(decision))
