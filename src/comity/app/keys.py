"""The node's own keys as files: made once, read when something is signed.

Each private half is a PKCS #8 PEM (RFC 5958; ML-DSA as RFC 9881 writes it, its seed only), each public half a
SubjectPublicKeyInfo PEM.
"""

from typing import TYPE_CHECKING

from comity.app.folder import Folder, write_private
from comity.kernel.base.errors import Corrupt
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.signing import SEED_BYTES, Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey


def make_keys(folder: Folder, random: RandomBytes) -> None:
    """Both keys of a new node."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  memory: few processes need it
        Ed25519PrivateKey,
    )

    _write(folder, Ed25519PrivateKey.from_private_bytes(random(SEED_BYTES)), second=False)
    make_second_key(folder, random)


def make_second_key(folder: Folder, random: RandomBytes) -> None:
    """The ML-DSA-65 key, which nodes of the first version don't have. One that is there is never replaced."""
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey  # noqa: PLC0415  memory: as above

    _write(folder, MLDSA65PrivateKey.from_seed_bytes(random(SEED_BYTES)), second=True)


def read_keys(folder: Folder) -> Keys:
    """Both keys; Corrupt where one is missing or is not what it should be."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  memory: few processes need it
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey  # noqa: PLC0415  memory: as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  memory: as above

    seeds = []
    for path, kind in ((folder.key, Ed25519PrivateKey), (folder.second_key, MLDSA65PrivateKey)):
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise _damaged(path.name) from error
        if not isinstance(key, kind):
            raise _damaged(path.name)
        seeds.append(key.private_bytes_raw())
    return Keys(*seeds)


def _write(folder: Folder, key: "Ed25519PrivateKey | MLDSA65PrivateKey", *, second: bool) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  memory: few processes need it

    path = folder.second_key if second else folder.key
    write_private(
        path,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_private(
        path.with_suffix(".pub"),
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def _damaged(name: str) -> Corrupt:
    return Corrupt(
        f"the node's key keys/{name} is missing or damaged",
        code="node-key",
        hint="Put it back from a backup: nothing else can sign as this node. 'comity migrate' makes the second key for a node "
        "of the first version, which never had one.",
    )
