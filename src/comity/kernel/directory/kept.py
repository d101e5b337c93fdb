"""Agreements and signatures as this node keeps them: objects of the collection ``agreements``, and the node's keys beside them.

Only the own party may read or write that collection: what stands there was checked when it was put in.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Corrupt
from comity.kernel.base.ids import RandomBytes, uuid4
from comity.kernel.directory.collections import AGREEMENTS, Collections
from comity.kernel.directory.parties import Parties
from comity.kernel.ledger.signing import Keys, Public, sign
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.objects import (
    PURPOSE,
    SIGNATURE_TYPE,
    TYPE,
    Carried,
    Signed,
    decode_agreement,
    decode_signature,
    sign_agreement,
)
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.kernel.store.types import AgreementRow, Batch, Channel, Party, Query
from comity.kernel.store.visible import Visible

PAGE: Final = 1000


class Kept:
    """The agreements that are held, and what signing one takes."""

    def __init__(
        self,
        store: Store,
        parties: Parties,
        collections: Collections,
        keys: Callable[[], Keys],
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self.store = store
        self.parties = parties
        self.clock = clock
        self.random = random
        self.collections = collections
        self.keys = keys

    # -- who we are

    def own(self) -> tuple[Party, str]:
        """The own party and its identity, by which others know who signed."""
        own = self.parties.own()
        if own.identity is None:
            raise Conflict(
                "the own party has no identity to sign with",
                code="own-identity",
                hint=f"Give it one: comity party identity {own.slug} identity--UUID",
            )
        return own, own.identity

    def by_identity(self) -> dict[str, Party]:
        """The parties that have one."""
        return {party.identity: party for party in self.parties.all() if party.identity is not None}

    def visible(self) -> Visible:
        """What the own party sees."""
        return self.store.visible(Viewer(party=self.parties.own().id, channel=AGREEMENTS))

    # -- reading

    def found(self, name: str) -> AgreementRow | None:
        """The version that counts; None where there is no agreement of this name."""
        return next((each for each in self.store.agreements.all() if each.name == name), None)

    def standing(self, name: str) -> AgreementRow:
        """The version that counts; NotFound where there is none, Conflict where it is withdrawn."""
        row = self.store.agreements.get(name)
        if row.withdrawn is not None:
            raise Conflict(
                f"the agreement '{name}' is withdrawn",
                code="agreement-withdrawn",
                hint=f"'comity agreement show {name} --text' prints its text; applied anew, it is a new version.",
            )
        return row

    def carried(self, row: AgreementRow) -> Carried:
        """A version's object."""
        for held in self.visible().held(row.object):
            if held.type == TYPE and held.modified == row.version:
                carried = decode_agreement(held.raw)
                if carried.digest == row.digest.hex():
                    return carried
        raise Corrupt(
            f"the object of the agreement '{row.name}' is not held", code="agreement-object", hint="Restore a backup."
        )

    def signatures(self) -> Iterator[Signed]:
        """Every signature that we put there, under whatever version: verified when it came. What else may lie in the collection,
        as a mirror's claim or an earlier writer's, is none.
        """
        collection = self.collections.find(AGREEMENTS)
        if collection is None:
            return
        own, visible, cursor = self.parties.own().id, self.visible(), None
        query = Query(collection=collection.id, types=(SIGNATURE_TYPE,), versions=("all",))
        while True:
            page = visible.page(query, PAGE, cursor)
            for raw in msgspec.json.decode(b"[" + page.objects + b"]", type=list[msgspec.Raw]):
                signed = decode_signature(bytes(raw))
                if any(
                    each.source == own and each.collection == collection.id and each.raw == signed.raw
                    for each in visible.held(signed.id)
                ):
                    yield signed
            cursor = page.next
            if cursor is None:
                return

    def under(self, carried: Carried) -> tuple[Signed, ...]:
        """The signatures under one version, in order of time."""
        return tuple(sorted((each for each in self.signatures() if each.is_of(carried)), key=lambda each: each.at))

    # -- writing

    def fingerprint(self) -> str:
        """Our keys, as people name them."""
        return self.keys().public.fingerprint

    def sign(self, carried: Carried, identity: str, now: Micros) -> bytes:
        """Our signature under a version, as its object."""
        keys = self.keys()
        return sign_agreement(
            carried,
            id=f"{SIGNATURE_TYPE}--{uuid4(self.random)}",
            by=identity,
            at=now,
            public=keys.public,
            sign=lambda statement: sign(keys, PURPOSE, statement),
        )

    def enact(self, row: AgreementRow, raws: tuple[bytes, ...], *, by: str, account: int | None) -> AgreementRow:
        """Keep objects, and the row that says how the agreement stands, in one transaction; grants follow in it."""
        own, _ = self.own()
        objects = tuple(each for each in map(parse, raws) if isinstance(each, Parsed))
        if len(objects) != len(raws):
            raise Corrupt(
                "an object that this node made is not valid",
                code="agreement-object",
                hint="Nothing was changed. Please report it.",
            )
        batch = Batch(own.id, self.collections.closed(AGREEMENTS).id, objects, Channel.FILE, self.clock.now())
        return self.store.enact(batch, row, by=by, account=account)


def row_of(
    carried: Carried, *, ours: Micros, theirs: Micros | None = None, before: AgreementRow | None = None
) -> AgreementRow:
    """A version as it is to stand. One that follows what is suspended is suspended too; what is withdrawn ends there."""
    return AgreementRow(
        name=carried.agreement.name,
        version=carried.modified,
        title=carried.agreement.title,
        text=carried.text,
        agreement=carried.agreement,
        object=carried.id,
        digest=bytes.fromhex(carried.digest),
        ours=ours,
        theirs=theirs,
        suspended=before.suspended if before is not None and before.withdrawn is None else None,
    )


def fingerprint_of(signed: Signed) -> str:
    """The keys of a signature, as people name them."""
    return Public(signed.public.ed25519, signed.public.mldsa65).fingerprint
