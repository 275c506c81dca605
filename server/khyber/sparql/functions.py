"""The functions that a query may call beyond those of SPARQL 1.1."""

from __future__ import annotations

from khyber.rdf.namespaces import XSD

CASTS = (
    "date",
    "dayTimeDuration",
    "duration",
    "gDay",
    "gMonth",
    "gMonthDay",
    "gYear",
    "gYearMonth",
    "time",
    "yearMonthDuration",
)
"""The datatypes of XML Schema that a value may be cast to, beyond those of SPARQL 1.1."""

GEOMETRY = (
    "area",
    "asGeoJSON",
    "centroid",
    "convexHull",
    "coordinateDimension",
    "difference",
    "dimension",
    "distance",
    "ehContains",
    "ehCoveredBy",
    "ehCovers",
    "ehDisjoint",
    "ehEquals",
    "ehInside",
    "ehMeet",
    "ehOverlap",
    "envelope",
    "getSRID",
    "intersection",
    "isEmpty",
    "isSimple",
    "length",
    "perimeter",
    "rcc8dc",
    "rcc8ec",
    "rcc8eq",
    "rcc8ntpp",
    "rcc8ntppi",
    "rcc8po",
    "rcc8tpp",
    "rcc8tppi",
    "relate",
    "sfContains",
    "sfCrosses",
    "sfDisjoint",
    "sfEquals",
    "sfIntersects",
    "sfOverlaps",
    "sfTouches",
    "sfWithin",
    "spatialDimension",
    "symDifference",
    "union",
)
"""The functions of GeoSPARQL on geometries, by their names in its namespace."""

EXTENSION_FUNCTIONS: tuple[str, ...] = (
    *(XSD + name for name in CASTS),
    *(f"http://www.opengis.net/def/function/geosparql/{name}" for name in GEOMETRY),
)
"""The IRI of each function that the engine has beyond those of SPARQL 1.1."""
