"""Walking the graph of references, both ways, nearest first, bounded in depth and in objects.

Outward references are read from the object itself. Inward ones come from the index, whose tokens may be shared by other
ids: every hit is checked against its object. Only what the viewer may see is walked.
"""

from typing import Any

import msgspec

from comity.kernel.objects.parsed import Parsed
from comity.kernel.store import candidates as claims
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Sql
from comity.kernel.store.types import Graph
from comity.kernel.store.view import View, newest_first
from comity.kernel.store.words import target_token, target_word

_REFERRERS = Sql(
    "SELECT rowid FROM search WHERE search MATCH :words AND rowid < :before ORDER BY rowid DESC LIMIT :limit",
    "SELECT version FROM edge WHERE target = :token AND version < :before ORDER BY version DESC LIMIT :limit",
)
STEP = 200
MOST_LOOKED_AT = 20_000
_END = 2**62


class Walk:
    """One walk."""

    def __init__(self, view: View, limit: int) -> None:
        self._view = view
        self._limit = limit
        self._nodes: dict[str, Candidate] = {}
        self._edges: list[tuple[str, str, str]] = []
        self._absent: set[str] = set()
        self._truncated = False

    def graph(self, start: str, depth: int) -> Graph:
        """The neighbourhood of an object. The objects at the last distance are not asked who refers to them."""
        frontier = [start]
        for distance in range(depth + 1):
            further: list[str] = []
            for object_id in frontier:
                further += self._visit(object_id, inward=distance < depth)
            frontier = [one for one in dict.fromkeys(further) if one not in self._nodes and one not in self._absent]
        outside = {target for _, _, target in self._edges} - self._nodes.keys()
        missing = outside & self._absent | {one for one in outside - self._absent if self._latest(one) is None}
        nodes = self._view.described(list(self._nodes.values()))
        return Graph(nodes, tuple(self._edges), tuple(sorted(missing)), truncated=self._truncated)

    def _visit(self, object_id: str, *, inward: bool) -> list[str]:
        if len(self._nodes) >= self._limit:
            self._truncated = True
            return []
        candidate = self._latest(object_id)
        if candidate is None:
            self._absent.add(object_id)
            return []
        self._nodes[object_id] = candidate
        return self._outward(object_id, candidate) + (self._inward(object_id) if inward else [])

    def _latest(self, object_id: str) -> Candidate | None:
        return min(self._view.claims_of([object_id]), key=newest_first, default=None)

    def _outward(self, object_id: str, candidate: Candidate) -> list[str]:
        parsed = self._view.parsed(candidate.body)
        if parsed is None:
            return []
        names = property_names(parsed)
        self._edges += [(object_id, names[target], target) for target in parsed.refs]
        return list(parsed.refs)

    def _inward(self, object_id: str) -> list[str]:
        found = []
        for referrer in self._referrers(object_id):
            parsed = self._view.parsed(referrer.body)
            if parsed is not None and object_id in parsed.refs:
                found.append(parsed.id)
        return found

    def _referrers(self, object_id: str) -> list[Candidate]:
        """The newest ones that the viewer sees: however many others there are between them."""
        reader = self._view.reader
        parameters: dict[str, object] = {"before": _END, "limit": STEP}
        parameters |= {"token": target_token(object_id)} if reader.postgres else {"words": target_word(object_id)}
        found: list[Candidate] = []
        looked = 0
        while len(found) < self._limit and looked < MOST_LOOKED_AT:
            rows = reader.all(_REFERRERS, parameters)
            found += claims.choose(self._view.open_claims([row[0] for row in rows]), ("last",))
            if len(rows) < STEP:
                break
            parameters["before"] = rows[-1][0]
            looked += len(rows)
        return found[: self._limit]


def property_names(parsed: Parsed) -> dict[str, str]:
    """For each reference of an object the name of the (outermost) property it stands in."""
    held: dict[str, Any] = msgspec.json.decode(parsed.raw)
    names: dict[str, str] = {}
    for name, value in held.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for target in parsed.refs:
            if target in text:
                names.setdefault(target, name)
    return {target: names.get(target, "refers to") for target in parsed.refs}
