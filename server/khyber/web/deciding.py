"""Deciding about contributions, and about nodes; who may do what is for the door to say."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from khyber.contributions.door import Door
from khyber.contributions.interchange import decision_members
from khyber.contributions.records import Account, Action, Decision
from khyber.errors import Forbidden, UsageError
from khyber.web.access import open_door, required_account
from khyber.web.past import forget_the_past
from khyber.web.told import fields, told

DECISIONS: dict[Action, Callable[[Door], Callable[[Account, int, str], Decision]]] = {
    Action.ACCEPT: lambda door: door.accept,
    Action.REJECT: lambda door: door.reject,
    Action.REVERT: lambda door: door.revert,
    Action.WITHDRAW: lambda door: door.withdraw,
}
"""What may be decided → what does it."""

blueprint = Blueprint("deciding", __name__)


@blueprint.post("/contributions/<int:number>/decision")
def decide(number: int) -> Response:
    """Accept, reject, withdraw or revert a contribution, with a reason.

    What was accepted or reverted is in the next answer. 409 where somebody else decided first.
    """
    door = open_door()
    account = required_account()
    said = fields(("decision",), ("reason",))
    action = _action(said["decision"])
    if action is not Action.WITHDRAW and not said["reason"]:
        raise UsageError("The field reason is missing.", remedy="Say why; it is kept with the decision.")
    return _told(DECISIONS[action](door)(account, number, said["reason"]))


@blueprint.post("/contributions/<int:number>/redaction")
def redact(number: int) -> Response:
    """Take what a contribution says out of the ledger and out of every version; it cannot be undone."""
    door = open_door()
    account = required_account()
    reason = fields(("reason",))["reason"]
    try:
        decision = door.redact(account, number, reason)
    except Forbidden:
        raise
    except Exception:
        forget_the_past()  # it may have been taken out before something failed
        raise
    forget_the_past()
    return _told(decision)


@blueprint.post("/merges")
def merge() -> Response:
    """Say that two nodes are one: what is said of ``node`` is said of ``into`` from now on."""
    door = open_door()
    account = required_account()
    said = fields(("node", "into", "reason"))
    return _told(door.merge(account, said["node"], said["into"], said["reason"]))


@blueprint.post("/retirements")
def retire() -> Response:
    """Mark a node as not to be used any more, with the reason."""
    door = open_door()
    account = required_account()
    said = fields(("node", "reason"))
    return _told(door.retire(account, said["node"], said["reason"]))


def _action(text: str) -> Action:
    known = [action.value for action in DECISIONS]
    if text not in known:
        raise UsageError(f"There is no decision {text!r}.", remedy=f"Decide {', '.join(known)}.")
    return Action(text)


def _told(decision: Decision) -> Response:
    return told(decision_members(decision))
