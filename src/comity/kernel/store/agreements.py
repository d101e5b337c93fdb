"""Agreements as rows: each version with its text, its articles as data, and since when it is signed, suspended, withdrawn.

Of each name one version counts: the newest that we have signed. Every change is a leaf, and the grants follow in the same
transaction. What makes a text good, and who may sign, is said in ``kernel.directory``, which is the only caller.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.binding import Names
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.events import Events
from comity.kernel.store.grants import Grants
from comity.kernel.store.standings import everybody, names_of
from comity.kernel.store.types import AgreementRow, Draft

_DATES: Final = "ours, theirs, suspended, withdrawn, superseded"
_COLUMNS: Final = f"name, version, title, text, articles, object, digest, made, made_by, {_DATES}"
_ALL = Sql(f"SELECT {_COLUMNS} FROM agreement WHERE superseded IS NULL ORDER BY name")
_ONE = Sql(f"SELECT {_COLUMNS} FROM agreement WHERE superseded IS NULL AND name = :name")
_VERSIONS = Sql(f"SELECT {_COLUMNS} FROM agreement WHERE name = :name ORDER BY version DESC")
_SAME = Sql("SELECT digest FROM agreement WHERE name = :name AND version = :version")
_NEWER = Sql("SELECT 1 FROM agreement WHERE name = :name AND version > :version AND superseded IS NULL")
_ADD = Sql(
    "INSERT INTO agreement (name, version, title, text, articles, object, digest, made, made_by, ours, theirs, suspended, "
    "withdrawn, superseded) VALUES (:name, :version, :title, :text, :articles, :object, :digest, :made, :made_by, :ours, "
    ":theirs, :suspended, :withdrawn, :superseded)"
)
_SIGNED = Sql(
    "UPDATE agreement SET ours = coalesce(ours, :ours), theirs = coalesce(theirs, :theirs) "
    "WHERE name = :name AND version = :version"
)
_SUPERSEDE = Sql(
    "UPDATE agreement SET superseded = :at WHERE name = :name AND version < :version AND superseded IS NULL"
)
_SUSPEND = Sql("UPDATE agreement SET suspended = :at WHERE name = :name AND superseded IS NULL AND suspended IS NULL")
_RESUME = Sql(
    "UPDATE agreement SET suspended = NULL WHERE name = :name AND superseded IS NULL AND suspended IS NOT NULL"
)
_WITHDRAW = Sql("UPDATE agreement SET withdrawn = :at WHERE name = :name AND superseded IS NULL AND withdrawn IS NULL")
_KEEP_DRAFT = Sql(
    "INSERT INTO agreement_draft (name, text, account, at) VALUES (:name, :text, :account, :at) "
    "ON CONFLICT (name) DO UPDATE SET text = excluded.text, account = excluded.account, at = excluded.at"
)
_DRAFTS = Sql("SELECT name, text, account, at FROM agreement_draft ORDER BY name")
_DRAFT = Sql("SELECT name, text, account, at FROM agreement_draft WHERE name = :name")
_DROP_DRAFT = Sql("DELETE FROM agreement_draft WHERE name = :name")
_decode = msgspec.json.Decoder(Agreement).decode


class Agreements:
    """Reads and writes the rows. Safe to use from several threads."""

    def __init__(self, database: Database, grants: Grants, events: Events, clock: Clock) -> None:
        self._database = database
        self._grants = grants
        self._events = events
        self._clock = clock

    # -- reading

    def all(self) -> tuple[AgreementRow, ...]:
        """The version that counts of each agreement, by name."""
        with self._database.snapshot() as reader:
            return tuple(_row(row) for row in reader.all(_ALL))

    def get(self, name: str) -> AgreementRow:
        """The version that counts; NotFound where there is no agreement of this name."""
        with self._database.snapshot() as reader:
            return _one(reader, name)

    def versions(self, name: str) -> tuple[AgreementRow, ...]:
        """All versions, the newest first; none where there is no agreement of this name."""
        with self._database.snapshot() as reader:
            return tuple(_row(row) for row in reader.all(_VERSIONS, {"name": name}))

    def names(self) -> Names:
        """The directory as an agreement's names are resolved in it."""
        with self._database.snapshot() as reader:
            return names_of(reader)

    # -- writing

    def enact(self, writer: Reader, row: AgreementRow, by: str, account: int | None) -> None:
        """Keep a version, in the caller's transaction. Of one that is kept already only the signatures' dates are added.

        Conflict where another content is kept under the same version.
        """
        same = writer.value(_SAME, {"name": row.name, "version": row.version})
        if same is not None and bytes(same) != row.digest:
            raise Conflict(
                f"another text is kept as this version of the agreement '{row.name}'",
                code="agreement-version",
                hint="Sign it anew, so that it becomes a version of its own.",
            )
        place = {"name": row.name, "version": row.version}
        now = self._clock.now()
        before = everybody(writer)
        if same is not None:
            writer.run(_SIGNED, {**place, "ours": row.ours, "theirs": row.theirs})
        else:
            late = writer.one(_NEWER, place) is not None
            values = msgspec.structs.asdict(row)
            del values["agreement"]
            articles = msgspec.json.encode(row.agreement).decode()
            stamps = {"made": now, "made_by": by, "superseded": now if late else None}
            writer.run(_SUPERSEDE, {**place, "at": now})
            writer.run(_ADD, {**values, **stamps, "articles": articles})
        self._note(writer, "signed" if same is not None else "enacted", row, by, account)
        self._grants.regrant_agreement(writer, row.name, before)

    def suspend(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """From now on it releases nothing, until it is resumed. Conflict where it is suspended."""
        return self._change(_SUSPEND, "suspended", name, by, account, f"the agreement '{name}' is suspended already")

    def resume(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """It releases again. Conflict where it is not suspended."""
        return self._change(_RESUME, "resumed", name, by, account, f"the agreement '{name}' is not suspended")

    def withdraw(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """It never releases anything again. Conflict where it is withdrawn."""
        return self._change(_WITHDRAW, "withdrawn", name, by, account, f"the agreement '{name}' is withdrawn already")

    def _change(self, sql: Sql, act: str, name: str, by: str, account: int | None, refusal: str) -> AgreementRow:
        with self._database.writer() as writer:
            held, before = _one(writer, name), everybody(writer)
            values: Mapping[str, object] = {"name": name}
            if sql is not _RESUME:
                values = {**values, "at": self._clock.now()}
            if writer.run(sql, values) != 1:
                raise Conflict(refusal, code="agreement-state", hint="'comity agreement show' says how it stands.")
            self._note(writer, act, held, by, account)
            self._grants.regrant_agreement(writer, name, before)
            return _one(writer, name)

    def _note(self, writer: Reader, act: str, row: AgreementRow, by: str, account: int | None) -> None:
        fields = {
            "act": act,
            "agreement": row.name,
            "by": by,
            "digest": f"sha256:{row.digest.hex()}",
            "object": row.object,
        }
        self._events.note(writer, LeafKind.AGREEMENT, fields, account)

    # -- drafts

    def keep_draft(self, name: str, text: str, account: int) -> None:
        """Keep the text of an agreement that is being written; an earlier one of the name is replaced."""
        with self._database.writer() as writer:
            writer.run(_KEEP_DRAFT, {"name": name, "text": text, "account": account, "at": self._clock.now()})

    def drafts(self) -> tuple[Draft, ...]:
        """All drafts, by name."""
        with self._database.snapshot() as reader:
            return tuple(Draft(*row) for row in reader.all(_DRAFTS))

    def draft(self, name: str) -> Draft | None:
        """One draft."""
        with self._database.snapshot() as reader:
            row = reader.one(_DRAFT, {"name": name})
        return Draft(*row) if row else None

    def drop_draft(self, name: str) -> bool:
        """Forget a draft; whether there was one."""
        with self._database.writer() as writer:
            return writer.run(_DROP_DRAFT, {"name": name}) == 1


def _one(reader: Reader, name: str) -> AgreementRow:
    row = reader.one(_ONE, {"name": name})
    if row is None:
        raise NotFound(f"there is no agreement '{name}'", hint="'comity agreement list' shows those there are.")
    return _row(row)


def _row(row: Row) -> AgreementRow:
    name, version, title, text, articles, object_id, digest, made, made_by, *dates = row
    ours, theirs, suspended, withdrawn, superseded = dates
    return AgreementRow(
        name=name,
        version=version,
        title=title,
        text=text,
        agreement=_decode(articles),
        object=object_id,
        digest=bytes(digest),
        made=made,
        made_by=made_by,
        ours=ours,
        theirs=theirs,
        suspended=suspended,
        withdrawn=withdrawn,
        superseded=superseded,
    )
