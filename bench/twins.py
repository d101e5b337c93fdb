"""What going in another form costs: `python -m bench.twins FOLDER` measures a node that is at rest, and prints figures as JSON.

An agreement is made under which a party gets everything that is held without descriptions and with dates no finer than the day:
nearly all of it as twins. How long that takes is timed, and then reading twins against reading originals, in this process,
so that a figure is the store's time and not the network's.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from bench.policy import along, rates_of
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Agreement, Ceiling, Redact, Selection, Signatory
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.app.node import Node

SAYS_LESS: Final = Profile("says-less", (Rule("drop", properties=("description",)), Rule("generalise", to="day")))

UNITS: Final = {"twins made": "obj/s", "twins of 100,000 objects": "s", "pages of twins / of originals": "x"}
"""Of the figures; those that are not here are counts of objects."""


def inside(node: Node) -> dict[str, float]:
    """Figures of making and of reading."""
    collection = node.directory.collections.get("bench")
    readers = {}
    for slug in ("whole", "less"):
        party = node.directory.parties.add(slug, name=slug.title(), jurisdiction="FI", tlp_max=Tlp.RED)
        node.directory.collections.grant(collection, party, read=True, write=False)
        readers[slug] = party
    own = node.directory.parties.own()
    signatories = tuple(
        Signatory(each.name, each.jurisdiction, each.identity or "", each.slug) for each in (own, readers["less"])
    )
    articles = (
        Ceiling(number=1, tlp="red"),
        Redact(number=2, when=Selection(), profile=SAYS_LESS.name),
    )
    agreement = Agreement("says-less", "Says less", signatories, articles, profiles=(SAYS_LESS,))
    node.directory.agreements.apply(write(agreement), by="bench")
    start = time.perf_counter()
    node.store.twins.make()
    spent = time.perf_counter() - start
    status = node.store.twins.status()
    looked = status.made + status.passes + status.failed
    query = Query(collection=collection.id, versions=("all",))
    ways: dict[str, Callable[[], int]] = {
        slug: partial(along, node.store.visible(Viewer(party.id)), query) for slug, party in readers.items()
    }
    rates = rates_of(ways, processor=not node.database.startswith("postgresql"))
    return {
        "twins made": status.made / spent,
        "twins of 100,000 objects": 100_000 * spent / max(looked, 1),
        "pages of twins / of originals": rates["less"] / rates["whole"],
        "twins that stand": float(status.made),
        "originals that go as they are": float(status.passes),
        "originals that can't go": float(status.failed),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.twins", description=__doc__)
    parser.add_argument("folder", help="the node's folder; nobody serves it")
    given = parser.parse_args()
    with open_node(Settings(data=given.folder)) as node:
        print(json.dumps(inside(node)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
