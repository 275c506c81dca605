"""Bad inputs: what each is → its bytes (or how to make them) and the name under which it is given."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from io import BytesIO

import zstandard

from contributions.sheet_graph import ACCUSATION, workbook_of

Data = bytes | Callable[[], bytes]

N = b"<http://example.org/a> <http://example.org/b> "
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">'
DESCRIBED = RDF + b'<rdf:Description rdf:about="http://example.org/a"><ex:p>x</ex:p></rdf:Description>'
MANY = 1_000_000


def laughs(levels: int = 10) -> bytes:
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, levels)
    )
    return (
        b'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">'
        + entities
        + b"]>\n"
        + RDF
        + b'<rdf:Description rdf:about="http://example.org/a"><ex:p>&l%d;</ex:p></rdf:Description></rdf:RDF>'
        % (levels - 1)
    )


def nested_json(levels: int) -> bytes:
    return b'{"http://example.org/p":' * levels + b"1" + b"}" * levels


def nested_xml(levels: int) -> bytes:
    return RDF + b"<rdf:Description><ex:p>" * levels


def workbook(**parts: bytes | None) -> bytes:
    """Give a workbook with some parts changed; names have __ for /, and None takes a part out."""
    changed = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook_of({"Accusation": [ACCUSATION]}))) as source:
        kept = {part: source.read(part) for part in source.namelist()}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in {**kept, **changed}.items():
            if content is not None:
                archive.writestr(part, content)
    return stream.getvalue()


def spreadsheet(inner: bytes) -> bytes:
    return workbook(
        xl__worksheets__sheet1=b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + inner + b"</sheetData></worksheet>"
    )


def zip_bomb() -> bytes:
    return workbook(xl__worksheets__sheet1=b"<worksheet>" + b" " * 80_000_000)


def lying_zip() -> bytes:
    """Give a workbook whose directory says that its parts unpack to nothing."""
    data = bytearray(zip_bomb())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


def scrambled() -> bytes:
    """Give a workbook whose first part is packed into nonsense."""
    data = bytearray(workbook())
    start = data.find(b"PK\x03\x04") + 60
    data[start : start + 40] = bytes(range(200, 240))
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(workbook())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


TRUNCATED: dict[str, tuple[bytes, str]] = {
    "inside an IRI": (b"<http://example.org/a", "a.ttl"),
    "after a subject": (b"<http://example.org/a> ", "a.ttl"),
    "after a predicate": (N, "a.ttl"),
    "without a dot": (N + b"1", "a.ttl"),
    "inside a string": (N + b'"abc', "a.ttl"),
    "inside a long string": (N + b'"""abc\n"', "a.ttl"),
    "inside an escape": (N + b'"\\u00', "a.ttl"),
    "inside a bracket": (N + b"[ ", "a.ttl"),
    "inside a list": (N + b"( 1", "a.ttl"),
    "inside a declaration": (b"@prefix ex: <http://example.org/", "a.ttl"),
    "inside a graph": (b"{ " + N + b"1", "a.trig"),
    "inside a line": (N, "a.nt"),
    "inside a quad": (N + b"<http://example.org/c> <x:g", "a.nq"),
    "inside JSON": (b'{"@id": "http://example.org/a", ', "a.jsonld"),
    "inside a JSON string": (b'{"@id": "http://exa', "a.jsonld"),
    "empty JSON": (b"", "a.jsonld"),
    "inside XML": (DESCRIBED, "a.rdf"),
    "inside a tag": (RDF + b"<rdf:Desc", "a.rdf"),
    "empty XML": (b"", "a.xml"),
    "inside a row": (b"A <http://example.org/a>", "a.rdfp"),
    "a cut gzip": (gzip.compress(N + b"1 .")[:-9], "a.ttl.gz"),
    "a cut zstd": (zstandard.compress(N + b"1 .")[:-3], "a.ttl.zst"),
    "no gzip": (N + b"1 .", "a.ttl.gz"),
    "no zstd": (N + b"1 .", "a.ttl.zst"),
    "a cut workbook": (workbook_of({"Accusation": [ACCUSATION]})[:-60], "a.xlsx"),
    "no workbook": (b"PK\x03\x04", "a.xlsx"),
    "an empty workbook": (b"", "a.xlsx"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a.xlsx"),
    "an empty table": (b"", "Event.csv"),
    "a table cut in quotes": (b'event id,label\nx,"y', "Event.csv"),
}
ENCODINGS: dict[str, tuple[bytes, str]] = {
    "Latin-1": (N + '"Präsident" .'.encode("latin-1"), "a.ttl"),
    "UTF-16": ((N + b"1 .").decode().encode("utf-16"), "a.ttl"),
    "UTF-16 without a mark": ((N + b"1 .").decode().encode("utf-16-le"), "a.ttl"),
    "UTF-16 in JSON": ('{"@id": "x:a"}'.encode("utf-16"), "a.jsonld"),
    "UTF-16 in XML": (DESCRIBED.decode().encode("utf-16"), "a.rdf"),
    "Latin-1 in XML": ('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>'.encode("latin-1"), "a.rdf"),
    "a NUL": (N + b'"a\0b" .', "a.ttl"),
    "a NUL in a table": (b"event id,label\nx,a\0b\n", "Event.csv"),
    "an overlong form": (N + b'"\xc0\xaf" .', "a.nt"),
    "half a surrogate": (N + b'"\xed\xa0\x80" .', "a.nt"),
    "an escaped surrogate": (N + b'"\\uD800" .', "a.nt"),
    "beyond Unicode": (N + b'"\\U00110000" .', "a.ttl"),
    "cut inside a character": (N + '"é'.encode()[:-1], "a.ttl"),
    "Windows-1252 in a table": ("event id,label\nx,„y“\n".encode("cp1252"), "Event.csv"),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.ttl"),
    "a page": (b"<!DOCTYPE html><html><body>404</body></html>", "a.ttl"),
    "a page for XML": (b"<!DOCTYPE html><html><body>404</body></html>", "a.rdf"),
    "a page for JSON": (b"<!DOCTYPE html><html><body>404</body></html>", "a.jsonld"),
}
IRIS: dict[str, tuple[bytes, str]] = {
    "a control character": (b"<http://example.org/\x01> <x:b> 1 .", "a.ttl"),
    "an escaped control character": (b"<http://example.org/\\u0001> <x:b> 1 .", "a.ttl"),
    "an escaped line end": (b"<http://example.org/\\u000A> <x:b> <x:c> .", "a.nt"),
    "a space": (b"<http://example.org/a b> <x:b> 1 .", "a.ttl"),
    "a brace": (b"<http://example.org/{a}> <x:b> <x:c> .", "a.nq"),
    "no scheme": (b"<a> <b> <c> .", "a.ttl"),
    "an escape in a declaration": (b"@prefix ex: <http://example.org/\\u0020> . ex:a ex:b 1 .", "a.ttl"),
    "a control character in JSON": (
        b'{"@id": "http://example.org/\\u0001", "http://example.org/p": 1}',
        "a.jsonld",
    ),
    "a space in JSON": (b'{"@id": "http://example.org/a b", "http://example.org/p": 1}', "a.jsonld"),
    "a space behind an alias": (
        b'{"@context": {"id": "@id"}, "id": "http://x/a b", "http://x/p": 1}',
        "a.jsonld",
    ),
    "a space in XML": (RDF + b'<rdf:Description rdf:about="http://x/a b" ex:p="1"/></rdf:RDF>', "a.rdf"),
    "a control character in XML": (
        RDF + b'<rdf:Description rdf:about="http://x/&#1;" ex:p="1"/></rdf:RDF>',
        "a.rdf",
    ),
    "a control character in a patch": (b"A <http://example.org/\\u0001> <x:b> <x:c> .\n", "a.rdfp"),
}
MEANING: dict[str, tuple[bytes, str]] = {
    "an undeclared prefix": (b"ex:a ex:b ex:c .", "a.ttl"),
    "a literal as a subject": (b'"a" <x:b> <x:c> .', "a.ttl"),
    "a literal as a property": (b'<x:a> "b" <x:c> .', "a.ttl"),
    "a blank node as a property": (b"<x:a> _:b <x:c> .", "a.nt"),
    "a blank node": (N + b"_:c .", "a.nt"),
    "a list": (N + b"( 1 2 ) .", "a.ttl"),
    "a named graph": (b"<x:g> { " + N + b"1 }", "a.trig"),
    "a graph in a quad": (N + b"<x:c> <x:g> .", "a.nq"),
    "a graph in JSON": (b'{"@id": "x:g", "@graph": [{"@id": "x:a", "x:b": {"@id": "x:c"}}]}', "a.jsonld"),
    "a triple term": (N + b"<<( <x:a> <x:b> <x:c> )>> .", "a.ttl"),
    "an annotation": (N + b"1 {| <x:p> 1 |} .", "a.ttl"),
    "a reified triple": (b"<< <x:a> <x:b> <x:c> >> <x:d> 1 .", "a.ttl"),
    "an import": (b"<x:a> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1/x> .", "a.ttl"),
    "an import in XML": (
        RDF + b'<rdf:Description rdf:about="x:a"><o:imports xmlns:o="http://www.w3.org/2002/07/owl#" '
        b'rdf:resource="http://127.0.0.1/x"/></rdf:Description></rdf:RDF>',
        "a.owl",
    ),
    "a variable": (b"?a <x:b> <x:c> .", "a.ttl"),
    "a formula of N3": (b"{ <x:a> <x:b> <x:c> } => { } .", "a.ttl"),
    "a query": (b"SELECT * WHERE { ?s ?p ?o }", "a.ttl"),
    "a stray bracket": (N + b"1 ] .", "a.ttl"),
    "two dots": (N + b"1 . .", "a.ttl"),
    "a number with a comma": (N + b"1,000,,1 .", "a.ttl"),
    "a language that is none": (N + b'"a"@1x .', "a.ttl"),
    "an unknown escape": (N + b'"\\q" .', "a.ttl"),
    "a string over two lines": (N + b'"a\nb" .', "a.ttl"),
    "a row of no kind": (b"ADD <x:a> <x:b> <x:c> .", "a.rdfp"),
    "a prefix in a patch": (b"A ex:a ex:b ex:c .", "a.rdfp"),
    "a key without a definition": (b'{"@id": "x:a", "nmae": "b"}', "a.jsonld"),
    "a keyword that is none": (b'{"@id": 5, "x:b": 1}', "a.jsonld"),
    "JSON with a comment": (b'{"@id": "x:a" /* no */}', "a.jsonld"),
    "a number of JSON": (b'{"@id": "x:a", "x:b": ' + b"9" * 5000 + b"}", "a.jsonld"),
    "XML without RDF": (b"<a/>", "a.rdf"),
    "an unknown name space": (b"<x:RDF/>", "a.rdf"),
    "an unknown entity": (DESCRIBED.replace(b">x<", b">&who;<") + b"</rdf:RDF>", "a.rdf"),
    "two identifiers": (RDF + b'<rdf:Description rdf:about="x:a" rdf:ID="b"/></rdf:RDF>', "a.rdf"),
    "a document of no kind": (b"", "a.docx"),
    "a table of no class": (b"a,b\n1,2\n", "things.csv"),
    "a sheet of no class": (workbook_of({"Things": [{"a": 1}]}), "a.xlsx"),
    "a workbook without sheets": (workbook_of({"# Notes": [{"a": 1}]}), "a.xlsx"),
}  # fmt: skip
BOMBS: dict[str, tuple[Data, str]] = {
    "a million brackets": (lambda: N + b"[" * MANY, "a.ttl"),
    "a million lists": (lambda: N + b"(" * MANY + b")" * MANY + b" .", "a.ttl"),
    "brackets in TriG": (lambda: b"{" + N + b"[ <x:p> " * 100_000, "a.trig"),
    "a million triple terms": (lambda: N + b"<<( <x:a> <x:b> " * 100_000, "a.ttl"),
    "reified triples": (lambda: b"<< " * MANY, "a.ttl"),
    "a literal of 100 MB": (lambda: N + b'"' + b"a" * 100_000_000 + b'" .', "a.ttl"),
    "a literal of 1 MB": (lambda: N + b'"' + b"a" * MANY + b'" .', "a.nt"),
    "an IRI of 100 MB": (lambda: b"<http://example.org/" + b"a" * 100_000_000 + b"> <x:b> 1 .", "a.ttl"),
    "billion laughs": (laughs, "a.rdf"),
    "a quadratic entity": (
        lambda: b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 100_000 + b'">]>' + RDF + b"&e;" * 1000 + b"</rdf:RDF>",
        "a.rdf",
    ),
    "an entity from a file": (
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + DESCRIBED.replace(b">x<", b">&e;<") + b"</rdf:RDF>",
        "a.rdf",
    ),
    "deep XML": (lambda: nested_xml(200_000), "a.rdf"),
    "deep JSON": (lambda: nested_json(200_000), "a.jsonld"),
    "deep arrays": (lambda: b"[" * MANY + b"]" * MANY, "a.jsonld"),
    "a gzip bomb": (lambda: gzip.compress(bytes(100_000_000)), "a.ttl.gz"),
    "a gzip bomb in members": (lambda: gzip.compress(bytes(10_000_000)) * 10, "a.nt.gz"),
    "a zstd bomb": (lambda: zstandard.compress(bytes(100_000_000)), "a.ttl.zst"),
    "a zstd bomb in frames": (lambda: zstandard.compress(bytes(10_000_000)) * 10, "a.nt.zst"),
    "a zip bomb": (zip_bomb, "a.xlsx"),
    "a zip bomb that lies": (lying_zip, "a.xlsx"),
    "a workbook of a million parts": (
        lambda: workbook(**{f"p{number}": b"<a/>" for number in range(1_100)}), "a.xlsx",
    ),
    "laughs in a workbook": (lambda: workbook(xl__workbook=laughs()), "a.xlsx"),
    "laughs in shared strings": (lambda: workbook(xl__sharedStrings=laughs()), "a.xlsx"),
    "UTF-16 in a workbook": (lambda: workbook(xl__workbook=laughs().decode().encode("utf-16")), "a.xlsx"),
    "a workbook without its parts": (lambda: workbook(xl__workbook=None), "a.xlsx"),
    "a workbook of another shape": (lambda: workbook(xl__workbook=b"<a/>"), "a.xlsx"),
    "a large part": (lambda: workbook(xl__workbook=b"<workbook>" + b"<sheet/>" * MANY), "a.xlsx"),
    "an encrypted workbook": (encrypted, "a.xlsx"),
    "a scrambled workbook": (scrambled, "a.xlsx"),
    "a row far below": (
        lambda: spreadsheet(
            b'<row r="1"><c r="A1" t="str"><v>accusation id</v></c></row>'
            b'<row r="900000"><c r="A900000" t="str"><v>x</v></c></row>'
        ),
        "a.xlsx",
    ),
    "a row beyond every sheet": (lambda: spreadsheet(b'<row r="2000000000"><c r="A2"><v>1</v></c></row>'), "a.xlsx"),
    "a cell far to the right": (
        lambda: spreadsheet(b'<row r="1"><c r="A1" t="str"><v>accusation id</v></c><c r="XFD1"><v>1</v></c></row>'),
        "a.xlsx",
    ),
    "a shared string that is not there": (
        lambda: spreadsheet(b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), "a.xlsx",
    ),
    "a number that is none": (lambda: spreadsheet(b'<row r="1"><c r="A1"><v>1e99999x</v></c></row>'), "a.xlsx"),
    "a date beyond the calendar": (
        lambda: spreadsheet(b'<row r="1"><c r="A1" t="d"><v>99999-01-01</v></c></row>'), "a.xlsx",
    ),
    "many columns": (lambda: b"event id" + b",label" * 100_000 + b"\n", "Event.csv"),
    "many rows": (lambda: b"event id,label\n" + b"x,y\n" * 100_001, "Event.csv"),
    "a cell of 1 MB": (lambda: b"event id,label\nx," + b"y" * MANY + b"\n", "Event.csv"),
    "unclosed strings": (lambda: N + b'"""\\' * MANY, "a.ttl"),
    "unclosed comments": (lambda: b"<!--" * MANY, "a.rdf"),
    "unclosed tags": (lambda: b"<a '" * MANY, "a.rdf"),
    "unclosed strings of JSON": (lambda: b'{"' * MANY, "a.jsonld"),
}  # fmt: skip
BAD: dict[str, tuple[Data, str]] = {**TRUNCATED, **ENCODINGS, **IRIS, **MEANING, **BOMBS}
