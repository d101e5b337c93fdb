"""Passkeys: what a browser is asked, and whether its answer holds (W3C Web Authentication Level 3, sections 7.1 and 7.2).

Here is the ceremony as functions over bytes; which passkeys there are and what follows is said elsewhere. The checks of the
sections are the library's; what it leaves to its caller is done here: the answer's size, that it did not come from inside
another site's page, that the origin belongs to the host, that the host is a name.

Invariants: the person is verified by the authenticator in every ceremony (a PIN, a finger), so that a passkey is two factors;
a passkey is discoverable, so that nobody types a name. An answer that can't be read and one that does not hold are one error.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from comity.kernel.base.errors import Invalid
from comity.kernel.store.types import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

LONGEST_ANSWER: Final = 32_768
CHALLENGE_BYTES: Final = 32
WAIT_MILLISECONDS: Final = 120_000
LONGEST_ID: Final = 1023  # WebAuthn Level 3, 7.1 step 25
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LOCAL: Final = "localhost"
_USER_PRESENT: Final = 0x01
_USER_VERIFIED: Final = 0x04
_FLAGS_AT: Final = 32
_SHORTEST_AUTHENTICATOR: Final = 37


class Created(msgspec.Struct, frozen=True):
    """A new credential: its id, its public key as COSE_Key, its counter, how it can be reached."""

    id: bytes
    public: bytes
    count: int
    transports: str


class Answer(msgspec.Struct, frozen=True):
    """An assertion, taken apart and not yet checked."""

    id: bytes
    handle: bytes | None
    client: bytes
    authenticator: bytes
    signature: bytes


class _Client(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the collected client data (section 5.8.1)."""

    type: str
    challenge: str
    cross_origin: bool = False
    top_origin: str | None = None


def is_name(host: str) -> bool:
    """Whether passkeys can be used at this host: a name, or ``localhost``; an address is none (5.1.3: a valid domain)."""
    name = host.lower()
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return False
    if name == _LOCAL:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name and not name.rpartition(".")[2].isdigit()
    return False


def check_host(host: str) -> str:
    """The host as the id of the relying party, or Invalid."""
    if not is_name(host):
        raise Invalid(
            "Passkeys can't be used at this address: it is no name.",
            code="passkey-host",
            clause="WebAuthn Level 3, 5.1.3",
            hint="Open the node by its name (on this machine: localhost), or use a password.",
        )
    return host.lower()


def creation_options(host: str, name: str, handle: bytes, challenge: bytes, exclude: Sequence[Passkey]) -> str:
    """What ``navigator.credentials.create`` is given, as JSON (section 5.4)."""
    import webauthn  # noqa: PLC0415  memory: seven megabytes that most processes never need
    from webauthn.helpers.structs import (  # noqa: PLC0415  memory: as above
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=check_host(host),
        rp_name=host,
        user_name=name,
        user_id=handle,
        challenge=challenge,
        timeout=WAIT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(exclude),
    )
    return webauthn.options_to_json(options)


def request_options(host: str, challenge: bytes, allow: Sequence[Passkey] = ()) -> str:
    """What ``navigator.credentials.get`` is given, as JSON (section 5.5). Without ``allow`` the person chooses."""
    import webauthn  # noqa: PLC0415  memory: seven megabytes that most processes never need
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415  memory: as above

    options = webauthn.generate_authentication_options(
        rp_id=check_host(host),
        challenge=challenge,
        timeout=WAIT_MILLISECONDS,
        allow_credentials=_descriptors(allow),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def verify_creation(response: str, challenge: bytes, host: str, origin: str) -> Created:
    """The credential that was made (section 7.1), or Invalid. What made it is not asked (attestation "none")."""
    import webauthn  # noqa: PLC0415  memory: seven megabytes that most processes never need
    from webauthn.helpers import parse_registration_credential_json  # noqa: PLC0415  memory: as above

    _check_origin(host, origin)
    with _reading(response):
        credential = parse_registration_credential_json(response)
        _check_frame(credential.response.client_data_json)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=check_host(host),
            expected_origin=origin,
            require_user_verification=True,
        )
        transports = " ".join(sorted(each.value for each in credential.response.transports or ()))
    if not 1 <= len(made.credential_id) <= LONGEST_ID:
        raise _broken("its id has no permitted length")
    return Created(made.credential_id, made.credential_public_key, made.sign_count, transports)


