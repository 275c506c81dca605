"""The client of Wikidata's API: polite, patient up to a point, and never taken in by a bad answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from khyber.errors import BadGateway, EndpointBusy, UsageError
from khyber.federation.policy import Policy
from khyber.linking.answers import Answers
from khyber.linking.wikidata import Wikidata
from linking.wikibase import BUSY, Fault, Wikibase, answering, breaking_off, item, send, wikibase

CONTACT = "curator@example.org"
KABUL = item("Q9001", "Kabul", "Q515", aliases=("Kabool",), country="Q889")


@dataclass
class Clock:
    """Time that passes only when it is waited for, or set on."""

    now: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def base() -> Iterator[Wikibase]:
    with wikibase(KABUL) as running:
        yield running


def client(base: Wikibase, clock: Clock, folder: Path, contact: str = CONTACT, api: str = "") -> Wikidata:
    policy = Policy(contact=contact, private=("127.0.0.1",), seconds=5)
    answers = Answers(folder, timedelta(days=1), lambda: clock.now)
    return Wikidata(api or base.api, policy, answers, sleep=clock.sleep)


def test_without_a_contact_it_does_not_begin(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Give --contact or KHYBER_CONTACT"):
        client(base, clock, tmp_path, contact="")
    assert base.asked == []


def test_a_search_gives_items_in_the_name_of_the_operator(
    base: Wikibase, clock: Clock, tmp_path: Path
) -> None:
    (hit,) = client(base, clock, tmp_path).search("kabo")
    assert (hit.id, hit.label, hit.matched) == ("Q9001", "Kabul", "Kabool")
    (asked,) = base.asked
    assert asked["action"] == "wbsearchentities"
    assert (asked["maxlag"], asked["format"], asked["type"]) == ("5", "json", "item")
    agent = base.remote.asked[0].headers["User-Agent"]
    assert agent.startswith("Khyber/")
    assert CONTACT in agent


def test_entities_come_fifty_at_a_time_one_request_after_the_other(clock: Clock, tmp_path: Path) -> None:
    items = [item(f"Q{number}", f"Item {number}") for number in range(10_000, 10_120)]
    with wikibase(*items) as base:
        found = client(base, clock, tmp_path).entities(record["id"] for record in items)
        assert [entity.label for entity in found.values()] == [
            f"Item {number}" for number in range(10_000, 10_120)
        ]
        assert [len(asked["ids"].split("|")) for asked in base.asked] == [50, 50, 20]
        assert base.remote.most_at_once == 1


def test_what_was_answered_is_not_asked_again_until_it_is_old(
    base: Wikibase, clock: Clock, tmp_path: Path
) -> None:
    for _ in range(2):
        wikidata = client(base, clock, tmp_path)
        assert wikidata.search("Kabul")
        assert wikidata.entities(["Q9001"])["Q9001"].fetched == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert len(base.asked) == 2
    clock.now += timedelta(days=1, seconds=1)
    assert client(base, clock, tmp_path).entities(["Q9001"])["Q9001"].fetched == clock.now
    assert len(base.asked) == 3


def test_a_damaged_answer_on_disk_is_asked_anew(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    client(base, clock, tmp_path).entities(["Q9001"])
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:40])
    assert client(base, clock, tmp_path).entities(["Q9001"])["Q9001"].label == "Kabul"
    assert len(base.asked) == 2


def test_a_missing_item_is_an_answer(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    found = client(base, clock, tmp_path).entities(["Q9001", "Q404"])
    assert [(entity.id, entity.is_missing) for entity in found.values()] == [("Q9001", False), ("Q404", True)]


def test_a_redirected_item_says_where_it_went(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    base.redirects["Q9002"] = "Q9001"
    for _ in range(2):
        entity = client(base, clock, tmp_path).entities(["Q9002"])["Q9002"]
        assert (entity.asked, entity.id, entity.is_redirect) == ("Q9002", "Q9001", True)
    assert len(base.asked) == 1


FAULTS: dict[str, tuple[Fault, list[float]]] = {
    "429 with the seconds": (answering({}, 429, {"Retry-After": "7"}), [7]),
    "429 without": (answering({}, 429), [1]),
    "503 with a date long ago": (answering({}, 503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), [1]),
    "maxlag in a 200": (answering(BUSY, 200, {"Retry-After": "5"}), [5]),
    "maxlag without Retry-After": (answering(BUSY), [1]),
    "truncated JSON": (answering(b'{"entities": {"Q9001": {"id": "Q90'), [1]),
    "broken off": (breaking_off, [1]),
    "text in a 200": (answering(b"upstream connect error"), [1]),
    "no entities": (answering({"success": 1}), [1]),
    "other entities": (answering({"entities": {"Q1": {"id": "Q1"}}}), [1]),
    "a list": (answering([]), [1]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_passing_fault_it_waits_and_asks_again(
    name: str, base: Wikibase, clock: Clock, tmp_path: Path
) -> None:
    fault, waits = FAULTS[name]
    base.faults.append(fault)
    assert client(base, clock, tmp_path).entities(["Q9001"])["Q9001"].label == "Kabul"
    assert clock.waits == waits
    assert len(base.asked) == 2


def test_it_waits_longer_each_time_and_gives_up(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    base.faults.extend([answering(BUSY)] * 9)
    with pytest.raises(EndpointBusy, match=r"no good answer in 5 tries; the last time: maxlag: Waiting for"):
        client(base, clock, tmp_path).entities(["Q9001"])
    assert clock.waits == [1, 2, 4, 8]
    assert len(base.asked) == 5
    assert list(tmp_path.iterdir()) == []


def test_a_pause_that_is_too_long_ends_the_work(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    base.faults.append(answering({}, 429, {"Retry-After": "3600"}))
    with pytest.raises(EndpointBusy, match="left alone for 3,600 seconds") as raised:
        client(base, clock, tmp_path).search("Kabul")
    assert raised.value.retry_after == 3600
    assert clock.waits == []
    assert len(base.asked) == 1


FINAL: dict[str, tuple[Fault, str]] = {
    "an error in a 200": (
        answering({"error": {"code": "no-such-entity", "info": "Could not find an entity."}}),
        "answered with the error 'no-such-entity': Could not find an entity.",
    ),
    "a redirect": (
        answering(b"", 302, {"Location": "https://elsewhere.example/api"}),
        "is not the API: it leads on to https://elsewhere.example/api. Give --wikidata-api",
    ),
    "no agent": (
        answering(b"Please set a user-agent and respect our robot policy", 403),
        "refuses to answer (403): 'Please set a user-agent and respect our robot policy' It may not take",
    ),
    "not there": (answering(b"Not Found", 404), "answered 404: 'Not Found'"),
    "no entity": (
        answering({"entities": {"Q9001": "?"}}),
        "answered wrongly: the answer about Q9001 is no entity.",
    ),
}


@pytest.mark.parametrize("name", FINAL)
def test_what_will_not_pass_is_said_at_once(name: str, base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    fault, said = FINAL[name]
    base.faults.append(fault)
    with pytest.raises(BadGateway) as raised:
        client(base, clock, tmp_path).entities(["Q9001"])
    assert said in str(raised.value)
    assert clock.waits == []
    assert list(tmp_path.iterdir()) == []


def test_nobody_there_is_said_after_some_tries(base: Wikibase, clock: Clock, tmp_path: Path) -> None:
    gone = client(base, clock, tmp_path, api="http://127.0.0.1:9/w/api.php")
    with pytest.raises(EndpointBusy, match="Connection refused"):
        gone.search("Kabul")
    assert clock.waits == [1, 2, 4, 8]


def test_statements_are_read_by_their_rank_and_unknown_values_left_out(clock: Clock, tmp_path: Path) -> None:
    record = item("Q9003", "Old city", "Q515 Q34876", dates={"P571": "1999-02-03"}, coordinates=(34.5, 69))
    record["claims"]["P31"][0]["rank"] = "preferred"
    record["claims"]["P571"].append({"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"})
    record["claims"]["P571"].append({**record["claims"]["P571"][0], "rank": "deprecated"})
    record["claims"]["P999"] = record["claims"]["P31"]
    with wikibase(record) as base:
        entity = client(base, clock, tmp_path).entities(["Q9003"])["Q9003"]
    assert entity.types == ("Q515",)
    assert [(period.first.isoformat(), period.last.isoformat()) for period in entity.beginnings] == [
        ("1999-02-03", "1999-02-03")
    ]
    assert entity.coordinates == ((34.5, 69.0),)
    assert "P999" not in "".join(file.read_text() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("time", "precision", "days"),
    [
        ("+2026-02-06T00:00:00Z", 11, [("2026-02-06", "2026-02-06")]),
        ("+2026-02-00T00:00:00Z", 10, [("2026-02-01", "2026-02-28")]),
        ("+2025-12-00T00:00:00Z", 10, [("2025-12-01", "2025-12-31")]),
        ("+1996-00-00T00:00:00Z", 9, [("1996-01-01", "1996-12-31")]),
        ("+1990-00-00T00:00:00Z", 8, []),
        ("-0500-00-00T00:00:00Z", 9, []),
        ("+2026-02-30T00:00:00Z", 11, []),
    ],
)
def test_dates_are_as_precise_as_they_are_said_to_be(
    time: str, precision: int, days: list[tuple[str, str]], clock: Clock, tmp_path: Path
) -> None:
    record = item("Q9004", "Raid", dates={"P585": "2026-01-01"})
    record["claims"]["P585"][0]["mainsnak"]["datavalue"]["value"] = {"time": time, "precision": precision}
    with wikibase(record) as base:
        entity = client(base, clock, tmp_path).entities(["Q9004"])["Q9004"]
    assert [(each.first.isoformat(), each.last.isoformat()) for each in entity.moments] == days


def test_the_server_of_these_tests_answers_what_it_is_told(
    base: Wikibase, clock: Clock, tmp_path: Path
) -> None:
    base.faults.append(lambda handler: send(handler, {"search": "?"}))
    with pytest.raises(BadGateway, match="the answer to a search is no list"):
        client(base, clock, tmp_path).search("Kabul")
    assert list(tmp_path.iterdir()) == []
