"""``search``, ``show`` and ``export``: what the node holds, for people and for programs."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from comity.app.node import Node
from comity.cli.screen import cut, plain, table
from comity.kernel.base.clock import rfc3339
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Collection, Held, Party, Query

PAGE: Final = 1000
CHANNEL: Final = "file"
BUNDLES: Final = UUID("c1a5c0de-5d1f-5c3e-9a38-3c8f0c1b7f10")
"""Namespace of the ids of exported bundles: version 5 UUIDs of the SHA-256 of what is in them."""
NAMES: Final = ("name", "value", "path", "key", "subject", "account_login", "user_id", "abstract", "definition_type")


def title(raw: bytes) -> str:
    """What a person would call an object."""
    held: dict[str, Any] = msgspec.json.decode(raw)
    if held.get("type") == "relationship":
        return f"{held.get('source_ref')} {held.get('relationship_type')} {held.get('target_ref')}"
    if held.get("type") == "sighting":
        return f"of {held.get('sighting_of_ref')}"
    found = next((held[name] for name in NAMES if isinstance(held.get(name), str)), None)
    return found or str(held.get("pattern") or held.get("content") or held.get("opinion") or "")


def summary(held: Held) -> dict[str, Any]:
    """A claim in a few words, for JSON."""
    return {
        "id": held.id,
        "type": held.type,
        "title": title(held.raw),
        "source": held.source_slug,
        "collection": held.collection_slug,
        "tlp": held.tlp.label,
        "assumed": held.assumed,
        "modified": rfc3339(held.modified),
        "added": rfc3339(held.added),
    }


def marked(held: Held) -> str:
    """The TLP of a claim, and whether it is the collection's."""
    return f"{held.tlp.label}{' (assumed)' if held.assumed else ''}"


def listed(hits: tuple[Held, ...]) -> str:
    """Claims as a table."""
    rows = [
        (each.type, cut(plain(title(each.raw)), 60), each.source_slug, marked(each), rfc3339(each.added)[:19], each.id)
        for each in hits
    ]
    return table(("type", "title", "from", "marked", "added", "id"), rows)


def claim(held: Held) -> dict[str, Any]:
    """A claim with its object, for JSON: the object's bytes as they came."""
    return {
        **summary(held),
        "latest": held.latest,
        "conflict": held.conflict,
        "contested": held.contested,
        "terms": held.terms,
        "sha256": held.digest.hex(),
        "leaf": held.leaf,
        "object": msgspec.Raw(held.raw),
    }


def portrait(claims: tuple[Held, ...]) -> str:
    """An object under all its claims, for people: the newest content whole, the others by their differences in a line."""
    newest = claims[0]
    lines = [f"{newest.type}: {plain(title(newest.raw))}", newest.id, ""]
    lines += _properties(msgspec.json.decode(newest.raw), "  ")
    lines += ["", f"Held under {len(claims)} claim{'s' if len(claims) > 1 else ''}:"]
    rows = [
        (
            each.source_slug,
            each.collection_slug,
            marked(each),
            rfc3339(each.modified),
            rfc3339(each.added)[:19],
            each.digest.hex()[:12],
            " ".join(
                word
                for word, holds in (
                    ("newest", each.latest),
                    ("conflict", each.conflict),
                    ("contested", each.contested),
                )
                if holds
            ),
        )
        for each in claims
    ]
    lines.append(table(("from", "collection", "marked", "modified", "added", "sha256", ""), rows))
    return "\n".join(lines)


def _properties(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                yield f"{indent}{plain(str(name))}"
                yield from _properties(inner, indent + "  ")
            else:
                yield f"{indent}{plain(str(name))}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list):
                yield f"{indent}-"
                yield from _properties(inner, indent + "  ")
            else:
                yield f"{indent}- {_scalar(inner)}"
    else:
        yield f"{indent}{_scalar(value)}"


def _scalar(value: Any) -> str:
    return plain(value) if isinstance(value, str) else msgspec.json.encode(value).decode()


class Gone(msgspec.Struct):
    """What has left: how many objects, and the digest of all bytes so far."""

    count: int = 0
    digest: Any = msgspec.field(default_factory=sha256)


def bundle(node: Node, collection: Collection, party: Party, gone: Gone) -> Iterator[bytes]:
    """One STIX bundle of all versions in a collection that a party may see, in pieces; the sources' bytes, joined.

    ``gone`` counts along.
    """
    return enclosed(_pages(node, collection, party, gone))


def enclosed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One STIX bundle of objects, which come alone or joined by commas.

    The id stands last and is made of the content, so that the same content has the same bytes.
    """
    digest, between = sha256(), b'{"type":"bundle","objects":['
    for piece in pieces:
        digest.update(piece)
        digest.update(b",")
        yield between
        yield piece
        between = b","
    own_id = f'"bundle--{uuid5(BUNDLES, digest.hexdigest())}"'.encode()
    if between == b",":
        yield b'],"id":' + own_id + b"}\n"
    else:
        yield b'{"type":"bundle","id":' + own_id + b"}\n"


def _pages(node: Node, collection: Collection, party: Party, gone: Gone) -> Iterator[bytes]:
    visible = node.store.visible(Viewer(party=party.id, channel=CHANNEL))
    query, cursor = Query(collection=collection.id, versions=("all",)), None
    while True:
        page = visible.page(query, PAGE, cursor)
        if page.count:
            gone.count += page.count
            yield page.objects
        cursor = page.next
        if cursor is None:
            break
