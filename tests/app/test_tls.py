"""TLS by the node itself: what it is asked for before it starts, and what it speaks then."""

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from comity.app.doctor import machine
from comity.app.making import make_node
from comity.app.settings import Settings
from comity.app.tls import check_files, loose_key, names, not_after
from comity.kernel.base.clock import FixedClock, micros
from comity.kernel.base.errors import Invalid

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)


def certified(folder: Path, name: str = "localhost", *, since: datetime = NOW - DAY, days: int = 90) -> Settings:
    """A certificate of its own, and the settings that name it."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + days * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pem").chmod(0o600)
    return Settings(tls_cert=str(folder / "cert.pem"), tls_key=str(folder / "key.pem"))


def test_a_sound_pair(tmp_path: Path) -> None:
    settings = certified(tmp_path)
    check_files(settings, micros(NOW))
    assert not_after(settings.tls_cert) == micros(NOW + 89 * DAY)
    assert names(settings.tls_cert) == ("localhost",)
    assert not loose_key(settings)
    (tmp_path / "key.pem").chmod(0o644)
    assert loose_key(settings) == "0644"
    check_files(Settings(), micros(NOW))


def test_what_no_client_would_accept_is_refused(tmp_path: Path) -> None:
    settings = certified(tmp_path / "a")
    certified(tmp_path / "b")
    with pytest.raises(Invalid, match="expired"):
        check_files(settings, micros(NOW + 89 * DAY))
    shutil.copy(tmp_path / "b" / "key.pem", tmp_path / "a" / "key.pem")
    with pytest.raises(Invalid, match="not the key of"):
        check_files(settings, micros(NOW))
    for name in ("cert.pem", "key.pem"):
        (tmp_path / "b" / name).write_bytes(b"nothing of the kind")
        settings = Settings(tls_cert=str(tmp_path / "b" / "cert.pem"), tls_key=str(tmp_path / "b" / "key.pem"))
        with pytest.raises(Invalid, match=r"TLS|key"):
            check_files(settings, micros(NOW))
        certified(tmp_path / "b")
        (tmp_path / "b" / name).unlink()
        with pytest.raises(Invalid, match="No such file"):
            check_files(settings, micros(NOW))
        certified(tmp_path / "b")


def test_no_message_shows_the_key(tmp_path: Path) -> None:
    settings = certified(tmp_path)
    swapped = Settings(tls_cert=settings.tls_key, tls_key=settings.tls_cert)
    with pytest.raises(Invalid) as caught:
        check_files(swapped, micros(NOW))
    assert "PRIVATE" not in f"{caught.value} {caught.value.hint}"


def test_doctor_says_when_it_ends(tmp_path: Path) -> None:
    settings = certified(tmp_path)
    for moment, ok in ((NOW, True), (NOW + 80 * DAY, False), (NOW + 100 * DAY, False)):
        found = {each.name: each for each in machine(settings, FixedClock(micros(moment)))}
        assert found["certificate"].ok is ok
    (tmp_path / "key.pem").chmod(0o604)
    found = {each.name: each for each in machine(settings, FixedClock(micros(NOW)))}
    assert "chmod" in found["certificate's key"].todo


class Running:
    """A node that is served with TLS."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        self.tls = folder / "tls"
        self.settings = certified(self.tls, since=now - DAY)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = folder / "node"
        make_node(data, Settings(), slug="home", name="Home", jurisdiction="KR", person="Alice")
        command = [
            sys.executable,
            "-m",
            "comity",
            "--data",
            str(data),
            "serve",
            "--port",
            str(self.port),
            "--workers",
            "1",
        ]
        command += ["--tls-cert", self.settings.tls_cert, "--tls-key", self.settings.tls_key, "--host", "0.0.0.0"]
        self.process = subprocess.Popen(
            command, env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def get(self, path: str) -> httpx.Response | None:
        """An answer under the certificate that lies there now; None while there is none."""
        context = ssl.create_default_context(cafile=self.settings.tls_cert)
        try:
            return httpx.get(f"https://localhost:{self.port}{path}", verify=context, timeout=10)
        except httpx.TransportError:
            return None

    def wait(self) -> httpx.Response:
        until = time.monotonic() + 60
        while (found := self.get("/readyz")) is None or found.status_code != 200:
            assert self.process.poll() is None, "the server did not start"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.2)
        return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.process.terminate()
    made.process.wait(30)


@pytest.mark.slow
def test_spoken_kept_and_renewed(running: Running) -> None:
    ready = running.wait()
    assert ready.headers["strict-transport-security"].startswith("max-age=")
    taxii = running.get("/taxii2/")
    assert taxii is not None
    assert "strict-transport-security" in taxii.headers
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{running.port}/healthz", timeout=5)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", running.port)) as raw, old.wrap_socket(raw) as spoken:
        assert spoken.version() == "TLSv1.2"
    certified(running.tls, since=datetime.now(UTC) - DAY)
    assert running.get("/healthz") is None, "the new certificate is there before it was asked for"
    running.process.send_signal(signal.SIGHUP)
    running.wait()
