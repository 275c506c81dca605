"""The well-known addresses at which harvesters and editors look for a dataset's description."""

from __future__ import annotations

from flask import Blueprint, Response

from khyber.rdf.namespaces import BASE, PREFIXES
from khyber.sparql.catalogue import describe_examples, describe_prefixes
from khyber.sparql.dcat import describe_dcat
from khyber.sparql.description import DCAT_PATH, EXAMPLES_PATH, VOID_PATH, describe_void
from khyber.web.about import served
from khyber.web.description import rdf_response, site

blueprint = Blueprint("wellknown", __name__)


@blueprint.get(VOID_PATH)
def void() -> Response:
    """Describe the dataset and each of its graphs as VoID and DCAT."""
    described = site(detailed=True)
    return rdf_response("void", lambda: [*describe_void(described), *describe_dcat(described)])


@blueprint.get(DCAT_PATH)
def dcat() -> Response:
    """Describe the dataset and its distributions as DCAT."""
    described = site(detailed=False)
    return rdf_response("dcat", lambda: describe_dcat(described))


@blueprint.get(EXAMPLES_PATH)
def examples() -> Response:
    """Give the example queries and the prefixes, as editors read them."""
    about, described = served(), site(detailed=False)
    prefixes = {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if about.release or not namespace.startswith(BASE)
    }
    return rdf_response(
        "examples",
        lambda: [*describe_examples(about.examples, described.endpoint), *describe_prefixes(prefixes)],
    )
