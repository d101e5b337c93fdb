"""Two nodes that agree with each other, each a directory over a store of its own: ``home`` in Korea, ``harbour`` in Norway."""

import json
import shutil
from pathlib import Path

from comity.kernel.base.clock import FixedClock
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.ledger.signing import Keys
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import open_store
from comity.kernel.store.types import Batch, Channel, Query
from tests.kernel.directory.conftest import CHEAP

NOW = 1_800_000_000_000_000
DAY = 86_400_000_000
BY = "command line: tester"
IDENTITIES = {
    "home": "identity--11111111-1111-4111-8111-111111111111",
    "harbour": "identity--22222222-2222-4222-8222-222222222222",
}


class Side:
    """One node: it knows the other as a party, and shares the collection ``feed`` with it."""

    def __init__(self, folder: Path, empty: Path, own: str, seed: int) -> None:
        folder.mkdir()
        shutil.copy(empty, folder / "node.db")
        self.clock = FixedClock(NOW)
        self.own = own
        self.other = next(each for each in IDENTITIES if each != own)
        self.store = open_store(f"sqlite:///{folder}/node.db", self.clock)
        self.keys = Keys(bytes([seed]) * 32, bytes([seed + 1]) * 32)
        self.directory = Directory(
            self.store.registry,
            self.store.people,
            Vault(bytes(32)),
            self.clock,
            cost=CHEAP,
            store=self.store,
            keys=lambda: self.keys,
        )
        parties = self.directory.parties
        parties.add(own, name=own.title(), jurisdiction="KR", tlp_max=Tlp.RED, identity=IDENTITIES[own], own=True)
        parties.add(self.other, name=self.other.title(), jurisdiction="NO", identity=IDENTITIES[self.other])
        parties.add("third", name="Third", jurisdiction="FR")
        self.feed = self.directory.collections.add("feed", read=[parties.get(self.other)])

    def give(self, number: int, tlp: Tlp, kind: str = "campaign") -> str:
        """An object of our own in ``feed``; its id."""
        self.clock.forward(1_000_000)
        name = f"{kind}--00000000-0000-4000-8000-{number:012d}"
        raw = json.dumps(
            {
                "type": kind,
                "spec_version": "2.1",
                "id": name,
                "created": "2026-01-01T00:00:00.000Z",
                "modified": "2026-01-01T00:00:00.000Z",
                "object_marking_refs": [TLP_IDS[tlp]],
                "name": f"Number {number}",
            }
        ).encode()
        parsed = parse(raw)
        assert isinstance(parsed, Parsed)
        own = self.directory.parties.own().id
        self.store.commit(Batch(own, self.feed.id, (parsed,), Channel.FILE, self.clock.now()))
        return name

    def gets(self, party: str | None = None) -> set[str]:
        """The ids that the other party sees, of campaigns and incidents."""
        viewer = Viewer(party=self.directory.parties.get(party or self.other).id, channel="test")
        page = self.store.visible(viewer).page(Query(types=("campaign", "incident")), 1000)
        return {each["id"] for each in json.loads(b"[" + page.objects + b"]")}

    def text(self, **changes: str) -> str:
        """A bilateral agreement with the other party, in which texts are changed."""
        text = self.directory.agreements.draft("bilateral-csirt", self.other, name="ours")
        for before, after in changes.items():
            text = text.replace(before, after)
        return text

    def close(self) -> None:
        self.store.close()
