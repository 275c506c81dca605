"""What Virtuoso needs beside a command: its settings, and the loading through its SQL client."""

from __future__ import annotations

VIRTUOSO_PACKAGES = ("virtuoso-opensource-7-bin", "virtuoso-opensource-7-common", "libpcre3", "libminizip1")
"""The Debian packages that hold the server, its client, and the libraries that may be missing."""

VIRTUOSO_GRAPH = "https://w3id.org/khyber/graph/core"
"""Virtuoso has no default graph: the file goes here, and requests name it as their default graph."""


def virtuoso_loader(client: str) -> tuple[str, ...]:
    """Give the command that loads the file into one graph."""
    load = f"ld_dir('{{data_folder}}', '{{data_name}}', '{VIRTUOSO_GRAPH}'); rdf_loader_run(); checkpoint;"
    return (client, "{second_port}", "dba", "dba", f"exec={load}")


def virtuoso_settings() -> str:
    """Give virtuoso.ini: memory for some million triples, no limit that would cut an answer."""
    return """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{second_port}
ServerThreads = 20
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
DirsAllowed = {data_folder}, {folder}
ThreadsPerQuery = 2

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 10
MaxKeepAlives = 20
KeepAliveTimeout = 60

[SPARQL]
ResultSetMaxRows = 100000000
MaxQueryCostEstimationTime = 100000
MaxQueryExecutionTime = 600
"""
