"""The node's folder: what stands in it, who may read it, how it is made.

    DIR/                 0700
      node.toml          which node this is: its id, its name, where its database is
      node.db            the database, with SQLite; with PostgreSQL there is none
      keys/node.key      0600, Ed25519 (RFC 8032), PKCS #8 PEM, not encrypted: whoever reads it can sign as the node
      keys/node.pub      its public half
      keys/node-2.key    0600, ML-DSA-65 (FIPS 204), PKCS #8 PEM: the second key; whatever the node signs carries both signatures
      keys/node-2.pub    its public half
      keys/vault.key     0600, 32 random bytes: what the node must be able to read again is sealed under it
      keys/periods/      the keys of backups, one for each month, sealed by the vault (``app.backup.periods``)
      refused/           reports of objects that a load refused
      run/               of the moment: counters of the server's processes, scratch of a backup; may be removed at rest

``node.toml`` is written last: a folder that has it is whole. Nothing is made anew in a folder that holds anything.
"""

import json
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from comity.kernel.base.errors import Conflict, Corrupt, NotFound, Unavailable
from comity.kernel.base.ids import RandomBytes

NODE_FILE: Final = "node.toml"
DATABASE: Final = "node.db"
VAULT_KEY_BYTES: Final = 32


class NodeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``node.toml`` says. ``database`` empty means ``node.db`` in the same folder."""

    id: str
    name: str
    database: str = ""


class Folder(msgspec.Struct, frozen=True):
    """One node's folder, by its path."""

    path: Path

    @property
    def refused(self) -> Path:
        """Where reports of refused objects go."""
        return self.path / "refused"

    @property
    def key(self) -> Path:
        """The private half of the node's first key (``app.keys``)."""
        return self.path / "keys" / "node.key"

    @property
    def second_key(self) -> Path:
        """The private half of its second."""
        return self.path / "keys" / "node-2.key"

    @property
    def never_had_second_key(self) -> bool:
        """A node of the first version has neither half. Where one alone is missing it was lost, and is not made anew."""
        return not self.second_key.exists() and not self.second_key.with_suffix(".pub").exists()

    @property
    def vault_key(self) -> Path:
        """The key of the vault (``kernel.directory.vault``)."""
        return self.path / "keys" / "vault.key"

    @property
    def periods(self) -> Path:
        """The keys of backups. No backup holds them."""
        return self.path / "keys" / "periods"

    @property
    def run(self) -> Path:
        """What is of the moment: in no backup, and nothing that is missed."""
        return self.path / "run"

    def read_vault_key(self) -> bytes:
        """The vault's key; read when something is first sealed or opened."""
        try:
            return self.vault_key.read_bytes()
        except OSError as error:
            raise Corrupt(
                f"the vault's key can't be read: {error.strerror}",
                code="vault-key",
                hint="Put keys/vault.key back from a backup; 'comity migrate' makes one for a node that never had any.",
            ) from error

    def make_vault_key(self, random: RandomBytes) -> None:
        """Makes the vault's key. One that is there is never replaced: what it sealed would be lost."""
        write_private(self.vault_key, random(VAULT_KEY_BYTES))

    def exists(self) -> bool:
        """Whether a node is here."""
        return (self.path / NODE_FILE).is_file()

    def read(self) -> NodeFile:
        """Which node this is."""
        try:
            return msgspec.convert(tomllib.loads((self.path / NODE_FILE).read_text("utf-8")), NodeFile)
        except FileNotFoundError as error:
            raise NotFound(
                f"there is no node in {self.path}",
                code="no-node",
                hint="Make one with 'comity init DIR', or name the right folder with --data or COMITY_DATA.",
            ) from error
        except OSError as error:
            raise Unavailable(
                f"{self.path / NODE_FILE} can't be read: {error.strerror}",
                code="folder-unreadable",
                hint="Run the command as the system account that the node belongs to.",
            ) from error
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise Corrupt(
                f"{self.path / NODE_FILE} is not what it should be: {error}",
                code="node-file",
                hint="Put it back from a backup; it holds id, name and database.",
            ) from error

    def database_url(self, node: NodeFile) -> str:
        """Where the database is."""
        return node.database or f"sqlite:///{self.path / DATABASE}"

    def make(self) -> None:
        """Makes the folder, with no node in it yet. Refuses a folder that holds anything."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            occupied = any(self.path.iterdir())
        except OSError as error:
            raise Unavailable(
                f"{self.path} can't be made: {error.strerror}", code="folder", hint="Name a folder that you may write."
            ) from error
        if occupied:
            what = "a node is there already" if self.exists() else "it is not empty"
            raise Conflict(
                f"no node was made in {self.path}: {what}", code="folder-occupied", hint="Name a new folder."
            )
        self.path.chmod(0o700)
        self.key.parent.mkdir(mode=0o700)

    def finish(self, node: NodeFile) -> None:
        """Writes ``node.toml``: from here on the folder is a node's."""
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in msgspec.structs.asdict(node).items()
        ]
        write_private(self.path / NODE_FILE, ("\n".join(lines) + "\n").encode())

    def loose(self) -> Iterator[tuple[Path, str]]:
        """Paths that others on this machine may read or write, with their mode."""
        for path in (self.path, *sorted(self.path.rglob("*"))):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077 and not path.is_symlink():
                yield path, f"{mode:04o}"


def write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner may read, on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
