"""Name=value pairs of a query string or a form body, decoded once: by GET and by POST they mean the same."""

from __future__ import annotations

import re
from binascii import a2b_qp

from khyber.errors import InputError

Parameters = list[tuple[str, str]]

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decoded_form(form: bytes, place: str) -> Parameters:
    """Decode name=value pairs, once: ``%25`` is a percent sign, by GET and by POST.

    ``place`` names the form in messages. Raises InputError for what is no percent-encoded UTF-8.
    """
    pairs = []
    for pair in form.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            pairs.append((_unquoted(name, place), _unquoted(value, place)))
    return pairs


def by_name(parameters: Parameters) -> dict[str, list[str]]:
    """Give the values of each name, in their order."""
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    return values


def decoded(raw: bytes, place: str) -> str:
    """Decode UTF-8; raise InputError, naming the ``place``, for what is none."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"The byte 0x{raw[error.start]:02x} in the {place} is not UTF-8.",
            remedy="Send the query as UTF-8.",
        ) from None


def _unquoted(raw: bytes, place: str) -> str:
    raw = raw.replace(b"+", b" ")
    if b"%" not in raw:
        return decoded(raw, place)
    bad = _BAD_ESCAPE.search(raw)
    if bad:
        escape = raw[bad.start() : bad.start() + 3].decode("ascii", "replace")
        raise InputError(
            f"In the {place}, {escape!r} is no percent-encoded character.",
            remedy="Write a percent sign as %25.",
        )
    # Quoted-printable is the same code with another sign, and what decodes it is written in C.
    return decoded(a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"=")), place)
