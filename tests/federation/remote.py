"""Another SPARQL server, on a real socket, that behaves as it is told and notes what it is asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SOLUTIONS = (
    b'{"head":{"vars":["label"]},"results":{"bindings":[{"label":{"type":"literal","value":"Kabul"}}]}}'
)
JSON = "application/sparql-results+json"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> str:
        form = self.body.decode() if self.method == "POST" else urlsplit(self.path).query
        return parse_qs(form)["query"][0]


@dataclass
class Remote:
    """A running server: what it was asked, and what it does next."""

    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    status: int = 200
    media_type: str = JSON
    body: bytes = SOLUTIONS
    headers: dict[str, str] = field(default_factory=dict)
    before_answer: Callable[[], None] = lambda: None
    write: Callable[[BaseHTTPRequestHandler], None] | None = None

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"{self.root}/sparql"


@contextmanager
def remote(tls: ssl.SSLContext | None = None) -> Iterator[Remote]:
    """Run another server until the block ends, over TLS if that is given."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                running.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                running.at_once += 1
                running.most_at_once = max(running.most_at_once, running.at_once)
            try:
                running.before_answer()
                if running.write is not None:
                    running.write(self)
                    return
                self.send_response(running.status)
                self.send_header("Content-Type", running.media_type)
                self.send_header("Content-Length", str(len(running.body)))
                for name, value in running.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(running.body)
            except OSError:
                self.close_connection = True
            finally:
                with lock:
                    running.at_once -= 1

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that breaks off, as one does that was told to."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        running = Remote(server.server_port, scheme="http" if tls is None else "https")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
