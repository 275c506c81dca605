from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from federation.conftest import Khyber, Start
from federation.remote import Remote, remote
from khyber.errors import BadGateway
from khyber.federation.forwarder import start_forwarder
from khyber.federation.policy import Policy

POLICY = Policy(services=("http://a.example/sparql",), contact="a@b.example")
STARTING = """
from khyber.federation.forwarder import start_forwarder
from khyber.federation.policy import Policy
forwarder = start_forwarder(Policy(services=("http://a.example/sparql",), contact="a@b.example"))
print(forwarder.process.pid, flush=True)
input()
"""


def test_a_forwarder_listens_on_the_loopback_address_only_and_its_word_is_new() -> None:
    forwarders = [start_forwarder(POLICY) for _ in range(2)]
    try:
        words = {forwarder.address.rpartition("/")[2] for forwarder in forwarders}
        assert len(words) == 2
        assert all(len(word) >= 43 for word in words)
        assert all(forwarder.address.startswith("http://127.0.0.1:") for forwarder in forwarders)
        for forwarder in forwarders:
            command = Path(f"/proc/{forwarder.process.pid}/cmdline").read_bytes().decode()
            assert not any(word in command for word in words)
    finally:
        for forwarder in forwarders:
            forwarder.close()
            forwarder.close()
    assert all(forwarder.process.returncode is not None for forwarder in forwarders)


def test_a_forwarder_ends_with_the_process_that_started_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        watch = os.pidfd_open(pid)
        parent.kill()
    try:
        import select

        readable, _, _ = select.select([watch], [], [], 30)
        assert readable == [watch]
    finally:
        os.close(watch)


def test_a_forwarder_whose_worker_dies_has_another(other: Remote) -> None:
    policy = Policy((other.endpoint,), private=("127.0.0.1",), contact="a@b.example")
    forwarder = start_forwarder(policy)
    try:
        khyber = Khyber(policy.outbound(forwarder.address))
        for number in range(2):
            assert "Kabul" in khyber.ask(
                f"SELECT * {{ SERVICE <{other.endpoint}> {{ ?s <urn:{number}> ?label }} }}"
            )
            children = Path(f"/proc/{forwarder.process.pid}/task/{forwarder.process.pid}/children")
            (worker,) = children.read_text().split()
            os.kill(int(worker), signal.SIGKILL)
    finally:
        forwarder.close()


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """Give what a server over TLS needs, and the certificate that vouches for it."""
    if shutil.which("openssl") is None:
        pytest.skip(
            "openssl is not installed: it makes the certificate of the server that is called over TLS"
        )
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=local", "-days", "1"]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *made, *named], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_an_endpoint_over_tls_is_asked_if_its_certificate_is_vouched_for(
    start: Start, tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    with remote(tls[0]) as other:
        answer = start(other.endpoint).ask(f"SELECT * {{ SERVICE <{other.endpoint}> {{ ?s ?p ?label }} }}")
    assert "Kabul" in answer
    assert other.endpoint.startswith("https://")


def test_an_endpoint_whose_certificate_nobody_vouches_for_is_not_asked(
    start: Start, tls: tuple[ssl.SSLContext, Path]
) -> None:
    with remote(tls[0]) as other:
        khyber = start(other.endpoint)
        with pytest.raises(BadGateway, match="cannot be reached"):
            khyber.ask(f"SELECT * {{ SERVICE <{other.endpoint}> {{ ?s ?p ?o }} }}")
    assert other.asked == []
