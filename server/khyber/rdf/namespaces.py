"""The namespaces that Khyber uses, and the prefixes it writes them with."""

from __future__ import annotations

BASE = "https://w3id.org/khyber/"
ONTOLOGY = BASE + "ontology"
TERM = ONTOLOGY + "#"
ID = BASE + "id/"
SKOLEM = ID + "genid/"
SHAPE = BASE + "shapes#"
GRAPH = BASE + "graph/"
CONTRIBUTION_GRAPH = GRAPH + "contribution/"
PROVENANCE_GRAPH = GRAPH + "provenance"
CONTRIBUTION = BASE + "contribution/"
VERSION = BASE + "version/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
PROV = "http://www.w3.org/ns/prov#"
DCTERMS = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
VOID_EXT = "http://ldf.fi/void-ext#"
WIKIDATA_ENTITY = "http://www.wikidata.org/entity/"
SCHEMA_ORG = "https://schema.org/"
NP = "http://www.nanopub.org/nschema#"

MAPPINGS_GRAPH = GRAPH + "mappings"
NOT_FOUND_IN_WIKIDATA = TERM + "notFoundInWikidata"
"""The property that says on which day a node was looked for in Wikidata and not found."""

KINDS = (
    "actor",
    "assertion",
    "code",
    "event",
    "office",
    "people",
    "person",
    "place",
    "side",
    "situation",
    "source",
    "topic",
)
"""The kinds of node in the id/ namespace that data may hold: ``https://w3id.org/khyber/id/<kind>/<slug>``."""

CODE_LISTS = (
    "act",
    "affiliation",
    "cameo",
    "category",
    "eventtype",
    "harm",
    "mode",
    "outcome",
    "plover",
    "precision",
    "stance",
    "status",
    "trend",
    "ucdp",
    "unit",
)
"""The code lists of ontology/vocabularies: ``https://w3id.org/khyber/id/<list>/<slug>``."""

PREFIXES: dict[str, str] = {
    "khyber": TERM,
    "shape": SHAPE,
    "graph": GRAPH,
    "dcterms": DCTERMS,
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "http://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "sh": SH,
    "skos": SKOS,
    "vann": "http://purl.org/vocab/vann/",
    "wd": WIKIDATA_ENTITY,
    "wgs84": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": XSD,
} | {kind: f"{ID}{kind}/" for kind in (*KINDS, *CODE_LISTS)}
"""Prefix → namespace, for the Turtle writer, the query command and the example queries."""
