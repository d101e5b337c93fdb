"""Makes ``tests/upgrade/VERSION``: a node as this version leaves it, on both databases, and what must hold of it for ever.

    python -m tools.fixture VERSION                   of this checkout, when it is tagged
    PYTHONPATH=OLD/src python tools/fixture.py ...    of another checkout, by its code

What is written: ``node.tar.xz`` (the folder, with SQLite), ``postgresql.sql.xz`` (``pg_dump`` of the same on PostgreSQL), and
``facts.json``: parties, tokens, what each party is given page by page, and the digests of the migrations as they were. The
tests bring the node up to date with the code of their day and look for the facts. A fixture is never made again: it is
what that version left on people's disks.

It stands on what every version has: making a node, its directory, ``store.commit``, ``store.visible``. The secrets in it
are of nodes that nobody runs.
"""

import argparse
import json
import lzma
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from comity.app.background import worker
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Batch, Channel, Query

UPGRADE: Final = Path(__file__).resolve().parent.parent / "tests" / "upgrade"
SERVER: Final = "postgresql://postgres@127.0.0.1:5432"
DATES: Final = ("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z")
PAGE: Final = 7
LEVELS: Final = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.RED, None)


def main() -> None:
    """Makes one fixture."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("version", help="the name of the version, which is that of the folder")
    version: str = arguments.parse_args().version
    target = UPGRADE / version
    if target.exists():
        sys.exit(f"{target} is there: the fixture of a version is made once")
    with tempfile.TemporaryDirectory() as scratch, _database() as database:
        folder = Path(scratch) / "node"
        facts = {"version": version, "steps": _steps(), "sqlite": _fill(folder, ""), "postgresql": {}}
        facts["postgresql"] = _fill(Path(scratch) / "other", database)
        dump = _dump(database)
        target.mkdir(parents=True)
        with tarfile.open(target / "node.tar.xz", "w:xz") as archive:
            archive.add(folder, "node")
        (target / "postgresql.sql.xz").write_bytes(lzma.compress(dump, preset=9))
        (target / "facts.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    print(f"made {target}")


def _fill(path: Path, database: str) -> dict[str, Any]:
    """A node with something of everything; gives what must hold of it."""
    settings = Settings(data=str(path))
    make_node(path, settings, slug="home", name="Demo CSIRT", jurisdiction="KR", person="Alice", database=database)
    with open_node(settings) as node:
        facts = _live(node)
    shutil.rmtree(path / "run", ignore_errors=True)
    (path / "node.db.write-lock").unlink(missing_ok=True)
    return facts


def _live(node: Node) -> dict[str, Any]:
    directory = node.directory
    carol = directory.parties.add("carol", name="Carol CERT", jurisdiction="EE", tlp_max=Tlp.AMBER)
    dave = directory.parties.add("dave", name="데이브", jurisdiction="NO", tlp_max=Tlp.GREEN)
    feed = directory.collections.add("feed", title="Feed", tlp=Tlp.GREEN, read=[carol, dave], write=[carol])
    drop = directory.collections.add("drop", write=[carol, dave], read=[dave])
    tokens = {party.slug: directory.tokens.issue(party).secret for party in (directory.parties.own(), carol, dave)}
    revoked = directory.tokens.issue(carol)
    directory.tokens.revoke(revoked.token.id)
    account = directory.accounts.all()[0]
    directory.accounts.invite(account)
    objects = list(_objects())
    for party, collection, given in (
        (carol, feed, objects[:20]),
        (dave, drop, [*objects[10:30], _object(5, name="another content under the same id")]),
        (directory.parties.own(), feed, objects[30:]),
        (carol, feed, [_object(3, name="newer", modified=DATES[1])]),
    ):
        batch = Batch(party.id, collection.id, tuple(map(_parsed, given)), Channel.TAXII, node.clock.now())
        node.store.commit(batch)
    node.store.delete(carol.id, feed.id, json.loads(objects[7])["id"], (), node.clock.now())
    worker(node).drain()
    return {
        "tokens": tokens,
        "revoked": revoked.secret,
        "account": account.name,
        "parties": {
            party.slug: [party.name, party.jurisdiction, int(party.tlp_max)] for party in directory.parties.all()
        },
        "read": {
            f"{party.slug} {collection.slug}": _read(node, party.id, collection.id)
            for party in directory.parties.all()
            for collection in (feed, drop)
        },
    }


def _read(node: Node, party: int, collection: int) -> list[str]:
    """Everything that a party is given of a collection, as digests of its pages."""
    found, cursor = [], None
    while True:
        page = node.store.visible(Viewer(party)).page(Query(collection=collection, versions=("all",)), PAGE, cursor)
        found.append(f"{page.count} {sha256(page.objects).hexdigest()}")
        cursor = page.next
        if cursor is None:
            return found


def _objects() -> Iterator[bytes]:
    for number in range(40):
        yield _object(number, tlp=LEVELS[number % len(LEVELS)])


def _object(number: int, *, name: str = "", modified: str = DATES[0], tlp: Tlp | None = None) -> bytes:
    kind = ("indicator", "note", "domain-name", "relationship", "campaign")[number % 5]
    tail = f"00000000-0000-4000-8000-{number:012x}"
    common: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{tail}"}
    if tlp is not None:
        common["object_marking_refs"] = [TLP_IDS[tlp]]
    if kind == "domain-name":
        common["value"] = f"host-{number}.example"
    else:
        common |= {"created": DATES[0], "modified": modified}
    if kind == "indicator":
        pattern = f"[domain-name:value = 'host-{number}.example']"
        common |= {"name": name or "침해 지표", "pattern": pattern, "pattern_type": "stix", "valid_from": DATES[0]}
        common["indicator_types"] = ["malicious-activity"]
    elif kind == "note":
        common |= {"content": name or f"note {number}", "object_refs": [_id(number - 1)]}
    elif kind == "campaign":
        common["name"] = name or f"Campaign {number}"
    elif kind == "relationship":
        common |= {"relationship_type": "related-to", "source_ref": _id(number + 1), "target_ref": _id(number - 3)}
    return json.dumps(common, ensure_ascii=False).encode()


def _id(number: int) -> str:
    return str(json.loads(_object(number))["id"]) if number % 5 != 3 else f"campaign--{'0' * 8}-0000-4000-8000-{9:012x}"


def _parsed(raw: bytes) -> Parsed:
    read = parse(raw)
    if not isinstance(read, Parsed):
        sys.exit(f"an object of the fixture is not valid: {read.reason()}")
    return read


def _steps() -> dict[str, str]:
    """The migrations, by their digests: a step that was released is never edited."""
    folder = files("comity.kernel.store.migrations") / "versions"
    return {
        step.name: sha256(step.read_bytes()).hexdigest()
        for step in sorted(folder.iterdir(), key=lambda each: each.name)
        if step.name.endswith(".py")
    }


@contextmanager
def _database() -> Iterator[str]:
    name = f"comity_fixture_{secrets.token_hex(4)}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{SERVER}/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _dump(database: str) -> bytes:
    command = ("pg_dump", "--inserts", "--no-owner", "--no-privileges", database)
    text = subprocess.run(command, capture_output=True, check=True).stdout
    return b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"\\"))


if __name__ == "__main__":
    main()
