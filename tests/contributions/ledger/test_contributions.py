from __future__ import annotations

import hashlib
from datetime import UTC, timedelta, timezone

import pytest

from keeping import ANN, CURA, START, Time, contribution, patch_of, triple, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.records import Account, Action, Kind, Status, Upload
from khyber.contributions.roles import Role
from khyber.errors import Conflict, InputError, Location, NotFound
from khyber.validation.findings import Finding, Report

REPORT = Report(
    (
        Finding(
            "Warning",
            "A “single” source.\nGive two\x00.",
            "http://example.org/node",
            path="http://example.org/says",
            value='"\U0001f600"',
            location=Location("facts.xlsx", 7, 3, "Events"),
        ),
        Finding("Info", "No link.", "http://example.org/other", shape="http://example.org/Shape"),
    ),
    {"http://example.org/node": "Ein Knoten – ꙮ"},
)


def test_a_contribution_is_read_back_as_it_was_submitted(ledger: Ledger) -> None:
    uploads = (
        Upload(bytes(range(256)) * 5, "facts.xlsx", None),
        Upload(b"", "leer – ꙮ.ttl", "text/turtle", removes=True),
    )
    new = contribution(
        "a",
        "b",
        uploads=uploads,
        patch=patch_of(triple("a"), removed=(triple("b"),)),
        report=REPORT,
        title='A "title" – ꙮ \U0001f600',
        licence="https://creativecommons.org/licenses/by/4.0/",
        base=7,
        removed=1,
        kind=Kind.MERGE,
    )
    kept = ledger.submit(new)
    assert kept == ledger.contribution(1)
    assert (kept.id, kept.status, kept.kind, kept.author) == (1, Status.SUBMITTED, Kind.MERGE, ANN)
    assert (kept.title, kept.source, kept.licence) == (new.title, new.source, new.licence)
    assert (kept.base, kept.added, kept.removed) == (7, 2, 1)
    assert kept.submitted == START + timedelta(seconds=1)
    assert kept.submitted.tzinfo is UTC
    assert (kept.decided, kept.version, kept.redacted) == (None, None, False)
    assert ledger.payload(1) == uploads
    assert ledger.patch(1) == new.patch
    assert ledger.report(1) == REPORT
    assert ledger.decisions(1) == []


def test_contributions_count_1_2_3_also_when_one_failed(ledger: Ledger) -> None:
    ledger.submit(contribution(idempotency_key="k"))
    with pytest.raises(Conflict):
        ledger.submit(contribution("other", idempotency_key="k"))
    assert ledger.submit(contribution()).id == 2


@pytest.mark.parametrize("field", ["title", "source", "licence", "idempotency_key"])
@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_a_text_that_no_database_can_keep_is_refused(field: str, character: str) -> None:
    with pytest.raises(InputError, match="not allowed"):
        contribution(**{field: f"a{character}b"})


def test_an_account_has_a_name_that_can_be_kept(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="name of an account"):
        ledger.submit(contribution(author=Account("1", "A\udcffnn", Role.CONTRIBUTOR)))
    assert ledger.contributions() == []


@pytest.mark.parametrize("number", [0, 1, -1, 2**31, 10**30])
def test_a_contribution_that_is_not_there_is_not_found(ledger: Ledger, number: int) -> None:
    for reading in (ledger.contribution, ledger.payload, ledger.patch, ledger.report, ledger.decisions):
        with pytest.raises(NotFound, match=f"There is no contribution {number}"):
            reading(number)
    with pytest.raises(NotFound):
        ledger.decide(number, Action.REJECT, CURA, "no")


