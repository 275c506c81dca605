"""The Reconciliation Service API 0.2 on a running server of the curated graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from contributing import contributing, person
from khyber.errors import (
    InputError,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from khyber.rdf.namespaces import ID, TERM
from khyber.web.app import create_app
from named_graph import engine
from problem_shape import assert_problem
from reconciliation_schemas import assert_valid, keys
from reconciling import FORM, Json, assert_readable_problem, candidates, document, got, matches, posted
from running import Server, serving

TTP, TALIBAN, PAKISTAN = "actor/ttp", "actor/afghan-taliban", "actor/pakistan"


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


# The manifest.


def test_the_manifest_is_valid_and_knows_no_other_members(khyber: Server) -> None:
    manifest = document(got(khyber))
    assert_valid(manifest, "manifest")
    assert manifest.keys() <= keys("manifest") | {"batchSize"}  # which OpenRefine has brought up
    assert manifest["versions"] == ["0.2"]
    assert (manifest["identifierSpace"], manifest["schemaSpace"]) == (ID, TERM)
    assert manifest["extend"].keys() == {"propose_properties", "property_settings"}


def test_the_size_of_a_batch_is_an_integer(khyber: Server) -> None:
    assert type(document(got(khyber))["batchSize"]) is int


def test_the_addresses_of_the_manifest_are_those_of_this_server(khyber: Server) -> None:
    manifest = document(got(khyber))
    services = [*manifest["suggest"].values(), manifest["extend"]["propose_properties"]]
    assert {service["service_url"] for service in services} == {f"{khyber.root}/reconcile"}
    assert manifest["view"]["url"].startswith(khyber.root)
    assert manifest["preview"]["url"].startswith(khyber.root)
    assert khyber.fetch(manifest["logo"].removeprefix(khyber.root)).media_type == "image/svg+xml"


def test_a_slash_at_the_end_makes_no_difference(khyber: Server) -> None:
    without, slash = got(khyber), got(khyber, "/reconcile/")
    assert (slash.status, slash.body) == (200, without.body)
    batch = {"q": {"query": "TTP"}}
    assert posted(khyber, "/reconcile/", queries=batch).body == posted(khyber, queries=batch).body


def test_the_manifest_as_a_script_calls_the_function_that_was_named(khyber: Server) -> None:
    answer = got(khyber, callback="jQuery1102_17", _="1700000000")
    assert answer.media_type == "text/javascript"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    script = answer.text.removeprefix("/**/jQuery1102_17(").removesuffix(");")
    assert json.loads(script) == document(got(khyber))


@pytest.mark.parametrize(
    "callback",
    ["", "alert(1)//", "a b", "a;b", "<script>", "1a", "a.b.c.d.e.f.g", "a[0]", "é", "a" * 200, "a\n"],
)
def test_a_callback_that_is_no_name_is_refused(khyber: Server, callback: str) -> None:
    answer = got(khyber, callback=callback)
    assert_readable_problem(answer, InputError)
    assert callback not in answer.text or callback in ("", "a b", "é", "a\n")


# Queries.


def test_a_batch_is_answered_by_post_and_get_alike(khyber: Server) -> None:
    batch = {
        "q0": {"query": "Tehreek-e-Taliban", "type": "Actor", "limit": 5, "type_strict": "should"},
        "q1": {"query": "Haibatullah Akhunzada", "properties": [{"pid": "side", "v": "Pakistan"}]},
        "": {"query": "100%25 + & ü"},
    }
    assert_valid(batch, "reconciliation-query-batch")
    by_post = posted(khyber, queries=batch)
    found = document(by_post)
    assert_valid(found, "reconciliation-result-batch")
    assert found.keys() == batch.keys()
    assert got(khyber, queries=json.dumps(batch)).body == by_post.body


def test_an_empty_batch_has_an_empty_answer(khyber: Server) -> None:
    assert document(posted(khyber, queries={})) == {}


def test_candidates_come_by_their_scores(khyber: Server) -> None:
    found = candidates(khyber, "Taliban Pakistan", limit=50)
    scores = [candidate["score"] for candidate in found]
    assert len(scores) > 5
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 100 for score in scores)


@pytest.mark.parametrize("limit", [1, 3, 3.0])
def test_no_more_candidates_than_wanted(khyber: Server, limit: float) -> None:
    assert len(candidates(khyber, "Pakistan", limit=limit)) == limit


def test_only_the_first_can_match(khyber: Server) -> None:
    found = candidates(khyber, "Haibatullah Akhunzada", limit=50)
    assert [candidate["match"] for candidate in found] == [True] + [False] * (len(found) - 1)
    assert len(found) > 1


def test_namesakes_are_no_match_but_a_type_tells_them_apart(khyber: Server) -> None:
    assert matches(khyber, "Pakistan") == []
    assert [candidate["id"] for candidate in candidates(khyber, "Pakistan", limit=2)] == [
        PAKISTAN,
        "place/pakistan",
    ]
    assert matches(khyber, "Pakistan", type="State") == [PAKISTAN]
    assert matches(khyber, "Pakistan", type="Country") == ["place/pakistan"]


@pytest.mark.parametrize("told", [TTP, ID + TTP, "actor:ttp", f" {TTP} "])
def test_an_id_finds_its_node(khyber: Server, told: str) -> None:
    assert [(c["id"], c["score"], c["match"]) for c in candidates(khyber, told)] == [(TTP, 100, True)]


@pytest.mark.parametrize("told", ["Q843", "wd:Q843", "http://www.wikidata.org/entity/Q843"])
def test_a_wikidata_item_finds_its_node(khyber: Server, told: str) -> None:
    assert matches(khyber, told) == [PAKISTAN]


@pytest.mark.parametrize(
    "told", ["ArmedGroup", TERM + "ArmedGroup", "khyber:ArmedGroup", ["State", "ArmedGroup"]]
)
def test_a_type_is_named_by_its_id_or_its_iri(khyber: Server, told: object) -> None:
    found = candidates(khyber, "Pakistan", type=told, limit=50)
    assert found
    for candidate in found:
        assert {"ArmedGroup", "State"} & {kind["id"] for kind in candidate["type"]}


def test_a_type_holds_for_its_subclasses(khyber: Server) -> None:
    assert matches(khyber, "TTP", type="Actor") == [TTP]
    assert matches(khyber, "TTP", type="Place") == []


def test_all_types_or_any_or_should(khyber: Server) -> None:
    both = ["State", "Place"]
    assert candidates(khyber, "Pakistan", type=both, type_strict="all") == []
    assert {c["id"] for c in candidates(khyber, "Pakistan", type=both, type_strict="any", limit=2)} == {
        PAKISTAN,
        "place/pakistan",
    }
    wished = candidates(khyber, "TTP", type="Place", type_strict="should")
    assert (wished[0]["id"], wished[0]["match"]) == (TTP, False)
    assert wished[0]["score"] < 60


def test_codes_are_found_by_who_asks_for_codes(khyber: Server) -> None:
    assert "stance/denies" not in {candidate["id"] for candidate in candidates(khyber, "denies")}
    assert matches(khyber, "denies", type="skos:Concept") == ["stance/denies"]


def test_a_property_speaks_for_or_against_a_candidate(khyber: Server) -> None:
    def with_place(value: object) -> Json:
        return candidates(khyber, "Kandahar", properties=[{"pid": "locatedIn", "v": value}])[0]

    for value in ("Afghanistan", {"id": "place/afghanistan"}, ["Iran", "Afghanistan (country)"]):
        assert (with_place(value)["id"], with_place(value)["match"]) == ("place/kandahar", True)
    assert with_place("Iran")["match"] is False
    assert with_place("Iran")["score"] < 80


def test_properties_alone_find_nodes(khyber: Server) -> None:
    told = {"properties": [{"pid": "side", "v": {"id": "side/pakistan"}}], "limit": 50}
    found = document(posted(khyber, queries={"q": told}))["q"]["result"]
    assert PAKISTAN in {candidate["id"] for candidate in found}
    assert TALIBAN not in {candidate["id"] for candidate in found}
    assert {candidate["score"] for candidate in found} == {100}
    assert [candidate["match"] for candidate in found] == [False] * len(found)


def test_the_item_can_be_asked_for_as_a_property(khyber: Server) -> None:
    told = {"properties": [{"pid": "wikidata", "v": "Q843"}]}
    assert document(posted(khyber, queries={"q": told}))["q"]["result"][0]["id"] == PAKISTAN


def test_a_batch_may_be_as_long_as_the_manifest_says_and_no_longer(khyber: Server) -> None:
    size = document(got(khyber))["batchSize"]
    batch = {f"q{number}": {"query": f"Taliban {number}"} for number in range(size)}
    assert document(posted(khyber, queries=batch)).keys() == batch.keys()
    detail = assert_readable_problem(
        posted(khyber, queries={**batch, "more": {"query": "x"}}), PayloadTooLarge
    )
    assert str(size) in detail


@pytest.mark.parametrize(
    "batch",
    [
        "not an object",
        [],
        {"q": "TTP"},
        {"q": {}},
        {"q": {"query": " "}},
        {"q": {"query": 7}},
        {"q": {"query": "x", "limit": 0}},
        {"q": {"query": "x", "limit": 1.5}},
        {"q": {"query": "x", "limit": True}},
        {"q": {"query": "half \ud83d"}},
        {"\ud83d": {"query": "half"}},
        {"q": {"query": "x", "type": 3}},
        {"q": {"query": "x", "type": [None]}},
        {"q": {"query": "x", "type_strict": "none"}},
        {"q": {"query": "x", "properties": {}}},
        {"q": {"query": "x", "properties": [{"v": "y"}]}},
        {"q": {"query": "x", "properties": [{"pid": "side"}]}},
        {"q": {"query": "x", "properties": [{"pid": "side", "v": {"name": "y"}}]}},
        {"q": {"query": "x", "properties": [{"pid": "side", "v": "y"}] * 21}},
    ],
)
def test_a_query_that_cannot_be_read_is_a_problem(khyber: Server, batch: object) -> None:
    assert_readable_problem(posted(khyber, queries=batch), InputError)


@pytest.mark.parametrize("text", ["", "{", '{"q": {"query": NaN}}', "[" * 100_000, '{"q": {"query": "\x00"}'])
def test_what_is_no_json_is_a_problem(khyber: Server, text: str) -> None:
    body = f"queries={quote(text)}".encode()
    answer = khyber.fetch("/reconcile", method="POST", headers=FORM, body=body)
    assert "JSON" in assert_readable_problem(answer, InputError)


def test_one_thing_at_a_time_is_asked(khyber: Server) -> None:
    assert_readable_problem(posted(khyber, queries={}, extend={}), InputError)
    assert_readable_problem(khyber.fetch("/reconcile?queries={}&queries={}"), InputError)
    assert_readable_problem(posted(khyber), InputError)
    assert_readable_problem(got(khyber, query="TTP"), InputError)


def test_a_body_of_another_type_is_not_read(khyber: Server) -> None:
    answer = khyber.fetch(
        "/reconcile", method="POST", headers={"Content-Type": "application/json"}, body=b'{"queries": {}}'
    )
    assert_readable_problem(answer, UnsupportedMediaType)


def test_names_of_any_kind_are_answered(khyber: Server) -> None:
    names = [
        "\u0000",
        "﷽",
        "🙂",
        "ا" * 500,
        "a" * 100_000,
        "(" * 300,
        "-",
        "' OR 1=1 --",
        "> <",
        "\ud83d\ude00 x",
    ]
    batch = {str(number): {"query": name} for number, name in enumerate(names)}
    assert document(posted(khyber, queries=batch)).keys() == batch.keys()


def test_other_methods_are_refused_and_preflight_is_answered(khyber: Server) -> None:
    assert_readable_problem(khyber.fetch("/reconcile", method="PUT", body=b""), MethodNotAllowed)
    preflight = khyber.fetch(
        "/reconcile",
        method="OPTIONS",
        headers={"Origin": "https://refine.example", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


# Elsewhere.


def test_a_server_of_files_reconciles_nothing(server: Server) -> None:
    for path in (
        "/reconcile",
        "/reconcile/",
        "/reconcile/suggest/type?prefix=a",
        "/reconcile/properties",
        "/reconcile/preview/x",
        "/reconcile/flyout/entity?id=x",
    ):
        assert_readable_problem(server.fetch(path), NotFound)
    assert_readable_problem(posted(server, queries={"q": {"query": "x"}}), NotFound)


def test_a_body_that_is_too_long_is_too_large() -> None:
    client = create_app(engine(), release="1", max_request_bytes=100).test_client()
    answer = client.post("/reconcile", data={"queries": '{"q": {"query": "%s"}}' % ("x" * 100)})
    assert_problem(answer.status_code, answer.content_type, answer.data, PayloadTooLarge)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_was_asked_is_compressed_and_can_be_revalidated(khyber: Server) -> None:
    first = khyber.fetch("/reconcile", headers={"Accept-Encoding": "gzip"})
    assert (first.status, first.headers["Content-Encoding"]) == (200, "gzip")
    again = khyber.fetch(
        "/reconcile", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status, again.body) == (304, b"")


def test_a_name_that_was_contributed_is_found(tmp_path: Path) -> None:
    with contributing(tmp_path) as published:
        assert matches(published.server, "Zalmay Testkhel") == []
        number = published.contributed(person("zalmay-testkhel", "Zalmay Testkhel"))
        assert published.decide(number, "accept").status == 200
        assert matches(published.server, "Zalmai Testkhel") == ["person/zalmay-testkhel"]
