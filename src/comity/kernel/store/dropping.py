"""How claims, bytes and versions leave the tables: every row that has something of them, and what the index has.

Used by whoever takes something away (``deletion``, ``erasure``), inside a transaction under the write lock. What depends on
what has gone (referrers, twins) is for the caller to look after.
"""

from collections.abc import Iterable
from typing import NamedTuple

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store import past
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import ECHO
from comity.kernel.store.words import observable_token, target_token, targets, words

_DROP_CLAIM = Sql("DELETE FROM claim WHERE seq = :seq")
_DROP_WAITING = Sql("DELETE FROM waiting WHERE claim = :seq")
_COUNT = Sql("UPDATE label SET claims = claims - 1 WHERE id = :label")
_LEFT = Sql("SELECT 1 FROM claim WHERE version = :version LIMIT 1")
_BODIES_OF = "SELECT body FROM held WHERE version"
_IN_USE = Sql("SELECT 1 FROM claim WHERE version = :version AND body = :body LIMIT 1")
_RAW = "SELECT seq, modified, raw FROM version WHERE seq"
_DROP_BODY = Sql("DELETE FROM version WHERE seq = :seq")
_DROP_HELD = Sql("DELETE FROM held WHERE key = :key AND version = :version")
_DROP_HELD_BODY = Sql("DELETE FROM held WHERE key = :key AND version = :version AND body = :body")
_DROP_SCAN = Sql("DELETE FROM scan WHERE version = :version")
_UNINDEX = Sql("INSERT INTO search (search, rowid, words) VALUES ('delete', :seq, :words)")
_DROP_EDGES = Sql("", "DELETE FROM edge WHERE target = ANY(:tokens::bytea[]) AND version = :seq")
_DROP_OBSERVABLES = Sql("", "DELETE FROM observable WHERE token = ANY(:tokens::bytea[]) AND version = :seq")
_DROP_TEXT = Sql("", "DELETE FROM search_text WHERE version = :seq")


class Standing(NamedTuple):
    """A claim as it is to go."""

    seq: int
    version: int
    body: int
    label: int
    source: int
    flags: int
    leaf: int
    key: bytes


def drop_claim(writer: Reader, claim: Standing) -> None:
    """A claim and what waits for it. Its label counts it no longer; an echo was not counted."""
    if not claim.flags & ECHO:
        writer.run(_COUNT, {"label": claim.label})
    writer.run(_DROP_CLAIM, {"seq": claim.seq})
    writer.run(_DROP_WAITING, {"seq": claim.seq})
    past.forget(writer, claim.version, claim.source)


def is_claimed(reader: Reader, version: int) -> bool:
    """Whether a version has any claim left."""
    return reader.one(_LEFT, {"version": version}) is not None


def drop_unused_body(writer: Reader, claim: Standing) -> None:
    """The bytes that only this claim had, of a version that others claim in other bytes."""
    if claim.body == claim.version or writer.one(_IN_USE, {"version": claim.version, "body": claim.body}) is not None:
        return
    writer.run(_DROP_BODY, {"seq": claim.body})
    writer.run(_DROP_SCAN, {"version": claim.body})
    writer.run(_DROP_HELD_BODY, {"key": claim.key, "version": claim.version, "body": claim.body})


def drop_version(writer: Reader, key: bytes, version: int) -> None:
    """A version without claims: its bodies, what the index has of it, what the scan found."""
    bodies = {version, *(row[0] for row in rows_of(writer, _BODIES_OF, [version]))}
    for seq, modified, raw in rows_of(writer, _RAW, [version]):
        parsed = parse(bytes(raw))
        if isinstance(parsed, Parsed):
            _unindex(writer, seq, modified, parsed)
    for body in bodies:
        writer.run(_DROP_BODY, {"seq": body})
        writer.run(_DROP_SCAN, {"version": body})
    writer.run(_DROP_HELD, {"key": key, "version": version})


def _unindex(writer: Reader, seq: int, modified: int, parsed: Parsed) -> None:
    if not writer.postgres:
        writer.run(_UNINDEX, {"seq": seq, "words": words(parsed, modified)})
        return
    writer.run(_DROP_EDGES, {"seq": seq, "tokens": _sorted(target_token(ref) for ref in targets(parsed))})
    tokens = _sorted(observable_token(*pair) for pair in parsed.observables)
    writer.run(_DROP_OBSERVABLES, {"seq": seq, "tokens": tokens})
    writer.run(_DROP_TEXT, {"seq": seq})


def _sorted(tokens: Iterable[bytes]) -> list[bytes]:
    return sorted(set(tokens))
