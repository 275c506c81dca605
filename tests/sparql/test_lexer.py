from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.sparql.lexer import TokenKind, tokens

CASES = {
    "string": ("'a\\'b'", [TokenKind.STRING]),
    "empty_string": ("''", [TokenKind.STRING]),
    "long_string": ("'''a'b''c'''", [TokenKind.STRING]),
    "long_string_over_lines": ('"""a\n"b"""', [TokenKind.STRING]),
    "unclosed_string": ("'a", [TokenKind.UNCLOSED]),
    "string_ends_with_its_line": ("'a\nb", [TokenKind.UNCLOSED, TokenKind.WORD]),
    "unclosed_long_string": ('"""a"b', [TokenKind.UNCLOSED]),
    "iri": ("<http://a/#b>", [TokenKind.IRI]),
    "iri_with_escape": ("<http://a/\\u00e9>", [TokenKind.IRI]),
    "less_than": ("?a < ?b", [TokenKind.VARIABLE, TokenKind.OTHER, TokenKind.VARIABLE]),
    "comment": ("a # b\nc", [TokenKind.WORD, TokenKind.COMMENT, TokenKind.WORD]),
    "hash_in_iri_is_no_comment": ("<http://a/#b> c", [TokenKind.IRI, TokenKind.WORD]),
    "prefixed": ("ex:a", [TokenKind.PREFIXED]),
    "prefixed_with_dots": ("e.x:a.b", [TokenKind.PREFIXED]),
    "dot_at_the_end_is_apart": ("ex:a.", [TokenKind.PREFIXED, TokenKind.OTHER]),
    "prefixed_with_escapes": ("ex:a\\/b%20c", [TokenKind.PREFIXED]),
    "empty_prefix": (":", [TokenKind.PREFIXED]),
    "blank_node": ("_:a", [TokenKind.BLANK]),
    "language": ("'a'@en-GB", [TokenKind.STRING, TokenKind.LANGUAGE]),
    "datatype": ("'1'^^xsd:int", [TokenKind.STRING, TokenKind.OTHER, TokenKind.OTHER, TokenKind.PREFIXED]),
    "number": ("1.5e-3", [TokenKind.NUMBER]),
    "keyword_before_brace": ("ASK{", [TokenKind.WORD, TokenKind.OTHER]),
}


@pytest.mark.parametrize(("text", "kinds"), CASES.values(), ids=CASES.keys())
def test_text_is_cut_into_tokens(text: str, kinds: list[TokenKind]) -> None:
    assert [token.kind for token in tokens(text)] == kinds


@given(st.text(alphabet=st.sampled_from("aZ0 \n\r\t\"'\\<>{}()[].;,:#?$@_^%/é\u2028-") | st.characters()))
def test_the_tokens_of_any_text_cover_all_but_its_white_space(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert not text[end : token.start].strip()
        assert text[token.start : token.end] == token.text
        assert token.text
        end = token.end
    assert not text[end:].strip()