def test_contributions_are_listed_newest_first_in_pages_and_counted(ledger: Ledger) -> None:
    for number in range(1, 8):
        ledger.submit(contribution(title=f"Title {number}"))
    for number in (2, 4):
        ledger.decide(number, Action.REJECT, CURA, "no")
    assert [each.id for each in ledger.contributions(limit=3)] == [7, 6, 5]
    assert [each.id for each in ledger.contributions(limit=3, before=5)] == [4, 3, 2]
    assert [each.id for each in ledger.contributions(before=10**30, limit=None)] == [7, 6, 5, 4, 3, 2, 1]
    assert [each.id for each in ledger.contributions(Status.SUBMITTED, limit=2, before=6)] == [5, 3]
    assert [each.id for each in ledger.contributions(Status.REJECTED)] == [4, 2]
    assert ledger.contributions(Status.ACCEPTED) == []
    assert ledger.counts() == {status: {"submitted": 5, "rejected": 2}.get(status, 0) for status in Status}


def test_the_same_idempotency_key_gives_the_same_contribution(ledger: Ledger) -> None:
    new = contribution(idempotency_key="k")
    first = ledger.submit(new)
    assert ledger.submit(new) == first
    assert ledger.repeated(ANN, "k", new.uploads) == first
    assert len(ledger.contributions()) == 1
    decision = ledger.decide(first.id, Action.REJECT, CURA, "no")
    assert ledger.submit(new).decided == decision.time


@pytest.mark.parametrize(
    "other",
    [
        Upload(b"other", "facts.nt", "application/n-triples"),
        Upload(b"same", "other.nt", "application/n-triples"),
        Upload(b"same", "facts.nt", "text/turtle"),
        Upload(b"same", "facts.nt", "application/n-triples", removes=True),
    ],
    ids=["data", "name", "media type", "removes"],
)
def test_an_idempotency_key_that_came_with_other_documents_is_a_conflict(
    ledger: Ledger, other: Upload
) -> None:
    uploads = (Upload(b"same", "facts.nt", "application/n-triples"),)
    ledger.submit(contribution(uploads=uploads, idempotency_key="k"))
    with pytest.raises(Conflict, match="as contribution 1"):
        ledger.submit(contribution(uploads=(other,), idempotency_key="k"))
    with pytest.raises(Conflict, match="as contribution 1"):
        ledger.repeated(ANN, "k", (other,))
    assert len(ledger.contributions()) == 1


def test_an_idempotency_key_belongs_to_its_author(ledger: Ledger) -> None:
    bob = Account("9", "Bob", Role.CONTRIBUTOR)
    first = ledger.submit(contribution(idempotency_key="k"))
    assert ledger.submit(contribution(idempotency_key="k", author=bob)).id == first.id + 1
    assert ledger.repeated(CURA, "k", contribution().uploads) is None
    assert ledger.repeated(ANN, None, contribution().uploads) is None


def test_without_an_idempotency_key_each_submission_is_a_contribution(ledger: Ledger) -> None:
    assert [ledger.submit(contribution()).id for _ in range(3)] == [1, 2, 3]


def test_times_of_any_zone_are_kept_in_utc(where: str) -> None:
    here = timezone(timedelta(hours=5))
    with Ledger.open(where, clock=lambda: START.astimezone(here)) as ledger:
        assert ledger.submit(contribution()).submitted == START
        ledger.record_base(version(1, time=START.astimezone(here)))
        head = ledger.head()
        assert head is not None
        assert (head.time, head.time.tzinfo) == (START, UTC)


def test_documents_are_kept_compressed(ledger: Ledger) -> None:
    data = b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n" * 20_000
    ledger.submit(contribution(uploads=(Upload(data, "facts.nt"),)))
    with ledger._database.read() as connection:
        row = connection.exec_driver_sql("SELECT data, sha256 FROM uploads").one()
    assert len(row.data) < len(data) / 100
    assert row.sha256 == hashlib.sha256(data).hexdigest()


def test_what_was_committed_is_there_when_the_ledger_is_opened_again(where: str, time: Time) -> None:
    with Ledger.open(where, clock=time) as ledger:
        ledger.submit(contribution())
        ledger.record_base(version(1))
    with Ledger.open(where, clock=time) as ledger:
        assert [each.id for each in ledger.contributions()] == [1]
        assert ledger.delta(1) == version(1).delta
        assert ledger.verify() == ()
