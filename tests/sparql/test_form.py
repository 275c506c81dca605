from __future__ import annotations

from urllib.parse import quote_from_bytes, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.errors import InputError
from khyber.sparql.form import decoded_form

NOT_ENCODED = "=\r\n\t ?~_!"


@given(st.text(), st.sampled_from(["", NOT_ENCODED]))
def test_what_was_encoded_once_is_decoded_once(value: str, safe: str) -> None:
    form = b"name=" + quote_from_bytes(value.encode(), safe=safe).replace("+", "%2B").encode()
    assert decoded_form(form, "body") == [("name", value)]


@given(st.lists(st.sampled_from([b"%3D", b"=", b"%0A", b"\n", b"\r\n", b"%25", b"41", b"a", b" ", b"%41"])))
def test_signs_that_mean_something_elsewhere_mean_themselves(pieces: list[bytes]) -> None:
    value = b"".join(pieces)
    assert decoded_form(b"name=" + value, "body") == [("name", unquote_to_bytes(value).decode())]


def test_a_plus_sign_is_a_space_also_in_a_name() -> None:
    assert decoded_form(b"a+b=c+d%2B&&e", "body") == [("a b", "c d+"), ("e", "")]


@pytest.mark.parametrize("form", [b"a=%", b"a=%4", b"a=%zz", b"a=%+1", b"%=a", b"a=%e4", b"a=\xe4"])
def test_what_is_no_encoded_utf8_is_told(form: bytes) -> None:
    with pytest.raises(InputError, match=r"In the body, '%|in the body is not UTF-8"):
        decoded_form(form, "body")
