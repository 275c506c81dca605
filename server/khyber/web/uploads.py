"""What is sent in: documents in the body of a request or in a form, with what is to be known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from flask import request

from khyber.contributions.door import Submission
from khyber.contributions.media import MEDIA, suffix_of
from khyber.contributions.records import Upload
from khyber.errors import InputError, UnsupportedMediaType, UsageError
from khyber.sparql.graph_store import MULTIPART
from khyber.sparql.protocol import FORM
from khyber.web.about import served

FORMS = (MULTIPART, FORM)
"""The media types of bodies that hold fields; another body is a document itself."""

FIELDS = ("title", "source", "licence", "skolemise")
"""What may be said of the documents, in a form or in the query string."""

DOCUMENTS = {"file": False, "removals": True}
"""The fields that hold files → whether their triples are to be removed."""

TEXT = "text"
"""The field that holds a document that was typed; ``type`` is its media type."""

UNNAMED = "document"
"""What a document is called in findings whose name was not told (as ?name= or as the name of a file)."""

_LONGEST_KEY = 255

_SUFFIXES = {suffix for medium in MEDIA for suffix in medium.suffixes}


def submission() -> Submission:
    """Give what the current request sends in.

    That is a body with the media type of its syntax, or a form with files; then the name of a file tells its
    syntax. Raises UnsupportedMediaType, UsageError and InputError.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body is compressed.", remedy="Send it without Content-Encoding.")
    request.max_content_length = served().max_contribution_bytes
    if request.mimetype in FORMS:
        request.max_form_memory_size = request.max_content_length
        uploads, said = tuple(_from_form()), {**request.args, **request.form}
    else:
        uploads, said = (_whole_body(),), dict(request.args)
    if not uploads:
        raise UnsupportedMediaType(
            "The form holds no document.",
            remedy="Send a document with its media type, as curl --data-binary @FILE -H 'Content-Type: "
            "text/turtle', or a form with the field file, as curl -F file=@FILE.",
        )
    return Submission(
        uploads=uploads,
        title=said.get("title", "").strip(),
        source=said.get("source", "").strip(),
        licence=said.get("licence", "").strip() or None,
        idempotency_key=idempotency_key(),
        skolemise=_is_yes("skolemise", said),
    )


def _whole_body() -> Upload:
    if not request.mimetype:
        raise UnsupportedMediaType(
            "The document has no Content-Type.", remedy="Say what it is, as Content-Type: text/turtle."
        )
    removes = _is_yes("removes", request.args)
    name = _plain(request.args.get("name", "")) or UNNAMED
    return Upload(request.get_data(cache=False), name, request.mimetype, removes)


def _from_form() -> Iterator[Upload]:
    unknown = sorted(set(request.files) - set(DOCUMENTS))
    if unknown:
        raise UsageError(
            f"The form has a file in the field {unknown[0]!r}.",
            remedy=f"Files are in the fields {' and '.join(DOCUMENTS)}.",
        )
    for field, removes in DOCUMENTS.items():
        for file in request.files.getlist(field):
            name = _plain(file.filename or "")
            if name:  # browsers send a field whose file was not chosen, too
                yield Upload(file.stream.read(), name, _type_of(name, file.mimetype), removes)
    text = request.form.get(TEXT, "")
    if text.strip():
        media_type = request.form.get("type", "").strip() or "text/turtle"
        yield Upload(text.replace("\r\n", "\n").encode(), TEXT, media_type)


def _type_of(name: str, media_type: str) -> str | None:
    """Trust the suffix of a file before its type, which browsers guess: a CSV may come as Excel's."""
    return None if suffix_of(name) in _SUFFIXES else media_type


def _plain(name: str) -> str:
    """Take the last part of a path, as of another machine; a name is only shown, and tells the syntax."""
    return PurePosixPath(name.replace("\\", "/")).name


def _is_yes(name: str, said: Mapping[str, Any]) -> bool:
    value = str(said.get(name, "")).lower()
    if value in ("", "0", "no", "off", "false"):
        return False
    if value in ("1", "yes", "on", "true"):
        return True
    raise UsageError(f"{name} is yes or no; it was given {value!r}.")


def idempotency_key() -> str | None:
    """Give the key under which a request may be sent again, if any; InputError for one that is long."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if len(key) > _LONGEST_KEY:
        raise InputError(f"The Idempotency-Key is longer than {_LONGEST_KEY} characters.")
    return key or None
