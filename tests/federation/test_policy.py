from __future__ import annotations

from ipaddress import ip_address

import pytest

from khyber.config import ALLOW_LOAD, ALLOW_PRIVATE, ALLOW_SERVICE, CONTACT, WIKIDATA
from khyber.engine.outbound import Outbound
from khyber.errors import BadGateway, EndpointBusy, KhyberError
from khyber.federation.addresses import is_public
from khyber.federation.kept import MOST_ANSWERS, Kept
from khyber.federation.policy import Policy
from khyber.federation.turns import LONGEST_PAUSE, USUAL_PAUSE, Turns
from khyber.setting import Setting, SettingError

VALUES: list[tuple[Setting[tuple[str, ...]], str, tuple[str, ...]]] = [
    (ALLOW_SERVICE, "none", ()),
    (ALLOW_SERVICE, "wikidata", WIKIDATA),
    (ALLOW_SERVICE, "https://a.example/sparql  wikidata", ("https://a.example/sparql", *WIKIDATA)),
    (ALLOW_LOAD, "NONE", ()),
    (ALLOW_LOAD, "http://a.example/ http://a.example/", ("http://a.example/",)),
    (ALLOW_PRIVATE, "LocalHost [::1] 10.0.0.1", ("localhost", "::1", "10.0.0.1")),
    (ALLOW_PRIVATE, "none", ()),
]


@pytest.mark.parametrize(("setting", "text", "value"), VALUES)
def test_a_list_is_written_with_spaces_between(
    setting: Setting[tuple[str, ...]], text: str, value: tuple[str, ...]
) -> None:
    assert setting.parse(text) == value


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (ALLOW_SERVICE, "file:///etc/passwd"),
        (ALLOW_SERVICE, "a.example/sparql"),
        (ALLOW_SERVICE, "https://"),
        (ALLOW_SERVICE, "none https://a.example/"),
        (ALLOW_LOAD, "wikidata"),
        (ALLOW_LOAD, " "),
        (ALLOW_PRIVATE, "http://localhost"),
        (CONTACT, "me"),
        (CONTACT, "a@b.example\r\nX-Evil: 1"),
        (CONTACT, "a@b.example) Mozilla"),
        (CONTACT, "ä@b.example"),
    ],
)
def test_what_is_no_such_list_is_a_wrong_setting(setting: Setting[object], text: str) -> None:
    with pytest.raises(SettingError):
        setting.parse(text)


@pytest.mark.parametrize("text", ["a@b.example", "mailto:a@b.example", "https://b.example/contact"])
def test_a_contact_is_an_address(text: str) -> None:
    policy = Policy(services=WIKIDATA, contact=CONTACT.parse(text))
    assert text in policy.user_agent
    assert policy.is_open


@pytest.mark.parametrize(
    "policy",
    [Policy(), Policy(contact="a@b.example"), Policy(services=WIKIDATA)],
    ids=["all", "none", "contact"],
)
def test_a_policy_that_lacks_something_is_closed(policy: Policy) -> None:
    assert not policy.is_open
    assert policy.outbound("http://127.0.0.1:1/word").forwarder is None


def test_a_policy_comes_through_json_as_it_was() -> None:
    import json

    policy = Policy(WIKIDATA, ("http://a.example/",), ("localhost",), "a@b.example", 3, 4, 5)
    assert Policy.read(json.loads(json.dumps(policy.members()))) == policy


PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_of_a_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["208.80.154.224", "2620:0:861:ed1a::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


PAUSES = [
    ("120", 120),
    (" 7 ", 7),
    ("0", 1),
    ("-5", USUAL_PAUSE),
    (None, USUAL_PAUSE),
    ("soon", USUAL_PAUSE),
    ("9" * 400, LONGEST_PAUSE),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 1),
    ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
    ("٣", USUAL_PAUSE),
]


@pytest.mark.parametrize(("retry_after", "seconds"), PAUSES)
def test_a_host_is_left_alone_as_long_as_it_asks(retry_after: str | None, seconds: int) -> None:
    clock = Clock()
    turns = Turns(clock)
    assert turns.leave_alone("a.example", retry_after) == seconds
    clock.now += seconds - 0.5
    with (
        pytest.raises(EndpointBusy) as caught,
        turns.turn("a.example", "http://a.example/sparql", seconds=1),
    ):
        pass
    assert caught.value.retry_after == 1
    clock.now += 1
    with turns.turn("a.example", "http://a.example/sparql", seconds=1):
        pass


def test_a_turn_that_does_not_come_is_told_and_other_hosts_have_theirs() -> None:
    turns = Turns()
    with turns.turn("a.example", "http://a.example/sparql", seconds=1):
        with turns.turn("b.example", "http://b.example/sparql", seconds=1):
            pass
        with (
            pytest.raises(EndpointBusy, match=r"a\.example") as caught,
            turns.turn("a.example", "http://a.example/sparql", seconds=0.01),
        ):
            pass
    assert caught.value.retry_after == 1


def test_an_answer_is_kept_for_a_while_and_a_failure_for_less() -> None:
    clock = Clock()
    kept = Kept(60, clock)
    kept.keep("answer", b"1")
    kept.keep("failure", BadGateway("It fails.", remedy="Wait."))
    assert kept.get("answer") == b"1"
    with pytest.raises(BadGateway, match=r"It fails\. Wait\."):
        kept.get("failure")
    clock.now += 6
    assert kept.get("failure") is None
    assert kept.get("answer") == b"1"
    clock.now += 60
    assert kept.get("answer") is None


def test_the_oldest_answers_make_room() -> None:
    kept = Kept(60, Clock())
    for number in range(MOST_ANSWERS + 1):
        kept.keep(number, b"x")
    assert kept.get(0) is None
    assert kept.get(MOST_ANSWERS) == b"x"
    kept.keep("large", b"x" * 70_000_000)
    assert kept.get("large") is None
    assert kept.get(MOST_ANSWERS) is None


ALLOWED = Outbound(loads=("http://a.example/data/", "http://a.example/one.ttl"))


@pytest.mark.parametrize(
    "iri", ["http://a.example/data/x.ttl", "http://a.example/data/a/b?c", "http://a.example/one.ttl"]
)
def test_a_document_that_is_named_may_be_loaded(iri: str) -> None:
    assert ALLOWED.allows_load(iri)


@pytest.mark.parametrize(
    "iri",
    [
        "http://a.example/",
        "http://a.example/data",
        "http://a.example/one.ttl2",
        "http://a.example/one.ttl?x",
        "http://a.example/data/../secret",
        "http://a.example/data/%2e%2E/secret",
        "http://a.example/data/..%2fsecret",
        "http://a.example/data/x/..",
        "http://a.example/data/..\\secret",
        "http://a.example.evil.example/data/",
        "file:///etc/passwd",
    ],
)
def test_a_document_that_is_not_named_may_not_be_loaded(iri: str) -> None:
    assert not ALLOWED.allows_load(iri)


def test_a_kept_failure_is_another_object_each_time() -> None:
    kept = Kept(60, Clock())
    kept.keep("failure", BadGateway("It fails."))
    seen: list[KhyberError] = []
    for _ in range(2):
        with pytest.raises(BadGateway) as caught:
            kept.get("failure")
        seen.append(caught.value)
    assert seen[0] is not seen[1]
