"""What a person signs about a review, and the objects that carry it: ``approval`` and ``downgrade-request``.

The types are defined by published extensions (STIX 2.1 section 7.3.3, ``new-sdo``; docs/extensions). An object of either holds
a statement, the signature of the person under it by a key of the person's own, and around both the two signatures of the node:
the person says yes or no, the node says that it was this person, then, with a key that was not retired.

Here: the objects, and what exactly is signed by whom. Not here: signing and verifying (``kernel.directory.signing``,
``kernel.ledger.signing``). The bytes made here are canonical (RFC 8785). No content stands in them, only digests: who may read
an approval need not be somebody who may read what it speaks of, and content can be erased.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.canonical import Json, canonical
from comity.kernel.objects.extensions import APPROVAL, DOWNGRADE_REQUEST
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Rejected

TYPE: Final = "approval"
REQUEST_TYPE: Final = "downgrade-request"
PURPOSE: Final = "approval"
"""What the node's signatures around a statement are given for."""
ALGORITHMS: Final = ("ed25519", "ml-dsa-65")
MARKINGS: Final = (TLP_IDS[Tlp.AMBER_STRICT],)

Says = Literal["release", "refuse", "ask", "withdraw"]
"""``release`` this form; ``refuse`` the object altogether; ``ask`` its source to consent; ``withdraw`` what was said before."""

Form = Literal["", "whole", "redacted", "by-hand"]
"""What goes: what the agreement's own redactions leave; the same with a profile more; what a person wrote."""


class Ground(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article that asks for a review, in exactly this version of its agreement. ``digest``: of the text that was signed."""

    agreement: str
    article: int
    digest: str


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a person says. Moments are STIX timestamps, digests ``sha256:`` and 64 digits.

    ``object_modified``  of the version; none for a cyber-observable
    ``object_digest``    of its bytes
    ``lens_digest``      of the form in which it is asked for: its redactions, what becomes of its references, the articles
    ``content_digest``   of a release: of exactly what goes, in canonical form, without ``created`` and ``modified``
    ``audience``         whom it is asked for, as they are called here
    ``role``             under which the person speaks
    ``person``           the name of the account
    ``profile``          of a release that was redacted further: by which profile
    ``reference``        of a release that the source consented to: where that consent stands written
    ``reason``           of a refusal, a request, a withdrawal
    ``withdraws``        the id of the approval that is taken back
    """

    says: Says
    object_ref: str
    object_digest: str
    lens_digest: str
    grounds: tuple[Ground, ...]
    audience: tuple[str, ...]
    person: str
    role: str
    at: str
    object_modified: str = ""
    form: Form = ""
    profile: str = ""
    content_digest: str = ""
    reference: str = ""
    reason: str = ""
    withdraws: str = ""

    @property
    def signed(self) -> bytes:
        """What the person's key signs."""
        return canonical(_plain(self))


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


class Personal(msgspec.Struct, frozen=True):
    """A person's signature with the public key that it holds under. ``authenticator`` and ``client``: of a passkey's."""

    kind: str
    public: bytes
    value: bytes
    authenticator: bytes = b""
    client: bytes = b""


class Approved(msgspec.Struct, frozen=True):
    """A statement as its object carries it. Whether the signatures hold has to be verified: the person's over
    ``statement.signed``, the node's over ``enclosed``, for ``PURPOSE``.

    ``to``  of a request: the identities that it is addressed to
    """

    id: str
    by: str
    statement: Statement
    personal: Personal
    public: Halves
    signatures: Halves
    enclosed: bytes
    raw: bytes
    to: tuple[str, ...] = ()


def encode(
    statement: Statement,
    personal: Personal,
    *,
    id: str,  # noqa: A002  as STIX names it
    by: str,
    public: Pair,
    sign: Callable[[bytes], Pair],
    to: Sequence[str] = (),
) -> bytes:
    """The object of a statement. ``sign`` gives the node's signatures over the object without them; ``to`` makes it a request."""
    kind = REQUEST_TYPE if statement.says == "ask" else TYPE
    held: dict[str, Json] = {
        "type": kind,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": by,
        "created": statement.at,
        "modified": statement.at,
        "object_marking_refs": list(MARKINGS),
        "statement": _plain(statement),
        "person_signature": _personal(personal),
        "public_keys": _pair(public),
        "extensions": {_EXTENSION[kind]: {"extension_type": "new-sdo"}},
    }
    if kind == REQUEST_TYPE:
        held["to_refs"] = list(to)
    return canonical({**held, "signatures": _pair(sign(canonical(held)))})


def decode(raw: bytes) -> Approved:
    """The statement that an object carries; Invalid where it carries none, or something beside it."""
    parsed = parse(raw)
    if isinstance(parsed, Rejected):
        raise _invalid(f"it is no STIX object: {parsed.reason()}")
    if parsed.type not in _EXTENSION:
        raise _invalid(f"it is of the type {parsed.type}")
    held: Mapping[str, Any] = msgspec.json.decode(raw)
    if held.get("extensions") != {_EXTENSION[parsed.type]: {"extension_type": "new-sdo"}}:
        raise _invalid("it is not of the extension that defines its type, or of others as well")
    known = _KNOWN | ({"to_refs"} if parsed.type == REQUEST_TYPE else set())
    if unknown := sorted(held.keys() - known):
        raise _invalid(f"nobody knows what {unknown[0][:80]} means in it")
    try:
        statement = msgspec.convert(held["statement"], Statement)
        to = msgspec.convert(held.get("to_refs", []), tuple[str, ...])
    except (KeyError, msgspec.ValidationError) as error:
        raise _invalid(f"its statement: {error}") from error
    if (statement.says == "ask") != (parsed.type == REQUEST_TYPE):
        raise _invalid(f"a {parsed.type} does not say {statement.says}")
    if held["created"] != statement.at:
        raise _invalid("it is dated otherwise than its statement")
    return Approved(
        id=parsed.id,
        by=parsed.created_by or "",
        statement=statement,
        personal=_read_personal(held),
        public=_halves(held, "public_keys"),
        signatures=_halves(held, "signatures"),
        enclosed=canonical({name: value for name, value in held.items() if name != "signatures"}),
        raw=raw,
        to=to,
    )


_EXTENSION: Final = {TYPE: APPROVAL, REQUEST_TYPE: DOWNGRADE_REQUEST}
_KNOWN: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created_by_ref",
        "created",
        "modified",
        "object_marking_refs",
        "statement",
        "person_signature",
        "public_keys",
        "signatures",
        "extensions",
    }
)


