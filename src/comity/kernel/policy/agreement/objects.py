"""Agreements and the signatures under them as STIX 2.1 objects of our own types, ``agreement`` and ``agreement-signature``.

The types are defined by published extensions (STIX 2.1 section 7.3.3, ``new-sdo``; docs/extensions). An agreement's object
carries both the text that people signed and the same as structured articles, and is refused where the two differ. A signature's
object names one version of one agreement by id, ``modified`` and digest, whose signature it is, the public keys and both
signatures.

Here: the objects and what exactly is signed. Not here: signing and verifying (``kernel.ledger.signing``), and whose key may sign
(``kernel.directory``). The bytes made here are canonical (RFC 8785), so that equal agreements have equal bytes.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.objects.canonical import Json, canonical
from comity.kernel.objects.extensions import AGREEMENT, AGREEMENT_SIGNATURE
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Rejected
from comity.kernel.objects.timestamps import parse as parse_timestamp
from comity.kernel.objects.timestamps import render
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.reading import FORM, read
from comity.kernel.policy.agreement.writing import given, write

TYPE: Final = "agreement"
SIGNATURE_TYPE: Final = "agreement-signature"
PURPOSE: Final = "agreement"
"""What a signature under an agreement is given for."""
ALGORITHMS: Final = ("ed25519", "ml-dsa-65")
MARKINGS: Final = (TLP_IDS[Tlp.AMBER_STRICT],)
"""An agreement is for those who sign it."""

_STRUCTURED: Final = Agreement.__struct_encode_fields__
_COMMON: Final = frozenset(
    {"type", "spec_version", "id", "created_by_ref", "created", "modified", "object_marking_refs", "extensions"}
)
_OWN: Final = {
    TYPE: (AGREEMENT, _COMMON | {"form", "text", *_STRUCTURED}),
    SIGNATURE_TYPE: (
        AGREEMENT_SIGNATURE,
        _COMMON | {"agreement_ref", "agreement_modified", "agreement_digest", "public_keys", "signatures"},
    ),
}
"""The extension that defines each type, and all the properties that an object of it may have."""
_MOMENTS: Final = frozenset({"from", "until"})


class Pair(Protocol):
    """Two of a kind: public keys, or signatures."""

    @property
    def ed25519(self) -> bytes:
        """The first's."""
        ...

    @property
    def mldsa65(self) -> bytes:
        """The second's."""
        ...


class Halves(msgspec.Struct, frozen=True):
    """A ``Pair`` as it stands in an object."""

    ed25519: bytes
    mldsa65: bytes


class Carried(msgspec.Struct, frozen=True):
    """An agreement as its object carries it.

    ``by``      the identity of the party whose object it is
    ``digest``  SHA-256 of the object's canonical form, hexadecimal
    """

    id: str
    by: str
    created: Micros
    modified: Micros
    agreement: Agreement
    text: str
    digest: str
    raw: bytes


class Signed(msgspec.Struct, frozen=True):
    """A signature as its object carries it. Whether it holds has to be verified: over ``statement``, for ``PURPOSE``.

    ``by``                         the identity of the party that signed
    ``agreement``, ``version``     id and ``modified`` of what it signed
    ``digest``                     the agreement object's, hexadecimal
    """

    id: str
    by: str
    at: Micros
    agreement: str
    version: Micros
    digest: str
    public: Halves
    signatures: Halves
    statement: bytes
    raw: bytes

    def is_of(self, carried: Carried) -> bool:
        """Whether it is a signature under exactly this version with exactly this content."""
        return (self.agreement, self.version, self.digest) == (carried.id, carried.modified, carried.digest)


def encode_agreement(
    agreement: Agreement,
    *,
    id: str,  # noqa: A002  as STIX names it
    by: str,
    created: Micros,
    modified: Micros,
    text: str = "",
    markings: tuple[str, ...] = MARKINGS,
) -> bytes:
    """The object of an agreement. ``text`` is what people wrote; without it the text is written here.

    Raises Invalid where the text is another agreement's. Moments are kept to the millisecond, as STIX wants them (3.2).
    """
    text = text or write(agreement)
    if read(text) != agreement:
        raise _invalid("the text and the articles are not the same agreement")
    held: dict[str, Json] = {
        "type": TYPE,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": by,
        "created": render(milliseconds(created)),
        "modified": render(milliseconds(modified)),
        "object_marking_refs": markings,
        "form": FORM,
        **structured(agreement),
        "text": text,
        "extensions": {AGREEMENT: {"extension_type": "new-sdo"}},
    }
    return canonical(held)


def decode_agreement(raw: bytes) -> Carried:
    """The agreement that an object carries; raises Invalid where it is none, or its text and its articles differ."""
    held = _object(raw, TYPE)
    if held.get("form") != FORM:
        raise _invalid(f"its form is not {FORM}")
    agreement = read(_text(held, "text"))
    if {name: held[name] for name in _STRUCTURED if name in held} != structured(agreement):
        raise _invalid("the text and the articles of the agreement are not the same")
    return Carried(
        id=_text(held, "id"),
        by=_text(held, "created_by_ref"),
        created=_moment(held, "created"),
        modified=_moment(held, "modified"),
        agreement=agreement,
        text=_text(held, "text"),
        digest=digest_of(raw),
        raw=raw,
    )


