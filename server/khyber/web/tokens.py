"""The tokens of contributors, curators and administrators: for administrators."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from khyber.contributions.interchange import token_members
from khyber.contributions.roles import Role
from khyber.errors import UsageError
from khyber.sparql.protocol import seconds_of
from khyber.web.access import open_door, required_account
from khyber.web.told import fields, told

PATH = "/tokens"

blueprint = Blueprint("tokens", __name__)


@blueprint.post(PATH)
def create() -> Response:
    """Make a token with a name and a role; its secret is shown in this answer and never again."""
    door = open_door()
    account = required_account()
    said = fields(("name", "role"), ("query_timeout",))
    role, lasting = role_of(said["role"]), said["query_timeout"]
    facts, secret = door.create_token(
        account, said["name"], role, seconds_of("query_timeout", lasting) if lasting else None
    )
    response = _private({**token_members(facts), "secret": secret}, 201)
    response.headers["Location"] = url_for("tokens.revoke", token=facts.id)
    return response


@blueprint.get(PATH)
def tokens() -> Response:
    """List the tokens, revoked ones too, without their secrets."""
    door = open_door()
    account = required_account()
    return _private({"tokens": [token_members(each) for each in door.tokens(account)]})


@blueprint.delete(f"{PATH}/<token>")
def revoke(token: str) -> Response:
    """Let a token open nothing any more; what was done with it stays."""
    door = open_door()
    account = required_account()
    return _private(token_members(door.revoke_token(account, token)))


def role_of(text: str) -> Role:
    """Read the name of a role; raise UsageError for another text."""
    if text.upper() not in Role.__members__:
        roles = ", ".join(role.name.lower() for role in Role)
        raise UsageError(f"There is no role {text!r}.", remedy=f"The roles are {roles}.")
    return Role[text.upper()]


def _private(members: object, status: int = 200) -> Response:
    response = told(members, status)
    response.headers["Cache-Control"] = "no-store"
    return response