def _plain(statement: Statement) -> dict[str, Json]:
    """The statement's JSON: what it does not say is left out. (The library's own omission goes by identity for tuples.)"""
    made: dict[str, Json] = msgspec.to_builtins(statement)
    return {name: value for name, value in made.items() if value not in ("", ())}


def _personal(personal: Personal) -> dict[str, Json]:
    made: dict[str, Json] = {
        "kind": personal.kind,
        "public_key": _text_of(personal.public),
        "value": _text_of(personal.value),
    }
    if personal.authenticator or personal.client:
        made |= {"authenticator": _text_of(personal.authenticator), "client": _text_of(personal.client)}
    return made


def _read_personal(held: Mapping[str, Any]) -> Personal:
    given = held.get("person_signature")
    if not isinstance(given, Mapping) or given.keys() - {"kind", "public_key", "value", "authenticator", "client"}:
        raise _invalid("it carries no signature of a person")
    kind = given.get("kind")
    if not isinstance(kind, str):
        raise _invalid("the person's signature says no kind")
    parts = [_bytes_of(given.get(name, "")) for name in ("public_key", "value", "authenticator", "client")]
    return Personal(kind, *parts)


def _pair(pair: Pair) -> list[Json]:
    values = (pair.ed25519, pair.mldsa65)
    return [
        {"algorithm": algorithm, "value": _text_of(value)} for algorithm, value in zip(ALGORITHMS, values, strict=True)
    ]


def _halves(held: Mapping[str, Any], name: str) -> Halves:
    """Exactly the two, in their order: one alone is no signature, and a third would be one that nobody looked at."""
    entries = held.get(name)
    named = [each.get("algorithm") for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    if named != list(ALGORITHMS):
        raise _invalid(f"{name} has to hold {' and '.join(ALGORITHMS)}, in this order and nothing else")
    return Halves(*(_bytes_of(each.get("value")) for each in held[name]))


def _text_of(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes_of(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else _no_base64()
    except (ValueError, binascii.Error) as error:
        raise _invalid("a value is not base64") from error


def _no_base64() -> bytes:
    raise ValueError


def _invalid(why: str) -> Invalid:
    return Invalid(f"the approval can't be read: {why}", code="approval-object")
