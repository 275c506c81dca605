"""``khyber serve``: answer SPARQL over HTTP, from the Khyber graph or from RDF files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

import click

from khyber.cli import http
from khyber.cli.federation import federation_options
from khyber.cli.listening import reserved
from khyber.cli.options import setting_option
from khyber.cli.progress import stage_lines
from khyber.cli.publishing import Graph, publishing
from khyber.cli.served import EngineOptions, Served, files_loader, spool_folder
from khyber.config import (
    ACCESS_LOG,
    ADMIN_TOKEN_VARIABLE,
    BASE_URL,
    CACHE_SIZE,
    ENGINE,
    GRACE,
    HOME,
    HOST,
    LEDGER,
    LOG_LEVEL,
    MAX_CONTRIBUTION_BYTES,
    MAX_REQUEST_BYTES,
    MAX_UPLOAD_BYTES,
    MAX_WAITING,
    MEMORY_LIMIT,
    PORT,
    QUERY_TIMEOUT,
    REASONER,
    RESULT_LIMIT,
    SLOTS,
    STATE,
    TRUSTED_PROXIES,
    VALIDATION_MEMORY,
    VALIDATION_TIMEOUT,
    VERSIONS_ASKED,
)
from khyber.contributions.desk.clerks import JobLimits
from khyber.engine.base import Limits
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.supervisor import MOST_PAUSED
from khyber.errors import EngineFailure, UsageError
from khyber.federation.forwarder import forwarding
from khyber.federation.policy import Policy


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@setting_option(HOST)
@setting_option(PORT)
@click.option(
    "--union/--no-union",
    default=None,
    help="With FILEs: let the default graph hold the triples of every named graph too.  [default: no-union]",
)
@click.option("--empty", is_flag=True, help="Serve an empty dataset, to be filled by writes.")
@click.option(
    "--writable",
    is_flag=True,
    help="With FILEs or --empty: take SPARQL Update and Graph Store writes, with the token that "
    f"{ADMIN_TOKEN_VARIABLE} holds, or that is printed at the start.",
)
@setting_option(BASE_URL)
@setting_option(TRUSTED_PROXIES)
@setting_option(HOME)
@setting_option(STATE)
@setting_option(REASONER)
@setting_option(MAX_REQUEST_BYTES)
@setting_option(MAX_UPLOAD_BYTES)
@setting_option(ENGINE)
@setting_option(QUERY_TIMEOUT)
@setting_option(MEMORY_LIMIT)
@setting_option(RESULT_LIMIT)
@setting_option(SLOTS)
@setting_option(MAX_WAITING)
@setting_option(GRACE)
@federation_options
@setting_option(CACHE_SIZE)
@setting_option(LEDGER)
@setting_option(MAX_CONTRIBUTION_BYTES)
@setting_option(VALIDATION_TIMEOUT)
@setting_option(VALIDATION_MEMORY)
@setting_option(VERSIONS_ASKED)
@setting_option(ACCESS_LOG)
@setting_option(LOG_LEVEL)
def serve(
    *,
    files: tuple[Path, ...],
    host: str,
    port: int,
    union: bool | None,
    empty: bool,
    writable: bool,
    base_url: str,
    trusted_proxies: tuple[str, ...],
    home: Path,
    state: Path,
    reasoner: str,
    max_request_bytes: int,
    max_upload_bytes: int,
    engine: str,
    query_timeout: float,
    memory_limit: int,
    result_limit: int,
    slots: int,
    max_waiting: int,
    grace: float,
    policy: Policy,
    cache_size: int,
    ledger: str,
    max_contribution_bytes: int,
    validation_timeout: float,
    validation_memory: int,
    versions_asked: int,
    access_log: str,
    log_level: str,
) -> None:
    """Serve the Khyber graph over HTTP, or with FILEs, a plain SPARQL server of those RDF files.

    The Khyber graph is validated and reasoned over, and compiled only if it changed. Files are served as
    they are, with their named graphs; .ttl .nt .nq .trig .rdf .owl and .jsonld are known, each also with
    .gz or .zst.
    """
    _require_agreement(files, union=union, empty=empty, writable=writable)
    _require_log(access_log)
    limits = Limits(query_timeout, memory_limit, result_limit)
    options = EngineOptions(engine, state, limits, slots, max_waiting, writable=writable)
    judging = JobLimits(validation_timeout, validation_memory)
    with reserved(host, port) as address, forwarding(policy) as outbound:
        own_url = base_url or http.base_url(host, address.port)
        if files or empty:
            serving = _serving_files(files, options, union=bool(union))
        else:
            serving = publishing(Graph(home, reasoner, ledger), options, judging, own_url)
        token = os.environ.pop(ADMIN_TOKEN_VARIABLE, None)  # no process that is started later needs it
        with serving as started:
            served = replace(
                started,
                admin_token=token or (token_urlsafe() if writable else None),
                token_is_new=writable and not token,
                options={
                    "base_url": own_url,
                    "trusted_proxies": trusted_proxies,
                    "union": bool(union),
                    "max_request_bytes": max_request_bytes,
                    "max_upload_bytes": max_upload_bytes,
                    "max_contribution_bytes": max_contribution_bytes,
                    "versions_asked": versions_asked,
                    "writable": writable,
                    "cache_size": cache_size,
                    "access_log_to": access_log,
                    "limits": limits,
                    "outbound": outbound,
                    "spool": spool_folder(state),
                },
            )
            try:
                waiting = slots + MOST_PAUSED + max_waiting
                http.run(served, host, address, waiting=waiting, grace=grace, log_level=log_level)
            finally:
                desk_status = served.desk.close() if served.desk else 0  # before the engine, which it uses
                status = served.engine.close()
        if status:
            raise EngineFailure("The server has ended because the processes that run queries have.")
        if desk_status:
            raise EngineFailure(
                "The server has ended because the process that takes contributions has.",
                remedy="Start it again; everything that was acknowledged is in the ledger.",
            )


@contextmanager
def _serving_files(files: Sequence[Path], options: EngineOptions, *, union: bool) -> Iterator[Served]:
    # The processes are forked before there is a thread that draws.
    engine = options.start(files_loader(files, options, union=union))
    with _closing_on_error(engine), stage_lines() as on_stage:
        on_stage("read", ", ".join(str(file) for file in files) or "nothing")
        engine.wait()
    yield Served(engine, None, ", ".join(file.name for file in files) or "An empty dataset")


@contextmanager
def _closing_on_error(engine: IsolatedEngine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.close()
        raise


def _require_log(access_log: str) -> None:
    if access_log in ("", "-"):
        return
    try:
        Path(access_log).expanduser().open("ab").close()
    except OSError as error:
        raise UsageError(
            f"The access log {access_log} cannot be written: {error.strerror}.",
            remedy="Name a file in a folder that is there and may be written to.",
        ) from None


def _require_agreement(files: Sequence[Path], *, union: bool | None, empty: bool, writable: bool) -> None:
    if union is not None and not files:
        raise UsageError(
            "--union and --no-union are for FILEs.",
            remedy="The default graph of the Khyber graph is what it publishes; FROM narrows it.",
        )
    if empty and files:
        raise UsageError("--empty and FILEs exclude each other.", remedy="Leave one of them out.")
    if writable and not files and not empty:
        raise UsageError(
            "--writable is for FILEs and --empty; the Khyber graph takes contributions without it.",
            remedy="Add --empty for an empty dataset.",
        )
    if writable and union:
        raise UsageError(
            "--writable and --union exclude each other: a default graph that is made of other graphs is not "
            "written to.",
            remedy="Leave one of them out; FROM clauses make a union for one query.",
        )
