"""Leaves: what the ledger commits to. A leaf row holds a commitment, not the content, so that erasure stays possible:
content, salt and statement can be destroyed, and the position of the commitment in the tree still proves itself.

``commitment = SHA-256("comity leaf 1" || 0x00 || salt || statement)`` with a salt of 16 random bytes; the statement is RFC 8785
canonical JSON. The Merkle leaf hash over it is RFC 6962's ``SHA-256(0x00 || commitment)``.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from hashlib import sha256

from comity.kernel.objects.canonical import Json, canonical

SALT_BYTES = 16
_DOMAIN = b"comity leaf 1\x00"


class LeafKind(IntEnum):
    """Every kind of leaf, with the statement it commits to.

    RECEIVED    an object came in: channel, collection, digest, id, received, source
    DELETED     a party withdrew its own claim of an object: collection, digest, id, deleted, source
    ACCOUNT     something about a person's account changed: account, act, at, by, detail
    COMMAND     somebody used the command line on this node: at, command, detail, user
    EXPORTED    objects left as a file: at, by, collection, count, digest, party
    RESTRICTED  an object was restricted to named people, or freed again: at, by, id, people
    READ        somebody read a restricted object: account, at, id
    AGREEMENT   an agreement was signed, suspended, resumed or withdrawn: act, agreement, at, by, digest, object
    APPROVAL    a person said whether something goes that goes only after a review: approval, at, by, content, digest,
                id, says, state
    DOWNGRADE   a source was asked to let its object go further: at, by, digest, id, request, to
    ERASED      something was erased, or is to be: act, article, at, by, cause, claims, dated, erasure,
                for_good, held, objects, order, shared_with, what
    HELD        a legal hold was laid or lifted, with its ground: act, at, by, case, ground, hold, on, subject, until
    RETENTION   how long something is kept was set: act, at, by, days, on, subject
    RECALLED    an object was recalled from all other parties, a party was told, or it is released again: act, at,
                by, ground, id, order, parties
    PSEUDONYMS  an agreement's pseudonyms got another key: act, at, by, generation, scope
    """

    RECEIVED = 1
    DELETED = 2
    ACCOUNT = 3
    COMMAND = 4
    EXPORTED = 5
    RESTRICTED = 6
    READ = 7
    AGREEMENT = 8
    APPROVAL = 9
    DOWNGRADE = 10
    ERASED = 11
    HELD = 12
    RETENTION = 13
    RECALLED = 14
    PSEUDONYMS = 15


def received(*, channel: str, collection: str, at: str, source: str) -> tuple[str, str, str]:
    """The constant parts of a RECEIVED statement, around the digest and the id of each object of one batch.

    All values are ours or validated identifiers: none needs JSON escaping.
    """
    return (
        f'{{"channel":"{channel}","collection":"{collection}","digest":"sha256:',
        '","id":"',
        f'","kind":"received","received":"{at}","source":"{source}"}}',
    )


def deleted(*, collection: str, digest: bytes, object_id: str, at: str, source: str) -> bytes:
    """The statement of a DELETED leaf."""
    return (
        f'{{"collection":"{collection}","deleted":"{at}","digest":"sha256:{digest.hex()}","id":"{object_id}",'
        f'"kind":"deleted","source":"{source}"}}'
    ).encode()


def happened(kind: LeafKind, fields: Mapping[str, Json]) -> bytes:
    """The statement of any other kind: its fields and its kind, in canonical form."""
    return canonical({**fields, "kind": kind.name.lower()})


def commitments(salts: Sequence[bytes], statements: Sequence[bytes]) -> list[bytes]:
    """``commitment`` of many."""
    return [sha256(b"%b%b%b" % (_DOMAIN, salt, said)).digest() for salt, said in zip(salts, statements, strict=True)]


def commitment(salt: bytes, statement: bytes) -> bytes:
    """The 32 bytes that stand in the tree."""
    return sha256(_DOMAIN + salt + statement).digest()
