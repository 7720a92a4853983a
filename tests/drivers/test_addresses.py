"""The prober, against small servers with real certificates."""

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from drivers.addresses import PublicAddresses
from kernel.errors import Misconfigured

HOST = "wiki.apps.example.org"


@dataclass
class Seen:
    """What the server was asked."""

    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    peers: list[int] = field(default_factory=list)


def _key_and_certificate(
    name: str, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    """A CA's certificate; beside it, one of its certificates for HOST with its key."""
    issuer = _key_and_certificate("test ca", None)
    certificate, key = _key_and_certificate(HOST, issuer)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "server.pem").write_bytes(_pem(certificate) + text)
    (tmp_path / "ca.pem").write_bytes(_pem(issuer[0]))
    return tmp_path / "ca.pem"


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def server(ca: Path, seen: Seen) -> Iterator[str]:
    """host:port of an HTTPS server that knows HOST alone."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.headers.append(dict(self.headers.items()))
            seen.paths.append(self.path)
            seen.peers.append(self.client_address[1])
            status = {"/login": 302, "/explained": 503}.get(self.path, 200)
            if self.path == "/moved" and seen.peers.count(self.client_address[1]) > 1:
                status = 421  # as Traefik, to a connection older than the router
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "https://elsewhere.example.org/")
            if status == 503:
                self.send_header("X-Paillasse-Explains", "1")
            body = b"x" * (10_000_000 if self.path == "/long" else 100)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Clients that break off are what is tried here."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca.with_name("server.pem"))
    context.sni_callback = lambda _socket, name, _context: seen.names.append(name)
    with Server(("127.0.0.1", 0), Handler) as found:
        found.socket = context.wrap_socket(found.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def prober(server: str, ca: Path | str) -> PublicAddresses:
    return PublicAddresses(port=18443, connect_to=server, ca=str(ca))


def test_it_connects_elsewhere_and_keeps_the_name(server: str, ca: Path, seen: Seen) -> None:
    answer = prober(server, ca).ask(HOST, "/health?a=1")
    assert (answer.status, answer.error, answer.from_portal) == (200, "", False)
    assert seen.names == [HOST]
    assert seen.paths == ["/health?a=1"]
    assert seen.headers[0]["Host"] == f"{HOST}:18443"
    assert seen.headers[0]["X-Paillasse-Probe"] == "1"
    assert seen.headers[0]["User-Agent"] == "paillasse-probe"


def test_the_usual_port_is_not_named(server: str, ca: Path, seen: Seen) -> None:
    PublicAddresses(connect_to=server, ca=str(ca)).ask(HOST)
    assert seen.headers[0]["Host"] == HOST


def test_a_short_answer_keeps_its_connection_a_long_one_does_not(server: str, ca: Path, seen: Seen) -> None:
    asking = prober(server, ca)
    for path in ("/", "/", "/long", "/"):
        assert asking.ask(HOST, path).status == 200
    first, second, third, fourth = seen.peers
    assert first == second == third != fourth


def test_a_connection_older_than_the_router_is_opened_anew(server: str, ca: Path, seen: Seen) -> None:
    asking = prober(server, ca)
    assert asking.ask(HOST, "/").status == 200
    assert asking.ask(HOST, "/moved").status == 200
    assert seen.paths == ["/", "/moved", "/moved"]


def test_a_redirect_is_an_answer(server: str, ca: Path, seen: Seen) -> None:
    answer = prober(server, ca).ask(HOST, "/login")
    assert (answer.status, answer.detail) == (302, "https://elsewhere.example.org/")
    assert seen.paths == ["/login"]


def test_the_portals_own_page_is_recognised(server: str, ca: Path) -> None:
    answer = prober(server, ca).ask(HOST, "/explained")
    assert (answer.status, answer.from_portal) == (503, True)


def test_an_untrusted_certificate_is_tls(server: str) -> None:
    assert prober(server, "").ask(HOST).error == "tls"


def test_a_certificate_for_another_name_is_tls(server: str, ca: Path) -> None:
    answer = prober(server, ca).ask("other.apps.example.org")
    assert (answer.status, answer.error) == (None, "tls")


def test_a_missing_ca_file_is_for_an_engineer(server: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        prober(server, tmp_path / "none.pem").ask(HOST)


def test_nobody_listening_is_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert prober(f"127.0.0.1:{port}", "").ask(HOST).error == "refused"


def test_a_name_that_nobody_has_is_dns() -> None:
    assert PublicAddresses(scheme="http", port=80).ask("nowhere.invalid").error == "dns"


def _hang_up(connection: socket.socket) -> None:
    """The end of the stream, where the other waits for the handshake."""
    connection.recv(4096)
    connection.close()


def _break_off(connection: socket.socket) -> None:
    """What stands unread makes the kernel answer with a reset."""
    connection.recv(1)
    connection.close()


@pytest.mark.parametrize("manner", [_hang_up, _break_off])
def test_a_handshake_that_is_cut_off_is_reset_and_no_matter_of_certificates(
    manner: Callable[[socket.socket], None],
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(5)

        def cut() -> None:
            with contextlib.suppress(TimeoutError):
                for _ in range(2):  # as every broken connection it is tried once more
                    manner(listener.accept()[0])

        thread = threading.Thread(target=cut)
        thread.start()
        answer = prober(f"127.0.0.1:{listener.getsockname()[1]}", "").ask(HOST)
        thread.join()
    assert (answer.status, answer.error) == (None, "reset")


def _close(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.close()


def _babble(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"\x00\x01no protocol\r\n\r\n")
    connection.close()


def _serve(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    connection.close()


MANNERS: list[tuple[list[Callable[[socket.socket], None]], int | None, str]] = [
    ([_close, _close], None, "reset"),
    ([_babble, _babble], None, "reset"),
    ([_close, _serve], 204, ""),
]


@pytest.mark.parametrize(("manners", "status", "error"), MANNERS)
def test_a_broken_connection_is_tried_once_more(
    manners: list[Callable[[socket.socket], None]], status: int | None, error: str
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=lambda: [manner(listener.accept()[0]) for manner in manners])
        thread.start()
        there = f"127.0.0.1:{listener.getsockname()[1]}"
        answer = PublicAddresses(scheme="http", port=80, connect_to=there).ask(HOST)
        thread.join()
    assert (answer.status, answer.error) == (status, error)
