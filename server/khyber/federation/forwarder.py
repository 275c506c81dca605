"""The forwarder as a process of its own, which ends with the one that started it."""

from __future__ import annotations

import json
import os
import resource
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

from khyber.engine.outbound import Outbound
from khyber.errors import EngineFailure
from khyber.federation.policy import Policy

if TYPE_CHECKING:
    from khyber.federation.server import ForwardingServer

SECONDS_TO_END = 5
SECONDS_BETWEEN_LOOKS = 0.2
MODULE = "khyber.federation.forwarder"


@dataclass(frozen=True)
class Forwarder:
    """A running forwarder: its address, in which the word stands that opens it, and its process."""

    address: str
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        """End it; may be called twice."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_forwarder(policy: Policy) -> Forwarder:
    """Start a forwarder, which listens when this returns; raise EngineFailure if it cannot."""
    word = secrets.token_urlsafe(32)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    told = json.dumps({"policy": policy.members(), "word": word, "parent": os.getpid()}).encode()
    if process.stdin is None or process.stdout is None:
        raise AssertionError("The pipes were asked for.")
    with process.stdin, process.stdout:
        process.stdin.write(told + b"\n")
        process.stdin.flush()
        address = process.stdout.readline().decode().strip()
    if not address:
        process.kill()
        process.wait()
        raise EngineFailure("The process that calls other endpoints did not start.")
    return Forwarder(address, process)


@contextmanager
def forwarding(policy: Policy) -> Iterator[Outbound]:
    """Run a forwarder while the block runs, if the policy allows anything, and say what may be reached."""
    if not policy.is_open:
        yield policy.outbound()
        return
    forwarder = start_forwarder(policy)
    try:
        yield policy.outbound(forwarder.address)
    finally:
        forwarder.close()


def _main() -> None:
    """Forward, as standard input says, until the parent has gone.

    The work is done by a child, and by another one when it should die of an answer: the address stays.
    """
    from khyber.federation.server import ForwardingServer  # noqa: PLC0415 - only in the process of its own

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    told = json.loads(sys.stdin.readline())
    with ForwardingServer(Policy.read(told["policy"]), told["word"]) as server:
        sys.stdout.write(server.address + "\n")
        sys.stdout.flush()
        while os.getppid() == told["parent"]:
            _work_in_a_child(server, told["parent"])


def _work_in_a_child(server: ForwardingServer, parent: int) -> None:
    """Return when the child has died; end with the parent, and the child with this process."""
    this = os.getpid()
    child = os.fork()
    if child == 0:
        Thread(target=_end_with, args=(this,), daemon=True).start()
        server.serve_forever()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if os.getppid() != parent:
            os._exit(0)
        sleep(SECONDS_BETWEEN_LOOKS)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(0)


if __name__ == "__main__":
    _main()
