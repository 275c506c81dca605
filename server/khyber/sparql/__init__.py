"""The SPARQL protocol as pure functions."""
