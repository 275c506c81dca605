"""Contributions over HTTP, on a running server: sent in, shown, decided, undone, taken out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contributing import BROKEN, Contributing, contributing, members, nameless, person
from khyber.errors import (
    Conflict,
    Forbidden,
    KhyberError,
    MethodNotAllowed,
    NotFound,
    RdfSyntaxError,
    Redacted,
    Unauthorized,
    UnsupportedMediaType,
    UsageError,
)
from khyber.rdf.delta import from_rdf_patch
from problem_shape import assert_problem, assert_refusal
from running import Answer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SOURCE = "https://example.org/source"


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("contributions")) as running:
        yield running


def assert_told(answer: Answer, expected: type[KhyberError]) -> dict[str, object]:
    return assert_problem(answer.status, answer.headers["Content-Type"], answer.body, expected)


def test_what_conforms_is_kept_for_review_and_not_published(khyber: Contributing) -> None:
    answer = khyber.contribute(person("kept"), title="A person", licence="CC0")
    assert answer.status == 201
    found = members(answer)
    assert answer.headers["Location"] == f"/contributions/{found['id']}" == found["links"]["self"]
    assert (found["status"], found["title"], found["source"]) == ("submitted", "A person", SOURCE)
    assert found["author"] == {"name": "Test contributor", "role": "contributor"}
    assert (found["added"], found["removed"], found["licence"]) == (3, 0, "CC0")
    again = members(khyber.fetch(answer.headers["Location"]))
    assert again == found
    assert not khyber.knows("kept")


def test_what_violates_is_answered_with_its_report_and_not_kept(khyber: Contributing) -> None:
    before = khyber.fetch("/contributions").body
    answer = khyber.contribute(nameless("bad"), name="bad.ttl")
    found = assert_refusal(answer.status, answer.headers["Content-Type"], answer.body)
    assert any("rdfs:label" in each["message"] for each in found["findings"])
    assert {each["location"]["source"] for each in found["findings"] if "location" in each} == {"bad.ttl"}
    assert khyber.fetch("/contributions").body == before


@pytest.mark.parametrize("accept", ["text/turtle", "application/sarif+json", "text/plain", "text/html"])
def test_the_refusal_comes_in_the_format_that_is_asked_for(khyber: Contributing, accept: str) -> None:
    answer = khyber.fetch(
        "/contributions?title=t&source=s",
        method="POST",
        role="contributor",
        accept=accept,
        body=nameless("bad").encode(),
        content_type="text/turtle",
    )
    assert (answer.status, answer.media_type) == (422, accept)
    assert "rdfs:label" in answer.text


def test_what_cannot_be_read_is_told_with_its_line(khyber: Contributing) -> None:
    assert assert_told(khyber.contribute(BROKEN), RdfSyntaxError)["line"] == 6


def test_sending_in_needs_a_token_a_title_and_a_source(khyber: Contributing) -> None:
    assert_told(khyber.contribute(person("x"), role=None), Unauthorized)
    assert_told(khyber.contribute(person("x"), title=" "), UsageError)
    assert_told(khyber.contribute(person("x"), source=""), UsageError)


def test_the_same_key_gives_the_same_contribution(khyber: Contributing) -> None:
    def send(document: str) -> Answer:
        return khyber.fetch(
            "/contributions?title=t&source=s",
            method="POST",
            role="contributor",
            body=document.encode(),
            content_type="text/turtle",
            Idempotency_Key="key-1",
        )

    first, again = send(person("once")), send(person("once"))
    assert (first.status, again.status) == (201, 201)
    assert members(first)["id"] == members(again)["id"]
    assert_told(send(person("twice")), Conflict)


def test_a_contribution_has_its_difference_report_documents_and_decisions(khyber: Contributing) -> None:
    document = person("whole", "Whole")
    number = khyber.contributed(document, name="whole.ttl")
    patch = khyber.fetch(f"/contributions/{number}/diff", accept="*/*")
    assert patch.media_type == "application/rdf-patch"
    delta = from_rdf_patch(patch.body, "diff")
    assert (len(delta.added), len(delta.removed)) == (3, 0)
    assert {str(quad.graph_name) for quad in delta.added} == {
        f"<https://w3id.org/khyber/graph/contribution/{number}>"
    }
    assert members(khyber.fetch(f"/contributions/{number}/report"))["conforms"] is True
    assert khyber.fetch(f"/contributions/{number}/report", accept="text/turtle").media_type == "text/turtle"
    payload = khyber.fetch(f"/contributions/{number}/payload", accept="*/*")
    assert payload.body == document.encode()
    assert payload.headers["Content-Type"] == "application/octet-stream"
    assert "filename=whole.ttl" in payload.headers["Content-Disposition"].replace('"', "")
    assert_told(khyber.fetch(f"/contributions/{number}/payload/2"), NotFound)
    assert members(khyber.fetch(f"/contributions/{number}/decisions")) == {"decisions": []}


def test_what_is_accepted_is_seen_by_the_next_query_and_can_be_undone(khyber: Contributing) -> None:
    number = khyber.contributed(person("accepted"))
    answer = khyber.decide(number, "accept", reason="Checked.")
    assert answer.status == 200
    decision = members(answer)
    assert (decision["decision"], decision["reason"]) == ("accept", "Checked.")
    assert decision["by"] == {"name": "Test curator", "role": "curator"}
    assert khyber.knows("accepted")
    found = members(khyber.fetch(f"/contributions/{number}"))
    assert (found["status"], found["version"]) == ("accepted", decision["version"])

    undone = members(khyber.decide(number, "revert", reason="Wrong."))
    assert undone["version"] > decision["version"]
    assert not khyber.knows("accepted")
    told = members(khyber.fetch(f"/contributions/{number}/decisions"))["decisions"]
    assert [each["decision"] for each in told] == ["accept", "revert"]


def test_what_is_rejected_or_withdrawn_is_not_published(khyber: Contributing) -> None:
    rejected, withdrawn = khyber.contributed(person("rejected")), khyber.contributed(person("withdrawn"))
    assert khyber.decide(rejected, "reject").status == 200
    assert khyber.decide(withdrawn, "withdraw", role="contributor", reason="").status == 200
    for number, status in ((rejected, "rejected"), (withdrawn, "withdrawn")):
        assert members(khyber.fetch(f"/contributions/{number}"))["status"] == status
        assert_told(khyber.decide(number, "accept"), Conflict)
    assert not khyber.knows("rejected")
    assert not khyber.knows("withdrawn")


@pytest.mark.parametrize("decision", ["accept", "reject", "revert"])
def test_deciding_is_for_curators(khyber: Contributing, decision: str) -> None:
    number = khyber.contributed(person(f"undecided-{decision}"))
    assert_told(khyber.decide(number, decision, role="contributor"), Forbidden)
    answer = khyber.post_json(f"/contributions/{number}/decision", None, decision=decision, reason="r")
    assert_told(answer, Unauthorized)
    assert members(khyber.fetch(f"/contributions/{number}"))["status"] == "submitted"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"decision": "accept"}', "application/json", UsageError),
        (b'{"decision": "accept", "reason": ""}', "application/json", UsageError),
        (b'{"decision": "burn", "reason": "r"}', "application/json", UsageError),
        (b'{"decision": "accept", "reason": 3}', "application/json", UsageError),
        (b'{"decision": "accept", "reason": "r", "more": "x"}', "application/json", UsageError),
        (b"{}", "application/json", UsageError),
        (b"accept", "text/plain", UnsupportedMediaType),
    ],
)
def test_a_decision_that_is_none_is_told(
    khyber: Contributing, body: bytes, content_type: str, expected: type[KhyberError]
) -> None:
    number = khyber.contributed(person("undecided"))
    answer = khyber.fetch(
        f"/contributions/{number}/decision",
        method="POST",
        role="curator",
        body=body,
        content_type=content_type,
    )
    assert_told(answer, expected)
    assert members(khyber.fetch(f"/contributions/{number}"))["status"] == "submitted"


def test_a_redaction_takes_everything_out_and_leaves_a_gap(khyber: Contributing) -> None:
    number = khyber.contributed(person("libel", "A libel"))
    khyber.decide(number, "accept")
    assert_told(khyber.post_json(f"/contributions/{number}/redaction", "curator", reason="r"), Forbidden)
    answer = khyber.post_json(f"/contributions/{number}/redaction", "admin", reason="Libel.")
    assert answer.status == 200, answer.text
    assert not khyber.knows("libel")
    for part in ("report", "payload", "diff"):
        assert_told(khyber.fetch(f"/contributions/{number}/{part}"), Redacted)
    found = members(khyber.fetch(f"/contributions/{number}"))
    assert found["redacted"] is True
    page = khyber.fetch(f"/contributions/{number}", accept=BROWSER)
    assert page.status == 200
    assert "A libel" not in page.text


def test_a_node_is_merged_into_another_and_the_merge_is_undone(khyber: Contributing) -> None:
    for slug in ("double-a", "double-b"):
        khyber.decide(khyber.contributed(person(slug)), "accept")
    iri = "https://w3id.org/khyber/id/person/double-"
    said = {"node": f"{iri}a", "into": f"{iri}b", "reason": "One and the same."}
    assert_told(khyber.post_json("/merges", "contributor", **said), Forbidden)
    answer = khyber.post_json("/merges", "curator", **said)
    assert answer.status == 200, answer.text
    replaced = f"ASK {{ <{iri}a> <http://purl.org/dc/terms/isReplacedBy> <{iri}b> }}"
    assert khyber.server.ask(replaced, accept="text/csv").text.strip().endswith("true")
    number = members(answer)["contribution"]
    assert members(khyber.fetch(f"/contributions/{number}"))["kind"] == "merge"
    assert khyber.decide(number, "revert").status == 200
    assert khyber.server.ask(replaced, accept="text/csv").text.strip().endswith("false")


def test_a_node_is_retired(khyber: Contributing) -> None:
    khyber.decide(khyber.contributed(person("retired")), "accept")
    iri = "https://w3id.org/khyber/id/person/retired"
    answer = khyber.post_json("/retirements", "curator", node=iri, reason="Never existed.")
    assert answer.status == 200, answer.text
    deprecated = f"ASK {{ <{iri}> <http://www.w3.org/2002/07/owl#deprecated> true }}"
    assert khyber.server.ask(deprecated, accept="text/csv").text.strip().endswith("true")
    assert_told(khyber.post_json("/retirements", "curator", node=iri), UsageError)


def test_the_list_is_paged_newest_first_and_filtered(khyber: Contributing) -> None:
    numbers = [khyber.contributed(person(f"listed-{each}")) for each in range(5)]
    found: list[int] = []
    path: str | None = "/contributions?limit=2&status=submitted"
    while path:
        answer = khyber.fetch(path)
        page = [each["id"] for each in members(answer)["contributions"]]
        assert len(page) <= 2
        found += page
        link = answer.headers.get("Link")
        assert link is None or link.endswith('; rel="next"')
        path = link.partition(">")[0].lstrip("<") if link else None
    assert found == sorted(found, reverse=True)
    assert set(numbers) <= set(found)
    statuses = {each["status"] for each in members(khyber.fetch("/contributions?limit=500"))["contributions"]}
    assert "submitted" in statuses


@pytest.mark.parametrize(
    "query", ["status=lost", "limit=0", "limit=501", "limit=x", "limit=-1", "before=%C2%B2", "before=0x1"]
)
def test_a_list_that_there_is_not_is_told(khyber: Contributing, query: str) -> None:
    assert_told(khyber.fetch(f"/contributions?{query}"), UsageError)


@pytest.mark.parametrize("part", ["", "/diff", "/report", "/payload", "/decisions"])
def test_a_contribution_that_is_not_there_is_told(khyber: Contributing, part: str) -> None:
    assert_told(khyber.fetch(f"/contributions/999999{part}"), NotFound)
    assert_told(khyber.fetch(f"/contributions/99999999999999999999{part}"), NotFound)


def test_deleting_is_not_possible(khyber: Contributing) -> None:
    number = khyber.contributed(person("lasting"))
    for method in ("DELETE", "PUT"):
        answer = khyber.fetch(f"/contributions/{number}", method=method, role="admin")
        assert_told(answer, MethodNotAllowed)


def test_there_are_pages_for_the_list_and_for_each(khyber: Contributing) -> None:
    number = khyber.contributed(person("shown"), title="<i>Shown</i>")
    for path in ("/contributions", f"/contributions/{number}", "/contributions?status=submitted&limit=1"):
        page = khyber.fetch(path, accept=BROWSER)
        assert (page.status, page.media_type) == (200, "text/html")
        assert "&lt;i&gt;Shown&lt;/i&gt;" in page.text
        assert "<i>" not in page.text
        assert "<script" not in page.text
    page = khyber.fetch(f"/contributions/{number}", accept=BROWSER)
    assert "person:shown" in page.text
    assert "The graph conforms" in page.text


def test_the_iri_of_a_contribution_leads_to_it(khyber: Contributing) -> None:
    number = khyber.contributed(person("thing"))
    assert members(khyber.fetch(f"/contribution/{number}"))["id"] == number


def test_who_has_no_token_is_told_where_one_comes_from(khyber: Contributing) -> None:
    remedy = str(assert_told(khyber.fetch("/tokens"), Unauthorized)["remedy"])
    assert "khyber token create" in remedy
    assert "khyber serve" not in remedy


def test_tokens_are_made_listed_and_revoked_by_admins(khyber: Contributing) -> None:
    for role in (None, "contributor", "curator"):
        expected = Forbidden if role else Unauthorized
        assert_told(khyber.post_json("/tokens", role, name="x", role="admin"), expected)
        assert_told(khyber.fetch("/tokens", role=role), expected)
        assert_told(khyber.fetch("/tokens/1", role=role, method="DELETE"), expected)
    answer = khyber.post_json("/tokens", "admin", name="Eve", role="curator", query_timeout="90")
    assert answer.headers["Cache-Control"] == "no-store"
    made = members(answer)
    assert made["query_timeout"] == 90
    secret = made["secret"]
    listed = khyber.fetch("/tokens", role="admin")
    assert secret not in listed.text
    assert made["id"] in {each["id"] for each in members(listed)["tokens"]}

    eve = Contributing(khyber.server, khyber.state, {"eve": secret})
    number = members(eve.contribute(person("of-eve"), role="eve"))["id"]
    revoked = khyber.fetch(answer.headers["Location"], method="DELETE", role="admin")
    assert "revoked" in members(revoked)
    assert_told(eve.decide(number, "accept", role="eve"), Unauthorized)
    assert_told(khyber.fetch("/tokens/nobody", method="DELETE", role="admin"), NotFound)
    assert_told(khyber.post_json("/tokens", "admin", name="x", role="king"), UsageError)
    assert_told(
        khyber.post_json("/tokens", "admin", name="x", role="curator", query_timeout="soon"), UsageError
    )
