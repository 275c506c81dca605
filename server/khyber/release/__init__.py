"""Compile the graph into a release that can be served."""
