"""A source is read over TLS only when its certificate is good: else the run fails and says why."""

import os
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.settings import environment_with
from procurement.db import connect, transaction
from procurement.i18n import ZURICH
from procurement.models import CrawlRun
from procurement.runs import runs_of
from tests.crawler.conftest import Installation
from tests.crawler.hostile import Publication, redirect, reply, serve_hostile, wire

pytestmark = pytest.mark.slow

_DAY = timedelta(days=1)
_GOOD = Publication("good", "stored", lambda details: [reply(wire(details))])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate says."""

    host: str = "localhost"
    begins: timedelta = -_DAY
    ends: timedelta = _DAY
    is_self_signed: bool = False


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of its own, which nobody knows but through its file."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path


def name_of(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def builder(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )


def found_authority(folder: Path, name: str) -> Authority:
    """Make a certificate authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        builder(name, name_of(name), key)
        .not_valid_before(now - 9 * _DAY)
        .not_valid_after(now + 9 * _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(key, certificate, file)


def server_side(folder: Path, authority: Authority, wanted: Wanted) -> ssl.SSLContext:
    """What a server needs that shows this certificate."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    issuer = name_of(wanted.host) if wanted.is_self_signed else authority.certificate.subject
    certificate = (
        builder(wanted.host, issuer, key)
        .not_valid_before(now + wanted.begins)
        .not_valid_after(now + wanted.ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(wanted.host)]), critical=False)
        .sign(key if wanted.is_self_signed else authority.key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def crawled(
    folder: Path, tls: ssl.SSLContext, trusted: Path | None, *publications: Publication
) -> tuple[int, CrawlRun, int]:
    """Exit code and row of a run over a source with this certificate, and how many notices there are."""
    today = datetime.now(UTC).astimezone(ZURICH).date()
    with serve_hostile(list(publications), today, tls=tls) as source:
        environment = environment_with(
            data_dir=str(folder / "var"), database_url="", simap_url=source.address, log_level="WARNING"
        )
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
        if trusted is not None:
            environment["SSL_CERT_FILE"] = str(trusted)
        installation = Installation(folder, environment)
        installation.run("migrate")
        code, _ = installation.run("crawl", "simap")
        notices = installation.status()["notices"]
    with transaction(connect(f"sqlite:///{folder / 'var' / 'aimp.db'}")) as session:
        [run] = runs_of(session, source="simap")
    return code, run, notices


def test_a_source_with_a_good_certificate_is_read(tmp_path: Path) -> None:
    authority = found_authority(tmp_path, "authority")
    tls = server_side(tmp_path, authority, Wanted())

    code, run, notices = crawled(tmp_path, tls, authority.file, _GOOD)

    assert (code, run.verdict, notices) == (0, "ok", 1), run.reasons


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (Wanted(is_self_signed=True), "certificate verify failed"),
        (Wanted(begins=-3 * _DAY, ends=-_DAY), "certificate verify failed"),
        (Wanted(begins=_DAY, ends=3 * _DAY), "certificate verify failed"),
        (Wanted(host="www.simap.ch"), "DNSMismatch"),
    ],
    ids=["self-signed", "expired", "not yet valid", "of another host"],
)
def test_a_bad_certificate_fails_the_run_and_is_named(tmp_path: Path, wanted: Wanted, word: str) -> None:
    authority = found_authority(tmp_path, "authority")
    tls = server_side(tmp_path, authority, wanted)

    code, run, notices = crawled(tmp_path, tls, authority.file, _GOOD)

    assert (code, run.verdict, notices) == (1, "failed", 0)
    assert any(word in reason for reason in run.reasons), run.reasons


@pytest.mark.parametrize("is_known_elsewhere", [True, False])
def test_an_authority_that_nobody_named_is_not_trusted(tmp_path: Path, is_known_elsewhere: bool) -> None:
    stranger = found_authority(tmp_path, "stranger")
    other = found_authority(tmp_path, "other")
    tls = server_side(tmp_path, stranger, Wanted())

    code, run, notices = crawled(tmp_path, tls, other.file if is_known_elsewhere else None, _GOOD)

    assert (code, run.verdict, notices) == (1, "failed", 0)
    assert any("certificate" in reason.lower() for reason in run.reasons), run.reasons


def test_nothing_is_read_without_tls_because_the_source_says_so(tmp_path: Path) -> None:
    authority = found_authority(tmp_path, "authority")
    tls = server_side(tmp_path, authority, Wanted())
    downgraded = replace(
        _GOOD, name="downgraded", answer=lambda details: [redirect("http://localhost:80/simap/api/x")]
    )

    code, run, notices = crawled(tmp_path, tls, authority.file, _GOOD, downgraded)

    assert (code, run.verdict, notices, run.lost) == (0, "partial", 1, 1)
    assert any("NotOnTheList" in reason for reason in run.reasons)