def digest_of(raw: bytes) -> str:
    """SHA-256 of an object's canonical form (RFC 8785), hexadecimal."""
    return sha256(canonical(raw)).hexdigest()


def sign_agreement(
    carried: Carried,
    *,
    id: str,  # noqa: A002  as STIX names it
    by: str,
    at: Micros,
    public: Pair,
    sign: Callable[[bytes], Pair],
    markings: tuple[str, ...] = MARKINGS,
) -> bytes:
    """The object of a signature under this version of an agreement. ``sign`` gives both signatures over a statement."""
    moment = render(milliseconds(at))
    held: dict[str, Json] = {
        "type": SIGNATURE_TYPE,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": by,
        "created": moment,
        "modified": moment,
        "object_marking_refs": markings,
        "agreement_ref": carried.id,
        "agreement_modified": render(carried.modified),
        "agreement_digest": f"sha256:{carried.digest}",
        "public_keys": _pair(public),
        "extensions": {AGREEMENT_SIGNATURE: {"extension_type": "new-sdo"}},
    }
    return canonical({**held, "signatures": _pair(sign(canonical(held)))})


def decode_signature(raw: bytes) -> Signed:
    """The signature that an object carries; Invalid where it is none. ``statement`` is the object without ``signatures``."""
    held = _object(raw, SIGNATURE_TYPE)
    algorithm, _, digest = _text(held, "agreement_digest").partition(":")
    if algorithm != "sha256" or len(digest) != 64:
        raise _invalid("agreement_digest has to be sha256: and 64 digits")
    return Signed(
        id=_text(held, "id"),
        by=_text(held, "created_by_ref"),
        at=_moment(held, "created"),
        agreement=_text(held, "agreement_ref"),
        version=_moment(held, "agreement_modified"),
        digest=digest,
        public=_halves(held, "public_keys"),
        signatures=_halves(held, "signatures"),
        statement=canonical({name: value for name, value in held.items() if name != "signatures"}),
        raw=raw,
    )


def structured(agreement: Agreement) -> dict[str, Json]:
    """An agreement as JSON values: what its text would leave out is left out, moments are STIX timestamps."""
    return _mapping(agreement)


def milliseconds(at: Micros) -> Micros:
    """A moment as exactly as ``created`` and ``modified`` have it."""
    return at - at % 1000


def _object(raw: bytes, kind: str) -> Mapping[str, Any]:
    parsed = parse(raw)
    if isinstance(parsed, Rejected):
        raise _invalid(f"it is no STIX object: {parsed.reason()}")
    if parsed.type != kind:
        raise _invalid(f"it is of the type {parsed.type}, not {kind}")
    held: Mapping[str, Any] = msgspec.json.decode(raw)
    extension, known = _OWN[kind]
    if held.get("extensions") != {extension: {"extension_type": "new-sdo"}}:
        raise _invalid("it is not of the extension that defines its type, or of others as well")
    unknown = sorted(held.keys() - known)
    if unknown:
        raise _invalid(f"nobody knows what {unknown[0][:80]} means in it")
    return held


def _text(held: Mapping[str, Any], name: str) -> str:
    value = held.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(f"{name} is missing")
    return value


def _moment(held: Mapping[str, Any], name: str) -> Micros:
    try:
        return parse_timestamp(_text(held, name))
    except ValueError as error:
        raise _invalid(f"{name} is no timestamp") from error


def _pair(pair: Pair) -> list[Json]:
    values = (pair.ed25519, pair.mldsa65)
    return [
        {"algorithm": algorithm, "value": base64.b64encode(value).decode()}
        for algorithm, value in zip(ALGORITHMS, values, strict=True)
    ]


def _halves(held: Mapping[str, Any], name: str) -> Halves:
    """Exactly the two, in their order: one alone is no signature, and a third would be one that nobody looked at."""
    entries = held.get(name)
    named = [each.get("algorithm") for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    if named != list(ALGORITHMS):
        raise _invalid(f"{name} has to hold {' and '.join(ALGORITHMS)}, in this order and nothing else")
    try:
        values = [base64.b64decode(each["value"], validate=True) for each in held[name]]
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise _invalid(f"a value of {name} is not base64") from error
    return Halves(*values)


def _mapping(held: msgspec.Struct) -> dict[str, Json]:
    """A struct as its text gives it. (The library's own omission of defaults goes by identity, not by value.)"""
    tag = held.__struct_config__.tag
    return {
        **({str(held.__struct_config__.tag_field): str(tag)} if tag else {}),
        **{name: _plain(name, value) for name, value in given(held)},
    }


def _plain(name: str, value: Any) -> Json:
    if isinstance(value, msgspec.Struct):
        return _mapping(value)
    if isinstance(value, tuple):
        return [_plain(name, each) for each in value]
    plain: Json = render(value) if name in _MOMENTS else value
    return plain


def _invalid(why: str) -> Invalid:
    return Invalid(
        f"the agreement can't be read: {why}", code="agreement-object", hint="Ask whoever sent it for it anew."
    )
