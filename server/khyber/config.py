"""The settings of Khyber: one table, from which the command line's options, the manual and the tests derive.

A setting is given as an option (``--port 9000``) or as an environment variable (``KHYBER_PORT=9000``);
the option wins.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from khyber.setting import (
    Setting,
    base_url,
    contact,
    folder,
    hosts,
    iris,
    networks,
    not_negative,
    one_of,
    port,
    positive,
    seconds,
)


def graph_home() -> Path:
    """Give the folder that holds ontology/, data/ and shapes/.

    It is ``KHYBER_HOME`` if that is set, else the graph inside an installed package, else the repository of
    an editable install. Whether the folder is there is for its reader to say.
    """
    return HOME.value()


def _installed_home() -> Path:
    package = Path(__file__).resolve().parent
    return package / "graph" if (package / "graph").is_dir() else package.parents[1]


def _user_state_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - only where no folder is given; start-up stays fast

    return user_state_path("khyber")


def _endpoints(text: str) -> tuple[str, ...]:
    return iris(" ".join(" ".join(WIKIDATA) if word == "wikidata" else word for word in text.split()))


HOME: Setting[Path] = Setting(
    name="home",
    option="--home",
    variable="KHYBER_HOME",
    default=_installed_home,
    type=folder,
    help="The folder that holds ontology/, data/ and shapes/.",
    expects="a folder",
    metavar="DIR",
    default_text="the graph that came with Khyber",
)
STATE: Setting[Path] = Setting(
    name="state",
    option="--state",
    variable="KHYBER_STATE",
    default=_user_state_folder,
    type=folder,
    help="The folder where compiled releases are kept, so that the next start is fast.",
    expects="a folder",
    metavar="DIR",
    default_text="khyber in the user's state folder",
)
REASONER: Setting[str] = Setting(
    name="reasoner",
    option="--reasoner",
    variable="KHYBER_REASONER",
    default="sparql",
    type=one_of("sparql", "owlrl"),
    help="What draws the conclusions: sparql (rules on the engine, fast) or owlrl (slow, for comparison).",
    expects="sparql or owlrl",
    metavar="NAME",
)
HOST: Setting[str] = Setting(
    name="host",
    option="--host",
    variable="KHYBER_HOST",
    default="127.0.0.1",
    type=str,
    help="The address that the server listens on; 0.0.0.0 for every network that this machine is on.",
    expects="an address",
    metavar="ADDRESS",
)
PORT: Setting[int] = Setting(
    name="port",
    option="--port",
    variable="KHYBER_PORT",
    default=8000,
    type=port,
    help="The port that the server listens on; 0 for any free one.",
    expects="a number from 0 to 65535",
    metavar="NUMBER",
)
BASE_URL: Setting[str] = Setting(
    name="base_url",
    option="--base-url",
    variable="KHYBER_BASE_URL",
    default="",
    type=base_url,
    help="The address by which clients reach the server; graphs named by their path have IRIs below it.",
    expects="an address such as https://example.org, without a query and a fragment",
    metavar="URL",
    default_text="the host and the port it listens on",
)
MAX_UPLOAD_BYTES: Setting[int] = Setting(
    name="max_upload_bytes",
    option="--max-upload-bytes",
    variable="KHYBER_MAX_UPLOAD_BYTES",
    default=268_435_456,
    type=positive,
    help="The longest body of a write that comes with a token, in bytes; a longer one is answered 413.",
    expects="a number from 1",
    metavar="BYTES",
)
MAX_REQUEST_BYTES: Setting[int] = Setting(
    name="max_request_bytes",
    option="--max-request-bytes",
    variable="KHYBER_MAX_REQUEST_BYTES",
    default=1_048_576,
    type=positive,
    help="The longest body of a request, in bytes; a longer one is answered 413.",
    expects="a number from 1",
    metavar="BYTES",
)
TRUSTED_PROXIES: Setting[tuple[str, ...]] = Setting(
    name="trusted_proxies",
    option="--trusted-proxies",
    variable="KHYBER_TRUSTED_PROXIES",
    default=(),
    type=networks,
    help="The proxies whose X-Forwarded-For says who asks; clients take turns by that address.",
    expects="addresses or networks such as 10.0.0.0/8 with spaces between, or none",
    metavar="NETWORKS",
    default_text="none",
)
WIKIDATA = (
    "https://query.wikidata.org/sparql",
    "https://query-main.wikidata.org/sparql",
    "https://query-scholarly.wikidata.org/sparql",
)
"""The query services of Wikidata: all but scholarly articles, under two names, and scholarly articles."""

ALLOW_SERVICE: Setting[tuple[str, ...]] = Setting(
    name="allow_service",
    option="--allow-service",
    variable="KHYBER_ALLOW_SERVICE",
    default=WIKIDATA,
    type=_endpoints,
    help="The endpoints that SERVICE may call, with spaces between; wikidata for Wikidata's, or none.",
    expects="endpoints such as https://example.org/sparql with spaces between, wikidata, or none",
    metavar="URLS",
    default_text="wikidata",
)
ALLOW_LOAD: Setting[tuple[str, ...]] = Setting(
    name="allow_load",
    option="--allow-load",
    variable="KHYBER_ALLOW_LOAD",
    default=(),
    type=iris,
    help="The documents that LOAD may fetch, with spaces between; one that ends with / stands for all below.",
    expects="addresses such as https://example.org/data/ with spaces between, or none",
    metavar="URLS",
    default_text="none",
)
ALLOW_PRIVATE: Setting[tuple[str, ...]] = Setting(
    name="allow_private",
    option="--allow-private",
    variable="KHYBER_ALLOW_PRIVATE",
    default=(),
    type=hosts,
    help="The hosts that SERVICE and LOAD may reach at private or loopback addresses, with spaces between.",
    expects="names of hosts with spaces between, or none",
    metavar="HOSTS",
    default_text="none",
)
CONTACT: Setting[str] = Setting(
    name="contact",
    option="--contact",
    variable="KHYBER_CONTACT",
    default="",
    type=contact,
    help="Whom other endpoints can write to about this server; without it SERVICE and LOAD call nobody.",
    expects="an e-mail address or the address of a page",
    metavar="ADDRESS",
    default_text="nobody: federation is off",
)
SERVICE_TIMEOUT: Setting[int] = Setting(
    name="service_timeout",
    option="--service-timeout",
    variable="KHYBER_SERVICE_TIMEOUT",
    default=30,
    type=positive,
    help="How long another endpoint may take to answer, in seconds; then the query ends with 504.",
    expects="a number from 1",
    metavar="SECONDS",
)
SERVICE_BYTES: Setting[int] = Setting(
    name="service_bytes",
    option="--service-bytes",
    variable="KHYBER_SERVICE_BYTES",
    default=16_777_216,
    type=positive,
    help="The longest answer of another endpoint, in bytes; a longer one ends the query with 502.",
    expects="a number from 1",
    metavar="BYTES",
)
WIKIDATA_API: Setting[str] = Setting(
    name="wikidata_api",
    option="--wikidata-api",
    variable="KHYBER_WIKIDATA_API",
    default="https://www.wikidata.org/w/api.php",
    type=base_url,
    help="The API of Wikidata, or of another Wikibase, that khyber link asks.",
    expects="an address such as https://example.org/w/api.php",
    metavar="URL",
    default_text="Wikidata's",
)
CACHE_SIZE: Setting[int] = Setting(
    name="cache_size",
    option="--cache-size",
    variable="KHYBER_CACHE_SIZE",
    default=67_108_864,
    type=not_negative,
    help="How many bytes of results are kept for the next who asks the same; 0 keeps none.",
    expects="a number from 0",
    metavar="BYTES",
)
ACCESS_LOG: Setting[str] = Setting(
    name="access_log",
    option="--access-log",
    variable="KHYBER_ACCESS_LOG",
    default="",
    type=str,
    help="The file to which a line of JSON is added for every request; - for standard output.",
    expects="a file or -",
    metavar="FILE",
    default_text="no log",
)
ENGINE: Setting[str] = Setting(
    name="engine",
    option="--engine",
    variable="KHYBER_ENGINE",
    default="memory",
    type=one_of("memory", "disk"),
    help="Where the data is while it is served: memory (fast), or disk, in the state folder (of any size).",
    expects="memory or disk",
    metavar="NAME",
)
QUERY_TIMEOUT: Setting[float] = Setting(
    name="query_timeout",
    option="--query-timeout",
    variable="KHYBER_QUERY_TIMEOUT",
    default=60.0,
    type=seconds,
    help="How long a query or an update may run, in seconds; then it is stopped and answered 503.",
    expects="a number of seconds above 0",
    metavar="SECONDS",
    default_text="60",
)
MEMORY_LIMIT: Setting[int] = Setting(
    name="memory_limit",
    option="--memory-limit",
    variable="KHYBER_MEMORY_LIMIT",
    default=1_073_741_824,
    type=positive,
    help="How much memory a query or an update may take beyond the data, in bytes; then it is answered 507.",
    expects="a number from 1",
    metavar="BYTES",
)
RESULT_LIMIT: Setting[int] = Setting(
    name="result_limit",
    option="--result-limit",
    variable="KHYBER_RESULT_LIMIT",
    default=1_073_741_824,
    type=positive,
    help="The longest result, in bytes; a query with a longer one is answered 507.",
    expects="a number from 1",
    metavar="BYTES",
)
SLOTS: Setting[int] = Setting(
    name="slots",
    option="--slots",
    variable="KHYBER_SLOTS",
    default=lambda: max(1, (os.cpu_count() or 1) - 1),
    type=positive,
    help="How many queries run at once.",
    expects="a number from 1",
    metavar="NUMBER",
    default_text="one less than the machine has cores",
)
GRACE: Setting[float] = Setting(
    name="grace",
    option="--grace",
    variable="KHYBER_GRACE",
    default=10.0,
    type=seconds,
    help="How long running requests may go on when the server is told to end, in seconds; then 503.",
    expects="a number of seconds above 0",
    metavar="SECONDS",
    default_text="10",
)
MAX_WAITING: Setting[int] = Setting(
    name="max_waiting",
    option="--max-waiting",
    variable="KHYBER_MAX_WAITING",
    default=64,
    type=positive,
    help="How many queries wait for a turn, half of them of any one client; more are answered 503 or 429.",
    expects="a number from 1",
    metavar="NUMBER",
)
LEDGER: Setting[str] = Setting(
    name="ledger",
    option="--ledger",
    variable="KHYBER_LEDGER",
    default="",
    type=str,
    help="Where contributions, decisions and versions are kept: a folder, or a PostgreSQL database.",
    expects="a folder, or postgresql://user:password@host/database",
    metavar="WHERE",
    default_text="ledger.sqlite in the state folder",
)
MAX_CONTRIBUTION_BYTES: Setting[int] = Setting(
    name="max_contribution_bytes",
    option="--max-contribution-bytes",
    variable="KHYBER_MAX_CONTRIBUTION_BYTES",
    default=16_777_216,
    type=positive,
    help="The longest document that is validated or taken as a contribution, in bytes; then 413.",
    expects="a number from 1",
    metavar="BYTES",
)
MAX_CONTRIBUTION_TRIPLES: Setting[int] = Setting(
    name="max_contribution_triples",
    option="--max-contribution-triples",
    variable="KHYBER_MAX_CONTRIBUTION_TRIPLES",
    default=20_000,
    type=positive,
    help="How many triples a contribution may add and remove; one with more is not judged further.",
    expects="a number from 1",
    metavar="NUMBER",
)
VALIDATION_TIMEOUT: Setting[float] = Setting(
    name="validation_timeout",
    option="--validation-timeout",
    variable="KHYBER_VALIDATION_TIMEOUT",
    default=30.0,
    type=seconds,
    help="How long the validation of a contribution may take, in seconds; then it is answered 503.",
    expects="a number of seconds above 0",
    metavar="SECONDS",
    default_text="30",
)
VALIDATION_MEMORY: Setting[int] = Setting(
    name="validation_memory",
    option="--validation-memory",
    variable="KHYBER_VALIDATION_MEMORY",
    default=1_073_741_824,
    type=positive,
    help="How much memory the validation of a contribution may take, in bytes; then it is answered 507.",
    expects="a number from 1",
    metavar="BYTES",
)
VERSIONS_ASKED: Setting[int] = Setting(
    name="versions_asked",
    option="--versions-asked",
    variable="KHYBER_VERSIONS_ASKED",
    default=50,
    type=not_negative,
    help="How many versions back a query may go with ?version=; all of them can be exported.",
    expects="a number from 0",
    metavar="NUMBER",
)
LOG_LEVEL: Setting[str] = Setting(
    name="log_level",
    option="--log-level",
    variable="KHYBER_LOG_LEVEL",
    default="warning",
    type=one_of("debug", "info", "warning", "error"),
    help="How much the server tells on standard error: debug, info, warning or error.",
    expects="debug, info, warning or error",
    metavar="LEVEL",
)

SETTINGS: tuple[Setting[Any], ...] = (
    HOME,
    STATE,
    REASONER,
    HOST,
    PORT,
    BASE_URL,
    TRUSTED_PROXIES,
    MAX_REQUEST_BYTES,
    MAX_UPLOAD_BYTES,
    ALLOW_SERVICE,
    ALLOW_LOAD,
    ALLOW_PRIVATE,
    CONTACT,
    SERVICE_TIMEOUT,
    SERVICE_BYTES,
    WIKIDATA_API,
    ENGINE,
    QUERY_TIMEOUT,
    MEMORY_LIMIT,
    RESULT_LIMIT,
    SLOTS,
    MAX_WAITING,
    GRACE,
    CACHE_SIZE,
    LEDGER,
    MAX_CONTRIBUTION_BYTES,
    MAX_CONTRIBUTION_TRIPLES,
    VALIDATION_TIMEOUT,
    VALIDATION_MEMORY,
    VERSIONS_ASKED,
    ACCESS_LOG,
    LOG_LEVEL,
)
"""Every setting, in the order of the manual."""

ADMIN_TOKEN_VARIABLE = "KHYBER_ADMIN_TOKEN"  # noqa: S105 - the name of a variable
"""The variable that holds the admin's token; no option does, as other users of a machine can see options."""
