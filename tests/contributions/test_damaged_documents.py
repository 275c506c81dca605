"""Documents damaged at random: each is read with its places, or refused with a clear error; nothing else."""

from __future__ import annotations

import random

import pytest

from contributions.sheet_graph import (
    ACCUSATION,
    CLAIM,
    EVENT,
    csv_of_rows,
    lookup,
    templates,
    workbook_of,
)
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.errors import KhyberError
from khyber.validation.names import text_of

EX = "http://example.org/"
TURTLE = f"""@prefix : <{EX}> .
# a remark with "quotes"
:s a :C ;
    :p :o , "text"@en , "2026-02-28"^^<{EX}date> , 12 , 1.5e3 , true ;
    :q \"\"\"long
text\"\"\" .
:t :p [ :q ( 1 "two" [ ] ) ] .
"""
CONTEXT = f'{{"p": {{"@id": "{EX}p", "@type": "@id"}}, "n": "{EX}n"}}'
SOUND: dict[str, bytes] = {
    "a.ttl": TURTLE.encode(),
    "a.trig": f"@prefix : <{EX}> .\n{{ :s :p :o , 1 . }}\n{{ :t :p 'x' }}".encode(),
    "a.nt": f'<{EX}s> <{EX}p> <{EX}o> .\n<{EX}s> <{EX}p> "x\\u0041"@en .\n'.encode(),
    "a.nq": f'<{EX}s> <{EX}p> <{EX}o> .\n_:b <{EX}p> "x" .\n'.encode(),
    "a.rdfp": f"TX .\nA <{EX}s> <{EX}p> <{EX}o> .\nD <{EX}s> <{EX}p> <{EX}q> .\nTC .\n".encode(),
    "a.jsonld": f'{{"@context": {CONTEXT}, "@id": "{EX}s", "p": "{EX}o", "n": ["x", 1]}}'.encode(),
    "a.rdf": f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="{EX}">'
    f'<rdf:Description rdf:about="{EX}s"><e:p rdf:resource="{EX}o"/><e:q>x</e:q></rdf:Description></rdf:RDF>'.encode(),
    "a.csv": csv_of_rows([EVENT]),
    "a.xlsx": workbook_of({"Event": [EVENT], "CasualtyClaim": [CLAIM], "Accusation": [ACCUSATION]}),
}
MARKS = b"<>\"'[](){}.,;:@^\\#|=+%\n\t\0 _~&"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Change, take out, put in or double a few bytes."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(spoilt))
        match chance.randrange(4):
            case 0:
                spoilt[place] = chance.randrange(256)
            case 1:
                del spoilt[place : place + chance.randrange(1, 30)]
            case 2:
                spoilt[place:place] = bytes(chance.choices(MARKS, k=3))
            case _:
                other = chance.randrange(len(spoilt))
                spoilt[place:place] = spoilt[other : other + chance.randrange(1, 60)]
        spoilt = spoilt or bytearray(b" ")
    return bytes(spoilt)


@pytest.mark.parametrize("name", SOUND)
def test_a_damaged_document_is_read_with_its_places_or_refused(name: str) -> None:
    chance = random.Random(name)  # noqa: S311 - no secret
    outcomes = [outcome(damaged(SOUND[name], chance), name) for _ in range(300)]
    assert {type(each) for each in outcomes} >= {Document}
    refusals = [each for each in outcomes if isinstance(each, KhyberError)]
    assert refusals
    assert [error for error in refusals if not error.location] == []
    for document in outcomes:
        if isinstance(document, Document):
            assert_located(document)


def outcome(data: bytes, name: str) -> Document | KhyberError:
    try:
        return read_document(data, name, templates=templates(), lookup=lookup(), skolemise=True)
    except KhyberError as error:
        return error


def assert_located(document: Document) -> None:
    for triple in (*document.triples, *document.removed):
        place = document.locate(text_of(triple.subject), triple.predicate.value, text_of(triple.object))
        assert place
        assert place.line or document.name in ("a.jsonld", "a.rdf")
