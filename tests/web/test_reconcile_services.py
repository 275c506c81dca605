"""Suggestions, previews, flyouts and data extension of the reconciliation service, on a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from khyber.errors import InputError, NotFound, PayloadTooLarge
from reconciliation_schemas import assert_valid
from reconciling import Json, assert_readable_problem, document, got, posted
from running import Server, serving

TTP, TALIBAN, PAKISTAN = "actor/ttp", "actor/afghan-taliban", "actor/pakistan"


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


# Suggestions.


@pytest.mark.parametrize(
    ("what", "prefix", "expected", "schema"),
    [
        ("entity", "tehr", TTP, "suggest-entities-response"),
        ("entity", "paki", PAKISTAN, "suggest-entities-response"),
        ("entity", "akhun", "person/haibatullah-akhunzada", "suggest-entities-response"),
        ("entity", "akhundzada", "person/haibatullah-akhunzada", "suggest-entities-response"),
        ("entity", TTP, TTP, "suggest-entities-response"),
        ("type", "armed g", "ArmedGroup", "suggest-types-response"),
        ("type", "ArmedGroup", "ArmedGroup", "suggest-types-response"),
        ("property", "located", "locatedIn", "suggest-properties-response"),
        ("property", "wikidata", "wikidata", "suggest-properties-response"),
    ],
)
def test_what_is_meant_is_suggested_among_the_first(
    khyber: Server, what: str, prefix: str, expected: str, schema: str
) -> None:
    found = document(got(khyber, f"/reconcile/suggest/{what}", prefix=prefix))
    assert_valid(found, schema)
    assert expected in [suggestion["id"] for suggestion in found["result"][:5]]


def test_a_cursor_leads_on_without_gaps(khyber: Server) -> None:
    def ids(cursor: int) -> list[str]:
        found = document(got(khyber, "/reconcile/suggest/entity", prefix="a", cursor=str(cursor)))
        return [suggestion["id"] for suggestion in found["result"]]

    first = ids(0)
    assert len(first) == 20
    assert ids(5)[:15] == first[5:]
    assert not set(ids(20)) & set(first)
    assert ids(100_000) == []


def test_suggestions_keep_to_a_type(khyber: Server) -> None:
    found = document(got(khyber, "/reconcile/suggest/entity", prefix="pak", type="Province"))["result"]
    assert [suggestion["id"] for suggestion in found] == ["place/paktika", "place/khyber-pakhtunkhwa"]


def test_a_type_is_suggested_with_those_above_it(khyber: Server) -> None:
    found = document(got(khyber, "/reconcile/suggest/type", prefix="airstrike"))["result"]
    assert found[0]["broader"] == [{"id": "Attack", "name": "attack"}]


def test_all_types_are_suggested_to_who_has_not_typed(khyber: Server) -> None:
    assert len(document(got(khyber, "/reconcile/suggest/type", prefix=""))["result"]) == 20


@pytest.mark.parametrize("query", ["", "prefix=a&cursor=x", "prefix=a&cursor=-1"])
def test_a_suggestion_that_cannot_be_read_is_a_problem(khyber: Server, query: str) -> None:
    assert_readable_problem(khyber.fetch(f"/reconcile/suggest/entity?{query}"), InputError)


# Pages.


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("own", [TTP, "assertion/accusation-of-sheltering-ttp", "stance/denies"])
def test_the_view_and_the_preview_of_an_id_are_there(khyber: Server, own: str) -> None:
    manifest = document(got(khyber))
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        for written in (own, quote(own, safe="")):  # as ids are put in by some clients, and by others
            answer = khyber.fetch(
                template.replace("{{id}}", written).removeprefix(khyber.root), headers={"Accept": "text/html"}
            )
            assert (answer.status, answer.media_type) == (200, "text/html")


def test_a_preview_may_stand_in_a_frame_and_loads_nothing_from_elsewhere(khyber: Server) -> None:
    answer = khyber.fetch(f"/reconcile/preview/{TTP}")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    page = Page(answer.text)
    assert "Tehrik-i-Taliban Pakistan" in page.text
    assert all(link.startswith("/") for link in page.links)


def test_no_other_page_may_stand_in_a_frame(khyber: Server) -> None:
    for path in ("/", f"/id/{TTP}", "/reconcile"):
        answer = khyber.fetch(path, headers={"Accept": "text/html"})
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("what", "own", "told"),
    [
        ("entity", TTP, "Pakistani Taliban"),
        ("type", "ArmedGroup", "fights"),
        ("property", "locatedIn", "larger place"),
    ],
)
def test_a_flyout_tells_of_what_is_suggested(khyber: Server, what: str, own: str, told: str) -> None:
    service = document(got(khyber))["suggest"][what]
    path = (service["flyout_service_url"] + service["flyout_service_path"]).replace(
        "${id}", quote(own, safe="")
    )
    found = document(khyber.fetch(path.removeprefix(khyber.root)))
    assert found["id"] == own
    assert told in Page(found["html"]).text


@pytest.mark.parametrize(
    "path",
    [
        "preview/actor/nobody",
        "preview/%3Cb%3E",
        "flyout/entity?id=x",
        "flyout/type?id=x",
        "flyout/property?id=x",
    ],
)
def test_of_what_is_not_known_nothing_is_told(khyber: Server, path: str) -> None:
    assert_readable_problem(khyber.fetch(f"/reconcile/{path}"), NotFound)


# Data extension.


def test_rows_are_extended_under_the_ids_that_were_asked_for(khyber: Server) -> None:
    extension: Json = {
        "ids": [PAKISTAN, TTP, "place/kandahar", "actor/nobody", "no id at all <>"],
        "properties": [{"id": "wikidata"}, {"id": "side"}, {"id": "locatedIn"}, {"id": "wgs84:lat"}],
    }
    assert_valid(extension, "data-extension-query")
    found = document(posted(khyber, extend=extension))
    assert_valid(found, "data-extension-response")
    assert list(found["rows"]) == extension["ids"]
    assert [meta["id"] for meta in found["meta"]] == ["wikidata", "side", "locatedIn", "wgs84:lat"]
    assert found["rows"][PAKISTAN]["wikidata"] == [{"str": "Q843"}]
    assert found["rows"][PAKISTAN]["side"] == [{"id": "side/pakistan", "name": "Pakistani side"}]
    assert found["rows"][TTP]["wikidata"] == []
    assert found["rows"]["place/kandahar"]["locatedIn"][0]["id"] == "place/afghanistan"
    assert found["rows"]["actor/nobody"] == {each["id"]: [] for each in extension["properties"]}
    assert got(khyber, extend=json.dumps(extension)).body == posted(khyber, extend=extension).body


def test_what_only_reasoning_says_can_be_left_out(khyber: Server) -> None:
    def accused(**settings: object) -> list[object]:
        properties = [{"id": "accuses", "settings": settings}, {"id": "mentionedIn", "settings": settings}]
        row = document(posted(khyber, extend={"ids": [PAKISTAN], "properties": properties}))["rows"][PAKISTAN]
        assert row["mentionedIn"]
        found: list[object] = row["accuses"]
        return found

    assert accused() == [{"id": TALIBAN, "name": "Afghan Taliban"}]
    assert accused(asserted=True) == []


def test_no_more_values_than_wanted(khyber: Server) -> None:
    def values(limit: object) -> int:
        properties = [{"id": "claimantOf", "settings": {"limit": limit}}]
        rows = document(posted(khyber, extend={"ids": [PAKISTAN], "properties": properties}))["rows"]
        return len(rows[PAKISTAN]["claimantOf"])

    assert (values(2), values("3")) == (2, 3)
    assert values(0) > 3


def test_numbers_and_days_are_what_they_are(khyber: Server) -> None:
    claim = "assertion/accusation-of-sheltering-ttp"
    properties = [{"id": "latestDate"}, {"id": "sentence"}]
    found = document(posted(khyber, extend={"ids": [claim], "properties": properties}))
    assert_valid(found, "data-extension-response")
    row = found["rows"][claim]
    assert row["latestDate"] == [{"date": "2026-02-28T00:00:00Z"}]
    assert all(type(value["int"]) is int for value in row["sentence"])


@pytest.mark.parametrize(
    "extension",
    [
        {},
        {"ids": "actor/ttp", "properties": []},
        {"ids": [1], "properties": []},
        {"ids": [], "properties": [{}]},
        {"ids": [], "properties": [{"id": "noSuchProperty"}]},
        {"ids": [], "properties": [{"id": "side", "settings": "x"}]},
        {"ids": [], "properties": [{"id": "side", "settings": {"limit": "many"}}]},
    ],
)
def test_an_extension_that_cannot_be_read_is_a_problem(khyber: Server, extension: object) -> None:
    assert_readable_problem(posted(khyber, extend=extension), InputError)


def test_an_extension_of_too_many_nodes_is_too_large(khyber: Server) -> None:
    many = [f"actor/{number}" for number in range(501)]
    assert_readable_problem(posted(khyber, extend={"ids": many, "properties": []}), PayloadTooLarge)


def test_properties_are_proposed_for_a_type(khyber: Server) -> None:
    found = document(got(khyber, "/reconcile/properties", type="City"))
    assert_valid(found, "data-extension-property-proposal")
    proposed = [each["id"] for each in found["properties"]]
    assert found["type"] == "City"
    assert "locatedIn" in proposed
    assert "accuses" not in proposed
    few = document(got(khyber, "/reconcile/properties", type="City", limit="2"))
    assert (few["limit"], [each["id"] for each in few["properties"]]) == (2, proposed[:2])
    assert document(got(khyber, "/reconcile/properties", type="Nonsense"))["properties"] == []
    assert len(document(got(khyber, "/reconcile/properties"))["properties"]) > len(proposed)


def test_what_is_proposed_can_be_asked_for(khyber: Server) -> None:
    found = document(got(khyber, "/reconcile/properties", type="Actor"))["properties"]
    assert found[0]["id"] == "wikidata"
    properties = [{"id": each["id"]} for each in found]
    answer = document(posted(khyber, extend={"ids": [TTP, PAKISTAN], "properties": properties}))
    assert_valid(answer, "data-extension-response")
    assert [meta["name"] for meta in answer["meta"]] == [each["name"] for each in found]
