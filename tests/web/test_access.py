from __future__ import annotations

import logging

import pytest
from flask import g
from flask.testing import FlaskClient

from khyber.contributions.records import Account
from khyber.contributions.roles import Role
from khyber.errors import Forbidden, Unauthorized
from khyber.web import access
from khyber.web.access import AdminToken
from web.writable import AUTHORISED, EX, ONE, TOKEN, application, assert_refused, values

INSERT = f"INSERT DATA {{ <{EX}a> <{EX}p> '2' }}"
WRITES = {
    "update": ("POST", "/update", "application/sparql-update", INSERT),
    "update_at_the_query_endpoint": ("POST", "/sparql", "application/sparql-update", INSERT),
    "update_form": ("POST", "/sparql", "application/x-www-form-urlencoded", "update=CLEAR+ALL"),
    "put": ("PUT", f"/graphs?graph={ONE}", "text/turtle", ""),
    "post": ("POST", f"/graphs?graph={ONE}", "text/turtle", ""),
    "post_new": ("POST", "/graphs", "text/turtle", ""),
    "put_path": ("PUT", "/graphs/a", "text/turtle", ""),
    "delete": ("DELETE", f"/graphs?graph={ONE}", "text/turtle", ""),
    "delete_default": ("DELETE", "/graphs?default", "text/turtle", ""),
}
STRANGERS = {
    "anonymous": {},
    "wrong_token": {"Authorization": "Bearer wrong"},
    "wrong_scheme": {"Authorization": f"Basic {TOKEN}"},
    "no_token": {"Authorization": "Bearer "},
    "token_with_more": {"Authorization": f"Bearer {TOKEN}x"},
    "token_in_two_parts": {"Authorization": f"Bearer {TOKEN} x"},
    "not_ascii": {"Authorization": "Bearer ä"},
}


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS.keys())
def test_writing_without_a_token_that_is_known_is_unauthorized_and_changes_nothing(
    client: FlaskClient, write: tuple[str, str, str, str], headers: dict[str, str]
) -> None:
    method, path, content_type, body = write
    answer = client.open(path, method=method, headers={**headers, "Content-Type": content_type}, data=body)
    problem = assert_refused(answer, Unauthorized)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert TOKEN not in str(problem)
    assert "khyber serve prints the token" in problem["remedy"]
    assert (values(client), values(client, ONE)) == (["0"], ["1"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_lets_in(client: FlaskClient, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}", "Content-Type": "application/sparql-update"}
    assert client.post("/update", headers=headers, data=INSERT).status_code == 204


def test_reading_needs_no_token(client: FlaskClient) -> None:
    for headers in ({}, AUTHORISED, {"Authorization": "Bearer wrong"}):
        assert client.get("/sparql?query=ASK{}", headers=headers).status_code == 200
        assert client.get("/graphs?default", headers=headers).status_code == 200


class OneOfEach:
    """A token for each role: its name."""

    def account_of(self, token: str) -> Account | None:
        name = token.upper()
        return Account(name, name, Role[name]) if name in Role.__members__ else None


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name.lower())
def test_a_role_below_the_one_that_is_needed_is_forbidden(role: Role) -> None:
    app = application()
    engine = access.writing_of(app).engine
    assert engine is not None
    access.register(app, engine, OneOfEach(), 1000, writable=True)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {role.name}", "Content-Type": "application/sparql-update"}
    answer = client.post("/update", headers=headers, data=INSERT)
    if role is Role.ADMIN:
        assert answer.status_code == 204
    else:
        assert role.name.lower() in assert_refused(answer, Forbidden)["detail"]
        assert values(client) == ["0"]


def test_without_any_token_nobody_writes() -> None:
    client = application(admin_token=None).test_client()
    for headers in (AUTHORISED, {"Authorization": "Bearer None"}, {"Authorization": "Bearer "}):
        assert_refused(client.delete("/graphs?default", headers=headers), Unauthorized)
    assert values(client) == ["0"]


def test_a_token_is_not_kept_and_not_shown() -> None:
    tokens = AdminToken(TOKEN)
    assert tokens.account_of(TOKEN) == access.ADMIN
    assert tokens.account_of(TOKEN[:-1]) is None
    assert tokens.account_of("") is None
    assert TOKEN not in repr(tokens) + repr(vars(tokens))


def test_a_token_is_never_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for headers in (AUTHORISED, {"Authorization": f"Bearer {TOKEN}x"}):
            client.post("/update", headers={**headers, "Content-Type": "text/plain"}, data=INSERT)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("asked", "headers", "given"),
    [
        ("", {}, 60.0),
        ("&timeout=5", {}, 5.0),
        ("&timeout=600", {}, 60.0),
        ("&timeout=600", {"Authorization": "Bearer wrong"}, 60.0),
        ("&timeout=600", AUTHORISED, 600.0),
    ],
)
def test_the_time_limit_may_be_lowered_and_with_a_token_raised(
    asked: str, headers: dict[str, str], given: float
) -> None:
    from khyber.engine.base import Limits
    from khyber.sparql.protocol import QueryOperation, RequestParts, parse

    app = application(limits=Limits(seconds=60.0, memory_bytes=7))
    operation = parse(RequestParts("GET", f"query=ASK+%7B%7D{asked}".encode()))
    assert isinstance(operation, QueryOperation)
    with app.test_request_context(headers=headers):
        assert access.limits_asked(operation.seconds) == Limits(seconds=given, memory_bytes=7)


@pytest.mark.parametrize(("lasting", "given"), [(None, 60.0), (5.0, 60.0), (90.0, 90.0), (900.0, 600.0)])
def test_a_token_raises_the_time_limit_as_far_as_it_says(lasting: float | None, given: float) -> None:
    from khyber.engine.base import Limits

    app = application(limits=Limits(seconds=60.0, memory_bytes=7))
    with app.test_request_context(headers={"Authorization": "Bearer hers"}):
        g.account = Account("1", "Ann", Role.CONTRIBUTOR, lasting)
        assert access.limits_asked(600.0) == Limits(seconds=given, memory_bytes=7)
