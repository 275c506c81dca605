"""Khyber: an attributed knowledge graph of a conflict, and the SPARQL server that answers from it."""

__version__ = "0.1.0"