def answer_of(response: str) -> Answer:
    """An assertion taken apart, to look up whose it is; Invalid where it can't be."""
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415  memory: seven megabytes

    with _reading(response):
        read = parse_authentication_credential_json(response)
        parts = read.response
        return Answer(read.raw_id, parts.user_handle, parts.client_data_json, parts.authenticator_data, parts.signature)


def verify_assertion(response: str, challenge: bytes, host: str, origin: str, passkey: Passkey) -> int:
    """The new counter of the passkey that gave this answer (section 7.2), or Invalid."""
    import webauthn  # noqa: PLC0415  memory: seven megabytes that most processes never need
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415  memory: as above

    _check_origin(host, origin)
    with _reading(response):
        credential = parse_authentication_credential_json(response)
        _check_frame(credential.response.client_data_json)
        if credential.raw_id != passkey.id:
            raise _broken("it is another passkey's")
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=check_host(host),
            expected_origin=origin,
            credential_public_key=passkey.public,
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    return checked.new_sign_count


def holds(public: bytes, challenge: bytes, client: bytes, authenticator: bytes, signature: bytes) -> bool:
    """Whether a kept assertion over a challenge was made by this key, with the person present and verified.

    Origin and host were checked when it was made; whoever checks later need not know where that was (7.2 steps 11, 12, 17,
    18, 21 to 24).
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  memory: seven megabytes
    from webauthn.helpers import (  # noqa: PLC0415  memory: as above
        bytes_to_base64url,
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
        verify_signature,
    )

    if len(authenticator) < _SHORTEST_AUTHENTICATOR or len(client) > LONGEST_ANSWER:
        return False
    flags = authenticator[_FLAGS_AT]
    try:
        with _reading(""):
            said = msgspec.json.decode(client, type=_Client)
            if said.type != "webauthn.get" or said.challenge.rstrip("=") != bytes_to_base64url(challenge):
                return False
            if not flags & _USER_PRESENT or not flags & _USER_VERIFIED:
                return False
            key = decode_credential_public_key(public)
            verify_signature(
                public_key=decoded_public_key_to_cryptography(key),
                signature_alg=key.alg,
                signature=signature,
                data=authenticator + sha256(client).digest(),
            )
    except (Invalid, InvalidSignature):
        return False
    return True


def _descriptors(passkeys: Sequence[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import (  # noqa: PLC0415  memory: seven megabytes
        AuthenticatorTransport,
        PublicKeyCredentialDescriptor,
    )

    return [
        PublicKeyCredentialDescriptor(
            id=each.id, transports=[AuthenticatorTransport(word) for word in each.transports.split()] or None
        )
        for each in passkeys
    ]


def _check_origin(host: str, origin: str) -> None:
    """The origin that is expected belongs to the host, and is one where browsers offer passkeys: https, or this machine."""
    parts = urlsplit(origin)
    name = check_host(host)
    if parts.hostname != name or not (parts.scheme == "https" or (parts.scheme == "http" and name == _LOCAL)):
        raise Invalid(
            "Passkeys can't be used at this address.",
            code="passkey-host",
            clause="WebAuthn Level 3, 7.2 step 13",
            hint="Open the node by its name over https, or use a password.",
        )


def _check_frame(client: bytes) -> None:
    """The page was not shown inside another site's (7.1 step 10, 7.2 step 14)."""
    said = msgspec.json.decode(client, type=_Client)
    if said.cross_origin or said.top_origin is not None:
        raise _broken("it came from inside another site's page")


@contextmanager
def _reading(response: str) -> Iterator[None]:
    """Whatever is wrong with an answer is one error. The library says much of it with the errors of its helpers."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  memory: seven megabytes
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415  memory: as above

    if len(response) > LONGEST_ANSWER:
        raise _broken("it is too long")
    try:
        yield
    except (WebAuthnException, UnsupportedAlgorithm) as error:
        raise _broken("it does not hold") from error
    except (
        msgspec.DecodeError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise _broken("it can't be read") from error


def _broken(why: str) -> Invalid:
    return Invalid(
        f"The passkey's answer was not accepted: {why}.",
        code="passkey",
        clause="WebAuthn Level 3, 7",
        hint="Try again; if it happens again, use another way to sign in.",
    )
