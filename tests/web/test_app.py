from __future__ import annotations

import logging
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient

from khyber.engine.memory import MemoryEngine
from khyber.errors import KhyberError
from khyber.web.app import create_app
from problem_shape import assert_problem
from web.failing import FailingEngine


@dataclass(frozen=True)
class Example:
    name: str
    title: str
    description: str
    text: str
    tags: tuple[str, ...] = ()


@pytest.fixture
def client() -> FlaskClient:
    example = Example("one", "Is <it> so?", "Whether & how.", "ASK { ?s ?p '+&' }")
    app = create_app(MemoryEngine.load(()), release="abc123", title="Our graph", examples=[example])
    return app.test_client()


def test_the_page_offers_the_examples_to_run(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert "Is &lt;it&gt; so?" in page
    assert "Whether &amp; how." in page
    link = page.partition('<a href="/sparql?')[2].partition('"')[0]
    answer = client.get("/sparql?" + unescape(link))
    assert answer.json == {"head": {}, "boolean": False}


def test_the_page_says_what_is_served(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert "Our graph" in page
    assert "abc123" in page
    assert client.get("/health").json == {"status": "ok", "release": "abc123", "triples": 0, "graphs": {}}


def test_a_mistake_of_ours_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(FailingEngine(lambda asked: KeyError(f"secret {asked}"))).test_client()
    with caplog.at_level(logging.ERROR):
        answer = client.get("/sparql", query_string={"query": "ASK {}"})
    assert_problem(answer.status_code, answer.content_type, answer.data, KhyberError)
    assert b"secret" not in answer.data
    assert "secret" in caplog.text


def test_two_applications_do_not_share_what_they_serve() -> None:
    first, second = (create_app(MemoryEngine.load(()), release=name).test_client() for name in ("a", "b"))
    assert first.get("/health").json["release"] == "a"  # type: ignore[index]
    assert second.get("/health").json["release"] == "b"  # type: ignore[index]
