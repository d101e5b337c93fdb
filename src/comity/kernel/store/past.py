"""What claims were. Where a claim is labelled, shaped or placed anew, the row as it stood is kept here until it goes for good,
so that it can be told what a party could see on an earlier day. What was deleted is not held, here neither.

A row says: up to ``until`` the claim ``seq`` stood so. On a day, a claim stands as the first of its rows says that ends later;
where there is none, as it stands now.
"""

from collections.abc import Collection
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.store.database import Reader, Sql

_COLUMNS: Final = "seq, version, body, label, shape, source, flags, leaf"
_KEEP = Sql(
    f"INSERT INTO past (until, {_COLUMNS}) SELECT :until, {_COLUMNS} FROM claim WHERE seq = :seq "
    "ON CONFLICT (seq, until) DO NOTHING"
)
_KEEP_ALL = Sql(
    "",
    f"INSERT INTO past (until, {_COLUMNS}) SELECT :until, {_COLUMNS} FROM claim WHERE seq = ANY(:seqs::bigint[]) "
    "ON CONFLICT (seq, until) DO NOTHING",
)
_FORGET = Sql("DELETE FROM past WHERE version = :version AND source = :source")
_ANY_LATER = Sql("SELECT 1 FROM past WHERE until > :on LIMIT 1")
_THEN: Final = (
    "WITH claim AS NOT MATERIALIZED (SELECT {columns} FROM {claim} c WHERE NOT EXISTS (SELECT 1 FROM past p "
    "WHERE p.seq = c.seq AND p.until > {on}) UNION ALL SELECT {columns} FROM past c WHERE c.until > {on} AND NOT EXISTS "
    "(SELECT 1 FROM past p WHERE p.seq = c.seq AND p.until > {on} AND p.until < c.until)) "
)


def keep(writer: Reader, claim: int, until: Micros) -> None:
    """A claim is about to change: keep how it stood. ``until``: the moment of the change."""
    writer.run(_KEEP, {"seq": claim, "until": until})


def keep_all(writer: Reader, claims: Collection[int], until: Micros) -> None:
    """The same for many."""
    if writer.postgres and claims:
        writer.run(_KEEP_ALL, {"seqs": list(claims), "until": until})
    elif claims:
        writer.many(_KEEP, [{"seq": claim, "until": until} for claim in claims])


def forget(writer: Reader, version: int, source: int) -> None:
    """A source takes a version back: nothing is told of its claims any more."""
    writer.run(_FORGET, {"version": version, "source": source})


def claims_then(reader: Reader, on: Micros | None) -> str:
    """What to put before a statement on ``claim``, so that it speaks of the claims as they stood on a day; mostly nothing."""
    if on is None or reader.one(_ANY_LATER, {"on": on}) is None:
        return ""
    return _THEN.format(columns=_COLUMNS, claim="claim" if reader.postgres else "main.claim", on=int(on))
