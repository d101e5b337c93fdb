"""Writing inside somebody else's transaction, or in one of one's own.

``Inside`` is what callers have in hand: a SQLAlchemy connection (``Database.write``, effects of clocks and jobs) or the
``Reader`` of a batch (what runs ``also`` with ``commit``). Either is a transaction that its owner ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from comity.kernel.store.database import Database, Reader

Inside = Connection | Reader


@contextmanager
def inside(database: Database, given: Inside | None) -> Iterator[Reader]:
    """Statements in the given transaction; without one, in a transaction under the write lock that ends with the block."""
    if isinstance(given, Reader):
        yield given
    elif given is not None:
        yield database.beside(given)
    else:
        with database.writer() as writer:
            yield writer
