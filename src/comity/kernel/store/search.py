"""Finding: full text, and observables as people type them. Newest first; nothing is ranked by what others hold.

All words have to be there; the last may be a beginning. The index knows words only in parts (an address is four numbers to
it), so that what was typed with punctuation in it is checked against the object's text.
"""

import re
from collections.abc import Iterator, Sequence

from comity.kernel.base.clock import Micros
from comity.kernel.objects.observables import guess
from comity.kernel.store import candidates as claims
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Sql
from comity.kernel.store.view import View, latest_added
from comity.kernel.store.words import observable_token, observable_word

LONGEST = 500
MOST_WORDS = 20
STEP = 200
MOST_LOOKED_AT = 20_000

_TEXT = Sql(
    "SELECT rowid FROM search WHERE search MATCH :words AND rowid < :before ORDER BY rowid DESC LIMIT :limit",
    "SELECT version FROM search_text WHERE words @@ to_tsquery('simple', :words) AND version < :before "
    "ORDER BY version DESC LIMIT :limit",
)
_OBSERVED = Sql(
    "SELECT rowid FROM search WHERE search MATCH :words AND rowid < :before ORDER BY rowid DESC LIMIT :limit",
    "SELECT DISTINCT version FROM observable WHERE token = ANY(:tokens::bytea[]) AND version < :before "
    "ORDER BY version DESC LIMIT :limit",
)
_END = 1 << 62


def find(view: View, text: str, limit: int, before: Micros | None) -> list[Candidate]:
    """At most ``limit`` objects, each in its latest version, newest first. ``before``: only what was added before."""
    wanted = text.strip()[:LONGEST]
    chosen: dict[bytes, Candidate] = {}
    for candidate in _observed(view, wanted):
        if before is None or candidate.added < before:
            chosen.setdefault(candidate.key, candidate)
        if len(chosen) >= limit:
            break
    for candidate in _said(view, wanted):
        if len(chosen) >= limit:
            break
        if before is None or candidate.added < before:
            chosen.setdefault(candidate.key, candidate)
    return sorted(chosen.values(), key=latest_added, reverse=True)


def _observed(view: View, text: str) -> Iterator[Candidate]:
    """Objects that observe what was typed: in any spelling of it, defanged or not."""
    pairs = guess(text)
    if not pairs:
        return
    if view.reader.postgres:
        yield from _steps(view, _OBSERVED, {"tokens": [observable_token(*pair) for pair in pairs]})
    else:
        yield from _steps(view, _OBSERVED, {"words": " OR ".join(observable_word(*pair) for pair in pairs)})


def _said(view: View, text: str) -> Iterator[Candidate]:
    """Objects whose text has all the words."""
    terms = "".join(character if character.isalnum() else " " for character in text).split()[:MOST_WORDS]
    if not terms:
        return
    end = r"(?!\w)" if guess(text) else ""  # a whole address is meant, not the beginning of another
    literals = [re.compile(rf"(?<!\w){re.escape(word.casefold())}{end}") for word in text.split() if not word.isalnum()]
    # Each term is quoted, so that no query syntax comes from outside; isalnum has left no quote in it.
    words = " & ".join(f"'{term}'" for term in terms) + ":*" if view.reader.postgres else _fts(terms)
    for candidate in _steps(view, _TEXT, {"words": words}):
        if not literals or _has(view, candidate, literals):
            yield candidate


def _fts(terms: Sequence[str]) -> str:
    return " AND ".join(f'"{term}"' for term in terms) + " *"


def _steps(view: View, statement: Sql, parameters: dict[str, object]) -> Iterator[Candidate]:
    before, looked = _END, 0
    while looked < MOST_LOOKED_AT:
        rows = view.reader.all(statement, {**parameters, "before": before, "limit": STEP})
        found = claims.choose(view.open_claims([row[0] for row in rows]), ("last",))
        yield from sorted(found, key=latest_added, reverse=True)
        if len(rows) < STEP:
            return
        before = rows[-1][0]
        looked += len(rows)


def _has(view: View, candidate: Candidate, literals: Sequence[re.Pattern[str]]) -> bool:
    parsed = view.parsed(candidate.body)
    text = parsed.text.casefold() if parsed is not None else ""
    return all(literal.search(text) for literal in literals)
