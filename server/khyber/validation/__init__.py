"""Judgement on a graph: shapes and closed vocabulary."""
