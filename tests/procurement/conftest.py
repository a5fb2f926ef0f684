"""A mail relay on this machine that answers as it is told."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Relay:
    """What a relay took and how it answers: to RCPT by `rcpt`, to DATA by `data`; "hang up" ends the call."""

    port: int = 0
    rcpt: str = "250 OK"
    data: str = "250 OK"
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address for the settings."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Answer to a recipient."""
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message, or not."""
        if self.data == "hang up":
            server.transport.close()
        elif self.data.startswith("250"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.data

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any
    ) -> AuthResult:
        """Let everybody in but the password "wrong"."""
        assert isinstance(login, LoginPassword)
        self.logins.append((login.login, login.password))
        return AuthResult(success=login.password != b"wrong", handled=False)


def _running(**facts: Any) -> Iterator[Relay]:
    found = Relay()
    with socket.create_server(("127.0.0.1", 0)) as free:
        found.port = free.getsockname()[1]
    controller = Controller(
        found,
        hostname="127.0.0.1",
        port=found.port,
        authenticator=found.authenticate,
        auth_require_tls=False,
        **facts,
    )
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay without TLS that takes everything, unless told otherwise."""
    yield from _running()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime(2024, 1, 1, tzinfo=UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=36_500))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path / "certificate.pem"
    path.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, *plain))
    return path


@pytest.fixture
def tls_relay(certificate: Path) -> Iterator[Relay]:
    """A relay that takes messages over TLS only."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    yield from _running(tls_context=context, require_starttls=True)
