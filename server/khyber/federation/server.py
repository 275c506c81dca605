"""The forwarder's side of the conversation: a small HTTP server for the engines of this machine."""

from __future__ import annotations

import select
import socket
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from khyber.engine.outbound import Errand, failure_body, restored
from khyber.errors import KhyberError
from khyber.federation.errands import Errands, NobodyWaits
from khyber.federation.policy import Policy

HOST = "127.0.0.1"
LONGEST_QUERY = 16_777_216
SECONDS_TO_SEND = 10
"""How long an engine may take to send its query."""

_ERRANDS = {"POST": Errand.SERVICE, "GET": Errand.LOAD}
_MEDIA_TYPES = {
    Errand.SERVICE: "application/sparql-results+json",
    Errand.LOAD: "application/n-triples",
}


class ForwardingServer(ThreadingHTTPServer):
    """Listens on the loopback address, on any free port; only who knows the word is served."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, policy: Policy, word: str) -> None:
        super().__init__((HOST, 0), _Handler)
        self.errands = Errands(policy)
        self.word = word

    @property
    def address(self) -> str:
        """Give the address with the word, as the guard puts it before what is called."""
        return f"http://{HOST}:{self.server_port}/{self.word}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of an engine that was ended while it waited: a traceback would look like a fault."""


class _Handler(BaseHTTPRequestHandler):
    server: ForwardingServer
    timeout = SECONDS_TO_SEND

    def do_GET(self) -> None:
        self._run()

    def do_POST(self) -> None:
        self._run()

    def log_message(self, *_: object) -> None:
        """Log nothing: the first line of a request holds the word."""

    def _run(self) -> None:
        errand, name = self._asked()
        if errand is None:
            self.send_error(404)
            return
        try:
            if errand is Errand.SERVICE:
                query = restored(self._body(), self.server.address)
                body = self.server.errands.ask(name, query, self._waits)
            else:
                body = self.server.errands.load(name, self._waits)
        except KhyberError as error:
            self._answer(error.status, "application/json", failure_body(error))
        except NobodyWaits:
            self.close_connection = True
        except (ValueError, OSError) as error:
            told = KhyberError(f"{name} could not be reached: {str(error).rstrip('.')}.")
            self._answer(told.status, "application/json", failure_body(told))
        else:
            self._answer(200, _MEDIA_TYPES[errand], body)

    def _asked(self) -> tuple[Errand | None, str]:
        _, word, errand, name = (*self.path.split("/", 3), "", "", "", "")[:4]
        expected = _ERRANDS[self.command]
        knows = compare_digest(word.encode(), self.server.word.encode())
        return (expected if knows and errand == expected.value else None), unquote(name)

    def _body(self) -> str:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LONGEST_QUERY:
            raise KhyberError("The query for another endpoint is empty or too long.")
        return self.rfile.read(length).decode()

    def _answer(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _waits(self) -> bool:
        """Say whether the engine still waits: one that was ended has closed its side."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return True
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except OSError:
            return False
