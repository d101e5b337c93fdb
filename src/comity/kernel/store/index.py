"""Writing the index of new versions: SQLite's text and tokens in one; PostgreSQL's edges and observables (its text follows the
commit log, see ``follow``).
"""

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.database import Reader
from comity.kernel.store.words import observable_token, target_token, targets, words

_SEARCH = Bulk("search", ("rowid", "words"), "q b")
_EDGES = Bulk("edge", ("target", "version"), "8s q")
_OBSERVABLES = Bulk("observable", ("token", "version"), "8s q")


def index(writer: Reader, bodies: list[tuple[int, Micros, Parsed]]) -> None:
    """Index new versions: SQLite text and tokens in one; PostgreSQL edges and observables (its text follows the log)."""
    if not writer.postgres:
        _SEARCH.write(writer, [(seq, words(parsed, modified)) for seq, modified, parsed in bodies])
        return
    edges = {(target_token(ref), seq) for seq, _, parsed in bodies for ref in targets(parsed)}
    _EDGES.write(writer, sorted(edges))
    seen = {(observable_token(*pair), seq) for seq, _, parsed in bodies for pair in parsed.observables}
    _OBSERVABLES.write(writer, sorted(seen))
