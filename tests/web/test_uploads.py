"""What is sent in: bodies and forms, as the door gets them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from khyber.contributions.door import Submission
from khyber.contributions.records import Upload
from khyber.engine.memory import MemoryEngine
from khyber.errors import InputError, KhyberError, UnsupportedMediaType, UsageError
from khyber.web.app import create_app
from khyber.web.uploads import submission

APP = create_app(MemoryEngine.load(()))
TURTLE = b"<urn:a> <urn:b> <urn:c> ."


def sent(path: str = "/validate", **request: Any) -> Submission:
    with APP.test_request_context(path, method="POST", **request):
        return submission()


def of_form(*fields: tuple[str, Any], headers: dict[str, str] | None = None) -> Submission:
    data = MultiDict(fields)
    return sent(data=data, content_type="multipart/form-data", headers=headers)


def file(name: str, data: bytes = TURTLE, media_type: str = "application/octet-stream") -> Any:
    return BytesIO(data), name, media_type


def test_a_body_is_a_document_of_its_media_type() -> None:
    found = sent("/validate?name=claims.ttl&title=+A+&source=S", data=TURTLE, content_type="text/turtle; x=1")
    assert found == Submission((Upload(TURTLE, "claims.ttl", "text/turtle"),), "A", "S")
    assert found.uploads[0].data == TURTLE


def test_a_body_without_a_name_is_called_a_document() -> None:
    found = sent(data=TURTLE, content_type="text/turtle")
    assert found.uploads == (Upload(TURTLE, "document", "text/turtle"),)


def test_a_body_may_be_what_is_to_be_removed() -> None:
    found = sent("/validate?removes=yes&skolemise=1", data=TURTLE, content_type="text/turtle")
    assert found.uploads[0].removes
    assert found.skolemise


def test_a_form_holds_files_and_what_is_known_of_them() -> None:
    found = of_form(
        ("file", file("a.ttl")),
        ("file", file("b.csv", b"x,y", "application/vnd.ms-excel")),
        ("removals", file("gone.nt")),
        ("title", "A raid"),
        ("source", "https://example.org/"),
        ("licence", "CC0"),
        ("skolemise", "on"),
    )
    assert [(each.name, each.media_type, each.removes) for each in found.uploads] == [
        ("a.ttl", None, False),
        ("b.csv", None, False),
        ("gone.nt", None, True),
    ]
    assert (found.title, found.source, found.licence) == ("A raid", "https://example.org/", "CC0")
    assert found.skolemise


def test_a_name_that_tells_no_syntax_leaves_it_to_the_media_type() -> None:
    found = of_form(("file", file("data.txt", media_type="text/turtle")), ("file", file("raid")))
    assert [each.media_type for each in found.uploads] == ["text/turtle", "application/octet-stream"]


@pytest.mark.parametrize("name", ["/home/ann/claims.ttl", "../../claims.ttl"])
def test_of_a_path_only_the_name_is_kept(name: str) -> None:
    assert of_form(("file", file(name))).uploads[0].name == "claims.ttl"


def test_what_is_typed_into_the_form_is_a_document() -> None:
    found = of_form(("file", file("")), ("text", "a\r\nb"), ("type", "application/trig"))
    assert found.uploads == (Upload(b"a\nb", "text", "application/trig"),)
    assert of_form(("text", "a")).uploads[0].media_type == "text/turtle"


def test_a_long_text_may_be_typed() -> None:
    found = sent(data=b"text=" + b"x" * 2_000_000, content_type="application/x-www-form-urlencoded")
    assert len(found.uploads[0].data) == 2_000_000


def test_an_idempotency_key_is_a_header() -> None:
    for header in ("k-1", '"k-1"', " k-1 "):
        assert of_form(("text", "a"), headers={"Idempotency-Key": header}).idempotency_key == "k-1"
    assert of_form(("text", "a"), headers={"Idempotency-Key": ""}).idempotency_key is None
    with pytest.raises(InputError):
        of_form(("text", "a"), headers={"Idempotency-Key": "k" * 256})


@pytest.mark.parametrize(
    ("request_facts", "expected"),
    [
        ({"data": TURTLE, "content_type": ""}, UnsupportedMediaType),
        ({"data": TURTLE, "content_type": "application/x-www-form-urlencoded"}, UnsupportedMediaType),
        ({"data": b"", "content_type": "multipart/form-data; boundary=x"}, UnsupportedMediaType),
        ({"data": {"file": (BytesIO(b""), "")}}, UnsupportedMediaType),
        ({"data": {"attachment": (BytesIO(b"x"), "a.ttl")}}, UsageError),
        (
            {"data": TURTLE, "content_type": "text/turtle", "headers": {"Content-Encoding": "gzip"}},
            UnsupportedMediaType,
        ),
        ({"data": TURTLE, "content_type": "text/turtle", "query_string": "skolemise=maybe"}, UsageError),
    ],
)
def test_what_cannot_be_understood_is_told(
    request_facts: dict[str, Any], expected: type[KhyberError]
) -> None:
    with pytest.raises(expected):
        sent(**request_facts)
