"""A mirror agreed on: which remote collection, into which of ours, as whose claims, with which credentials, how often.

Whoever runs the remote server is the source of what comes from there, whatever the objects say of themselves: a party of the
directory, never our own. Where none is named, one is made of the server's host; its jurisdiction is then not known (XX, of
ISO 3166-1's codes for users) and it may read and write nothing here.

The secret is sealed for the origin that it is for: a row whose URL was changed behind our back does not send it elsewhere.
"""

from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Invalid, Refused
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.mirror.target import Target, authorization, read_target, slug_of
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.store import Store
from comity.kernel.store.types import Collection, Mirror, Party

SHORTEST: Final[Micros] = 10_000_000
LONGEST: Final[Micros] = 366 * 86_400_000_000
UNKNOWN: Final = "XX"


class Registered(msgspec.Struct, frozen=True):
    """A mirror as it is kept now; ``made``: the party that was made for it; ``known``: it was there before."""

    mirror: Mirror
    party: Party
    made: bool
    known: bool


def register(
    store: Store,
    directory: Directory,
    clock: Clock,
    url: str,
    collection: Collection,
    *,
    party: Party | None = None,
    username: str | None = None,
    secret: str | None = None,
    every: Micros | None = None,
) -> Registered:
    """Keep a mirror, or give one that is kept other credentials or another rhythm. What is None stays as it was."""
    target = read_target(url)
    if every is not None and not SHORTEST <= every <= LONGEST:
        raise Invalid(
            "a mirror is pulled at most every 10 seconds and at least once a year",
            code="every",
            hint="Say --every 15m.",
        )
    if party is not None and party.own:
        raise Refused(
            "what comes from another server is not ours: it can't become our own claims",
            code="mirror-own",
            hint="Name the party that runs the server with --from, or leave that out.",
        )
    held = store.mirrors.find(target.url, collection.id)
    user = held.username if held is not None and username is None else username or ""
    if secret:
        authorization(user, secret)  # whether it can be sent at all
    if held is not None:
        return _changed(store, directory, clock, target, held, party, username, secret, every)
    whose, made = _party(directory, target, party)
    mirror = Mirror(
        id=0,
        url=target.url,
        collection=collection.id,
        party=whose.id,
        username=user,
        secret=_sealed(directory.vault, target, secret),
        every=every,
        created=clock.now(),
    )
    return Registered(store.mirrors.add(mirror), whose, made, known=False)


def authorization_of(mirror: Mirror, vault: Vault) -> str:
    """With what a mirror's requests say who asks."""
    if mirror.secret is None:
        return ""
    secret = vault.open(mirror.secret, _purpose(read_target(mirror.url))).decode()
    return authorization(mirror.username, secret)


def _changed(
    store: Store,
    directory: Directory,
    clock: Clock,
    target: Target,
    held: Mirror,
    party: Party | None,
    username: str | None,
    secret: str | None,
    every: Micros | None,
) -> Registered:
    whose = directory.parties.by_id(held.party)
    if whose is None or (party is not None and party.id != whose.id):
        raise Conflict(
            f"{held.url} is mirrored there already, as claims of {whose.slug if whose else 'a party that is gone'}",
            code="mirror-party",
            hint="Leave --from out; or take the mirror away first: comity mirror remove.",
        )
    if (username, secret, every) == (None, None, None):
        return Registered(held, whose, made=False, known=True)
    changed = store.mirrors.change(
        held,
        held.username if username is None else username,
        held.secret if secret is None else _sealed(directory.vault, target, secret),
        held.every if every is None else every,
        clock.now(),
    )
    return Registered(changed, whose, made=False, known=True)


def _party(directory: Directory, target: Target, party: Party | None) -> tuple[Party, bool]:
    if party is not None:
        return party, False
    slug = slug_of(target.origin)
    found = directory.parties.find(slug)
    if found is None:
        return directory.parties.add(slug, name=target.origin.authority, jurisdiction=UNKNOWN, tlp_max=Tlp.CLEAR), True
    if found.own:
        raise Refused(
            f"{slug} is our own party, and what comes from another server is not ours",
            code="mirror-own",
            hint="Name the party that runs the server with --from.",
        )
    return found, False


def _sealed(vault: Vault, target: Target, secret: str | None) -> bytes | None:
    return vault.seal(secret.encode(), _purpose(target)) if secret else None


def _purpose(target: Target) -> bytes:
    return b"mirror " + str(target.origin).encode()
