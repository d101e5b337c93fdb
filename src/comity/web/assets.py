"""Static files of the package, each under an address that carries its own digest.

A changed file has a new address, so browsers may keep it for a year. Files are few and small: they are read once, when
the site is built, and served from memory; a request can name nothing but what was read.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

_MEDIA: Final[dict[str, str]] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


class Asset(msgspec.Struct, frozen=True):
    """One file, its address and how it is sent."""

    name: str
    path: str
    media_type: str
    body: bytes


def read_assets(folder: Traversable) -> Mapping[str, Asset]:
    """Every file of a known kind in the folder, by name."""
    assets = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        suffix = f".{entry.name.rpartition('.')[2]}"
        if entry.is_file() and suffix in _MEDIA:
            body = entry.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:16]
            assets[entry.name] = Asset(entry.name, f"/static/{digest}/{entry.name}", _MEDIA[suffix], body)
    return assets
