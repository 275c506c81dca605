"""The tokens of Turtle, TriG, N-Triples and N-Quads, as one pattern for text that a parser has accepted.

It is no validator: in well-formed text it finds the same tokens as the parser, and it is only asked about
such text. Grammar: https://www.w3.org/TR/turtle/#sec-grammar-grammar
"""

from __future__ import annotations

import re

TERM, STRING, SUFFIX, WORD, DIRECTIVE, NEWER, MARK = 1, 2, 3, 4, 5, 6, 7
"""The groups of ``TOKEN``: a term that is no string; a string; its language or datatype; a bare word (``a``,
``true``, ``GRAPH`` …); ``@prefix`` and its like; what only RDF 1.2 has; a punctuation mark."""

_SKIP = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
_HIGH = "\u00c0-\U000effff"
_NAME = f"[A-Za-z0-9_\u00b7{_HIGH}-]"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\."
_PREFIX = rf"[A-Za-z{_HIGH}](?:{_NAME}|\.+(?={_NAME}))*+"
_LOCAL = rf"(?:[A-Za-z0-9_:{_HIGH}]|{_ESCAPED})(?:{_NAME[:-2]}:-]|{_ESCAPED}|\.+(?={_NAME[:-2]}:%\\-]))*+"
_PREFIXED_NAME = rf"(?:{_PREFIX})?+:(?:{_LOCAL})?+"
_IRI = r"<(?!<)[^<>\s]*+>"
_BLANK_NODE = rf"_:[A-Za-z0-9_{_HIGH}](?:{_NAME}|\.+(?={_NAME}))*+"
_NUMBER = r"[+-]?(?:[0-9]*+\.[0-9]++(?:[eE][+-]?[0-9]++)?+|[0-9]++(?:\.?[eE][+-]?[0-9]++)?+)"
_STRING = (
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\r\n]++|\\.)*+"'
    r"|'(?:[^'\\\r\n]++|\\.)*+'"
)
_LANGUAGE = "@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[a-z]++)?+"
_SUFFIX = rf"{_LANGUAGE}|\^\^{_SKIP}(?:{_IRI}|{_PREFIXED_NAME})"

TOKEN = re.compile(
    f"{_SKIP}(?:"
    f"({_PREFIXED_NAME}|{_IRI}|{_NUMBER}|{_BLANK_NODE})"
    f"|({_STRING})(?:{_SKIP}({_SUFFIX}))?+"
    "|([A-Za-z]++)"
    "|@(prefix|base|version)"
    r"|(<<|>>|\)>>|\{\||\|\}|~)"
    r"|([\[\](){}.,;])"
    r"|\Z"
    ")",
    re.DOTALL,
)
"""The next token, after white space and comments; ``lastindex`` of a match is its kind, None at the end.

The end is matched, too: else the search would go on inside of a comment that ends the text.
"""
