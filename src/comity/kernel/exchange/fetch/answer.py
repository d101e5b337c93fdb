"""What a request gives (``Answer``), and what asks it (``Fetching``), without the HTTP library behind it: whoever only waits
for work to come up doesn't load that library.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from comity.kernel.exchange.fetch.origin import Location


class Answer(msgspec.Struct, frozen=True):
    """What came back. ``headers``: names in lower case, the first value of each; ``body`` is empty unless it is a success."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetching(Protocol):
    """One GET after another, for one thread at a time (``fetcher.Fetcher``)."""

    def get(self, location: Location, *, accept: str, authorization: str = "") -> Answer:
        """The answer to a GET. ``authorization``: the header's value, for the origin of ``location`` only."""
        ...

    def close(self) -> None:
        """Lets go of all connections."""
        ...

    def end(self) -> None:
        """What is being waited for ends now, with ``Away``; for any thread."""
        ...
