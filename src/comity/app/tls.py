"""The certificate and key under which the server speaks TLS itself: looked at before it starts, by ``doctor`` and by metrics.

The server reads the files anew when its processes are started anew (SIGHUP to the parent), so a renewed certificate is
taken up without an interruption.
"""

import ssl
import stat
from pathlib import Path
from typing import Final

from cryptography import x509

from comity.app.settings import Settings
from comity.kernel.base.clock import Micros, micros, rfc3339
from comity.kernel.base.errors import Invalid

SOON: Final[Micros] = 21 * 86_400_000_000
"""Three weeks: those who renew by a program do so a month before the end."""


def check_files(settings: Settings, now: Micros) -> None:
    """Refuses to start with a certificate that no client would accept. Nothing is asked where TLS is not spoken."""
    if not settings.speaks_tls:
        return
    _load(settings.tls_cert, settings.tls_key)
    if not_after(settings.tls_cert) <= now:
        raise Invalid(
            f"the TLS certificate {settings.tls_cert} expired at {rfc3339(not_after(settings.tls_cert))}",
            code="tls",
            hint="Renew it; no client would accept it.",
        )


def loose_key(settings: Settings) -> str:
    """The mode of a private key that all of this machine may read; empty where it is not so."""
    mode = stat.S_IMODE(Path(settings.tls_key).stat().st_mode)
    return f"{mode:04o}" if mode & 0o007 else ""


def not_after(path: str) -> Micros:
    """When the first certificate of a file expires (RFC 5280 section 4.1.2.5)."""
    return micros(_first(path).not_valid_after_utc)


def names(path: str) -> tuple[str, ...]:
    """The DNS names that the certificate is for (RFC 5280 section 4.2.1.6)."""
    try:
        found = _first(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(found.get_values_for_type(x509.DNSName))


def _first(path: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error


def _load(cert: str, key: str) -> None:
    """Both can be read, and belong together."""
    _first(cert)
    try:
        Path(key).read_bytes()
    except OSError as error:
        raise _unusable(key, error) from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise Invalid(
            f"{key} is not the key of the certificate {cert}",
            code="tls",
            hint="Both are PEM files, the certificate with those above it, the key without a passphrase.",
        ) from error


def _unusable(path: str, error: Exception) -> Invalid:
    why = error.strerror if isinstance(error, OSError) else "it is no PEM certificate"
    return Invalid(
        f"{path} can't be used for TLS: {why}", code="tls", hint="Name PEM files that the node's account may read."
    )
