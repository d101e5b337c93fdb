"""Files between nodes, opened: what an offer or an answer holds, and when a signature is taken for a party's. Pure.

A file is a STIX bundle. An *offer* holds an agreement's object and the signatures under it so far; an *answer* holds signatures.
Whose signature one is says the identity it names, but not by itself: its two signatures have to verify under the keys it
carries, and these keys have to be the party's. They are, where the party signed with them before; the first time a
person compares the fingerprint with the party by another way.

Nothing is passed over: a file that holds anything else, or a signature that is not wholly right, is refused whole.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from comity.kernel.base.errors import Invalid, NotFound, Refused
from comity.kernel.base.ids import RandomBytes, uuid4
from comity.kernel.ledger.signing import Public, Signatures, verify
from comity.kernel.objects.envelope import Limits, split_bundle
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Rejected
from comity.kernel.policy.agreement.objects import (
    PURPOSE,
    SIGNATURE_TYPE,
    TYPE,
    Carried,
    Halves,
    Signed,
    decode_agreement,
    decode_signature,
)
from comity.kernel.store.types import Party

LIMITS: Final = Limits(max_bytes=4 << 20, max_objects=100, max_values=100_000)
BESIDE: Final = frozenset({"extension-definition", "identity", "marking-definition"})
"""What a file may hold for whoever reads it without us. The node knows all of it, and takes none of it from there."""


class Signer(msgspec.Struct, frozen=True):
    """Who signed. ``known``: with keys that the party signed with before; else a person has to compare the fingerprint."""

    party: Party
    signed: Signed
    fingerprint: str
    known: bool


def bundle_of(raws: Iterable[bytes], random: RandomBytes) -> bytes:
    """A bundle of objects, as they are."""
    return b'{"type":"bundle","id":"bundle--%s","objects":[%s]}\n' % (str(uuid4(random)).encode(), b",".join(raws))


def opened(data: bytes) -> tuple[tuple[Carried, ...], tuple[Signed, ...]]:
    """The agreements and signatures that a file holds; Invalid or TooLarge where it is not all sound."""
    agreements: list[Carried] = []
    signatures: list[Signed] = []
    try:
        raws = split_bundle(data, limits=LIMITS).objects
    except Invalid as error:
        raise _unsound(f"it is no file of another node: {error}") from error
    for raw in raws:
        parsed = parse(raw)
        if isinstance(parsed, Rejected):
            raise _unsound(f"an object of the file is not valid: {parsed.reason()}")
        if parsed.type == TYPE:
            agreements.append(decode_agreement(raw))
        elif parsed.type == SIGNATURE_TYPE:
            signatures.append(decode_signature(raw))
        elif parsed.type not in BESIDE:
            raise _unsound(f"the file holds an object of the type {parsed.type}")
    return tuple(agreements), tuple(signatures)


def offered(data: bytes) -> tuple[Carried, tuple[Signed, ...]]:
    """The one agreement of an offer, with the signatures under it."""
    agreements, signatures = opened(data)
    if len(agreements) != 1 or not signatures:
        raise _unsound("the file is no offer: it has to hold one agreement and the signatures under it")
    if not all(each.is_of(agreements[0]) for each in signatures):
        raise _unsound("a signature in the file is under another text")
    return agreements[0], signatures


def signer_of(
    signed: Signed, parties: Mapping[str, Party], keys: Mapping[str, frozenset[str]], *, compared: str = ""
) -> Signer:
    """Who signed; raises Refused where a signature does not hold or comes from other keys than before.

    ``parties``   by identity
    ``keys``      the fingerprints that each identity signed with before
    ``compared``  the fingerprint that a person compared: keys that are new have to have it, if one is given
    """
    party = parties.get(signed.by)
    if party is None:
        raise NotFound(
            f"it is signed by {signed.by}, which is no party here",
            code="signer-unknown",
            hint=f"'comity party identity PARTY {signed.by}' says whose identity that is, once you are sure of it.",
        )
    public = Public(signed.public.ed25519, signed.public.mldsa65)
    if not verify(public, PURPOSE, signed.statement, _signatures(signed.signatures)):
        raise Refused(
            f"the signature of {party.slug} does not hold",
            code="signature",
            hint="The file was changed on its way, or made by somebody else. Ask for it anew, by another way.",
        )
    before = keys.get(signed.by, frozenset())
    known = public.fingerprint in before
    if any(public.fingerprint in held for identity, held in keys.items() if identity != signed.by):
        raise Refused(
            f"{party.slug} signed with the keys of another party: {public.fingerprint}",
            code="signer-keys",
            hint="The file is not theirs. Ask them by another way.",
        )
    if compared and not known and public.fingerprint != compared:
        raise Refused(
            f"{party.slug} signed with the keys {public.fingerprint}, not with those that were named",
            code="signer-keys",
            hint="Compare the fingerprint with them again. If it differs, the file is not theirs.",
        )
    if before and not known and not compared:
        raise Refused(
            f"{party.slug} signed with other keys than before: {public.fingerprint}",
            code="signer-keys",
            hint="Ask them by another way. If the keys are theirs, name the fingerprint that they read to you: --fingerprint.",
        )
    return Signer(party, signed, public.fingerprint, known=known)


def _signatures(halves: Halves) -> Signatures:
    return Signatures(halves.ed25519, halves.mldsa65)


def _unsound(why: str) -> Invalid:
    return Invalid(why, code="offer", hint="Ask whoever sent it for the file anew.")
