"""Judges a graph: against its shapes (SHACL), and against the vocabulary that its ontology declares.

Nothing here is imported on a warm start: :mod:`khyber.validation.shacl` loads rdflib and pySHACL, so that
callers import it where they use it. :mod:`khyber.validation.findings` and :mod:`khyber.validation.vocabulary`
are cheap.
"""
