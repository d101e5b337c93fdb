"""How often something that can be guessed may be tried: leaky buckets, shared by all processes of the node.

A try is counted before it is made and given back when it succeeds, so that a hundred at once count as a hundred. A bucket is
kept by an HMAC of what it counts: the table tells neither names nor addresses.

Nobody can lock anybody else out: a browser that an account has signed in with (``devices``) is counted in a bucket of its
own and in no other, and without its cookie nobody can fill that. Strangers are counted by name and network and by network.
There is no count by name alone for passwords: whoever wanted to keep a person out would only have to fill it. For the second
step there is one, since only whoever has the password comes so far, and six digits bear no thousand tries.
"""

import hmac
import ipaddress
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import TooMany
from comity.kernel.directory.vault import Vault
from comity.kernel.store.people import Change, People

SECOND: Final[Micros] = 1_000_000
MINUTE: Final[Micros] = 60 * SECOND


class Rule(msgspec.Struct, frozen=True):
    """``most`` tries at once, and one more after each ``every``."""

    name: str
    most: int
    every: Micros


DEVICE: Final = Rule("device", 10, MINUTE)
NAME: Final = Rule("name", 5, 2 * MINUTE)
NETWORK: Final = Rule("network", 50, 10 * SECOND)
CODE: Final = Rule("code", 10, 10 * MINUTE)
DEVICE_CODE: Final = Rule("device-code", 10, 5 * MINUTE)
OWN: Final = Rule("own", 10, MINUTE)


class Bucket(msgspec.Struct, frozen=True):
    """What is counted, and by which rule."""

    rule: Rule
    key: bytes


class Rates:
    """Counts tries."""

    def __init__(self, people: People, vault: Vault, clock: Clock) -> None:
        self._people = people
        self._vault = vault
        self._clock = clock

    def bucket(self, rule: Rule, *what: str | bytes | int) -> Bucket:
        """The bucket of a rule for these words."""
        words = [each if isinstance(each, bytes) else str(each).encode("utf-8", "surrogatepass") for each in what]
        text = b"".join(len(word).to_bytes(4, "big") + word for word in (rule.name.encode(), *words))
        return Bucket(rule, hmac.digest(self._vault.derive(b"rates"), text, sha256))

    def look(self, buckets: Sequence[Bucket]) -> None:
        """TooMany where a bucket is full; nothing is counted or written."""
        now = self._clock.now()
        _check([(each, _level(self._people.bucket(each.key), now)) for each in buckets])

    def take(self, buckets: Sequence[Bucket]) -> None:
        """Counts a try in every bucket; TooMany, and nothing counted, where one is full. A full one costs no write."""
        self.look(buckets)
        now = self._clock.now()
        with self._people.count() as change:
            levels = [(each, _level(change.bucket(each.key), now)) for each in buckets]
            _check(levels)
            for bucket, level in levels:
                change.set_bucket(bucket.key, level + bucket.rule.every, now)

    def give_back(self, change: Change, buckets: Sequence[Bucket]) -> None:
        """Takes a try that succeeded out of the count, in the transaction of what it did."""
        now = self._clock.now()
        for bucket in buckets:
            level = _level(change.bucket(bucket.key), now)
            change.set_bucket(bucket.key, max(0, level - bucket.rule.every), now)


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address; the first 56 bits of an IPv6 address, which one customer has (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:80]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 56), strict=False))
    return str(parsed)


def _level(kept: tuple[int, Micros] | None, now: Micros) -> int:
    """How full a bucket is, in microseconds until it is empty. A clock that was set back does not fill it for ever."""
    if kept is None:
        return 0
    used, at = kept
    return max(0, used - abs(now - at))


def _check(levels: Sequence[tuple[Bucket, int]]) -> None:
    waits = [level + each.rule.every - each.rule.most * each.rule.every for each, level in levels]
    wait = max(waits, default=0)
    if wait > 0:
        seconds = -(-wait // SECOND)
        raise TooMany(
            "There were too many tries that failed.",
            code="rates",
            retry_after=seconds,
            hint=f"Try again in {seconds} seconds, or from a browser that you signed in with before.",
        )
