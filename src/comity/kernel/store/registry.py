"""Rows of the directory: parties, collections, access, tokens and settings. People's rows are in ``people``.

Here is only how they are kept. What makes a slug or a secret good, who is let in and for how long is said in
``kernel.directory``, which is the only caller. Secrets never come here: the columns named ``hash`` hold their SHA-256.

Invariants:

1. Whatever may change what a party sees (a party added, a ceiling, an access list, a community, whose client it is, its
   identity) calls ``regrant`` in the same transaction, so that no reader meets the new rule with the old grants.
2. ``version`` rises with every change made through this object. Whoever caches rows compares it, and so sees changes
   of its own process at once; changes by other processes it sees when it asks again (``kernel.directory`` asks at least
   once a second).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.objects.markings import Tlp
from comity.kernel.store import tables
from comity.kernel.store.types import Access, Collection, Community, Party, Token

Regrant = Callable[[Connection, int], None]


class Rows(Protocol):
    """How the registry reaches the database. ``write`` is one transaction under the store's write lock."""

    def read(self) -> AbstractContextManager[Connection]:
        """A connection on which only SELECT is run."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction: committed at the end of the block, rolled back by an error."""
        ...


class Registry:
    """Reads and writes the rows. Safe to use from several threads; every method is one transaction."""

    def __init__(self, rows: Rows, regrant: Regrant) -> None:
        self._rows = rows
        self._regrant = regrant
        self.version = 0

    # -- parties

    def parties(self) -> tuple[Party, ...]:
        """All parties, in the order they were added."""
        with self._rows.read() as connection:
            rows = connection.execute(select(tables.party).order_by(tables.party.c.id)).mappings()
            return tuple(_party(row) for row in rows)

    def party(self, *, slug: str | None = None, number: int | None = None, own: bool = False) -> Party | None:
        """One party by its slug, by its number, or the one that runs this node."""
        columns = tables.party.c
        query = select(tables.party)
        if slug is not None:
            query = query.where(columns.slug == slug)
        if number is not None:
            query = query.where(columns.id == number)
        if own:
            query = query.where(columns.own.is_(True))
        with self._rows.read() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return _party(row) if row else None

    def add_party(self, party: Party) -> Party:
        """Keeps a party; the number is given here. Slug and identity are one party's, and one party runs the node."""
        columns = tables.party.c
        values = {**_values(party, leave="id"), "tlp_max": int(party.tlp_max)}
        with self._rows.write() as connection:
            if party.own and _exists(connection, tables.party, columns.own.is_(True)):
                raise Conflict(
                    "this database belongs to a node already: it has its own party",
                    code="own-party-exists",
                    hint="A node is run by one party. Give another node a database of its own.",
                )
            if _exists(connection, tables.party, columns.slug == party.slug):
                raise Conflict(
                    f"a party '{party.slug}' is already there",
                    code="party-exists",
                    hint="Choose another slug; 'comity party list' shows those in use.",
                )
            if party.identity and _exists(connection, tables.party, columns.identity == party.identity):
                raise Conflict(
                    f"the identity {party.identity} belongs to another party",
                    code="identity-taken",
                    hint="An identity stands for one party only.",
                )
            number = _inserted(connection, tables.party, values)
            self._regrant(connection, number)
        self.version += 1
        return msgspec.structs.replace(party, id=number)

    def set_ceiling(self, party: Party, tlp_max: Tlp) -> Party:
        """Gives a party another TLP ceiling; its grants follow in the same transaction."""
        with self._rows.write() as connection:
            connection.execute(update(tables.party).where(tables.party.c.id == party.id).values(tlp_max=int(tlp_max)))
            self._regrant(connection, party.id)
        self.version += 1
        return msgspec.structs.replace(party, tlp_max=tlp_max)

    def set_identity(self, party: Party, identity: str) -> Party:
        """Says which STIX identity a party is; lists and agreements may name it by that."""
        columns = tables.party.c
        with self._rows.write() as connection:
            if _exists(connection, tables.party, (columns.identity == identity) & (columns.id != party.id)):
                raise Conflict(
                    f"the identity {identity} belongs to another party",
                    code="identity-taken",
                    hint="An identity stands for one party only.",
                )
            connection.execute(update(tables.party).where(columns.id == party.id).values(identity=identity))
            self._regrant(connection, party.id)
        self.version += 1
        return msgspec.structs.replace(party, identity=identity)

    def set_client(self, party: Party, of: int | None) -> Party:
        """Says whose client a party is; None: nobody's."""
        with self._rows.write() as connection:
            connection.execute(update(tables.party).where(tables.party.c.id == party.id).values(client_of=of))
            self._regrant(connection, party.id)
        self.version += 1
        return msgspec.structs.replace(party, client_of=of)

    # -- communities

    def communities(self) -> tuple[Community, ...]:
        """All communities, in the order they were added."""
        with self._rows.read() as connection:
            rows = connection.execute(select(tables.community).order_by(tables.community.c.id)).mappings()
            return tuple(Community(**row) for row in rows)

    def add_community(self, community: Community) -> Community:
        """Keeps a community without members; the number is given here."""
        with self._rows.write() as connection:
            if _exists(connection, tables.community, tables.community.c.slug == community.slug):
                raise Conflict(
                    f"a community '{community.slug}' is already there",
                    code="community-exists",
                    hint="Choose another slug; 'comity community list' shows those in use.",
                )
            number = _inserted(connection, tables.community, _values(community, leave="id"))
        self.version += 1
        return msgspec.structs.replace(community, id=number)

    def members(self, community: int) -> tuple[int, ...]:
        """The numbers of its parties."""
        columns = tables.community_member.c
        query = select(columns.party).where(columns.community == community).order_by(columns.party)
        with self._rows.read() as connection:
            return tuple(connection.execute(query).scalars())

    def join(self, community: int, party: int) -> bool:
        """A party is a member from now on; False where it was one."""
        columns = tables.community_member.c
        with self._rows.write() as connection:
            if _exists(
                connection, tables.community_member, (columns.community == community) & (columns.party == party)
            ):
                return False
            connection.execute(insert(tables.community_member).values(community=community, party=party))
            self._regrant(connection, party)
        self.version += 1
        return True

    def leave(self, community: int, party: int) -> bool:
        """A party is a member no more; False where it was none."""
        columns = tables.community_member.c
        with self._rows.write() as connection:
            gone = connection.execute(
                delete(tables.community_member).where(columns.community == community, columns.party == party)
            )
            if gone.rowcount != 1:
                return False
            self._regrant(connection, party)
        self.version += 1
        return True

    # -- collections and access

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they were added."""
        with self._rows.read() as connection:
            rows = connection.execute(select(tables.collection).order_by(tables.collection.c.id)).mappings()
            return tuple(_collection(row) for row in rows)

    def add_collection(self, collection: Collection, access: Sequence[tuple[int, bool, bool]]) -> Collection:
        """Keeps a collection with its first access list of (party, read, write); the number is given here."""
        columns = tables.collection.c
        values = {**_values(collection, leave="id"), "tlp": int(collection.tlp)}
        with self._rows.write() as connection:
            if _exists(connection, tables.collection, columns.slug == collection.slug):
                raise Conflict(
                    f"a collection '{collection.slug}' is already there",
                    code="collection-exists",
                    hint="Choose another slug; 'comity collection list' shows those in use.",
                )
            if _exists(connection, tables.collection, columns.uuid == collection.uuid):
                raise Conflict(
                    f"a collection with the id {collection.uuid} is already there",
                    code="collection-id-taken",
                    hint="Leave --id out to have one made.",
                )
            number = _inserted(connection, tables.collection, values)
            for party, read, write in access:
                connection.execute(insert(tables.access).values(collection=number, party=party, read=read, write=write))
                self._regrant(connection, party)
        self.version += 1
        return msgspec.structs.replace(collection, id=number)

    def access(self, *, collection: int | None = None, party: int | None = None) -> tuple[Access, ...]:
        """The access list of a collection, or of a party, or both."""
        columns = tables.access.c
        query = select(tables.access).order_by(columns.collection, columns.party)
        if collection is not None:
            query = query.where(columns.collection == collection)
        if party is not None:
            query = query.where(columns.party == party)
        with self._rows.read() as connection:
            return tuple(Access(**row) for row in connection.execute(query).mappings())

    def set_access(self, access: Access) -> None:
        """Replaces what one party may do in one collection; its grants follow in the same transaction."""
        columns = tables.access.c
        with self._rows.write() as connection:
            connection.execute(
                delete(tables.access).where(columns.collection == access.collection, columns.party == access.party)
            )
            connection.execute(insert(tables.access).values(**_values(access)))
            self._regrant(connection, access.party)
        self.version += 1

    # -- tokens

    def token(self, token_hash: bytes) -> tuple[Token, Party] | None:
        """The token with this hash and its party: one look-up by unique index, on the path of requests."""
        query = (
            select(tables.token, *(column.label(f"party_{column.name}") for column in tables.party.c))
            .join(tables.party, tables.party.c.id == tables.token.c.party)
            .where(tables.token.c.hash == token_hash)
        )
        with self._rows.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return _token(row), _party({column.name: row[f"party_{column.name}"] for column in tables.party.c})

    def tokens(self, *, party: int | None = None, number: int | None = None) -> tuple[Token, ...]:
        """Tokens, oldest first; of one party, or the one with this number."""
        query = select(tables.token).order_by(tables.token.c.id)
        if party is not None:
            query = query.where(tables.token.c.party == party)
        if number is not None:
            query = query.where(tables.token.c.id == number)
        with self._rows.read() as connection:
            return tuple(_token(row) for row in connection.execute(query).mappings())

    def add_token(self, token: Token) -> Token:
        """Keeps a token; the number is given here."""
        with self._rows.write() as connection:
            number = _inserted(connection, tables.token, _values(token, leave="id"))
        self.version += 1
        return msgspec.structs.replace(token, id=number)

    def revoke_token(self, number: int, at: Micros) -> Token:
        """Revokes; the first revocation's moment stands."""
        columns = tables.token.c
        with self._rows.write() as connection:
            connection.execute(
                update(tables.token).where(columns.id == number, columns.revoked.is_(None)).values(revoked=at)
            )
            row = connection.execute(select(tables.token).where(columns.id == number)).mappings().first()
        self.version += 1
        if row is None:
            raise NotFound(
                f"there is no token {number}", hint="'comity token list' shows the tokens and their numbers."
            )
        return _token(row)

    def touch_tokens(self, used: Mapping[int, Micros]) -> None:
        """Writes when tokens were last used. Not a change that anyone caches: ``version`` stays."""
        columns = tables.token.c
        with self._rows.write() as connection:
            for number, at in used.items():
                connection.execute(update(tables.token).where(columns.id == number).values(last_used=at))

    # -- settings

    def setting(self, name: str) -> bytes | None:
        """A value that the node keeps about itself."""
        with self._rows.read() as connection:
            return connection.execute(select(tables.setting.c.value).where(tables.setting.c.name == name)).scalar()

    def put_setting(self, name: str, value: bytes) -> None:
        """Keeps a value; an earlier one is replaced."""
        with self._rows.write() as connection:
            connection.execute(delete(tables.setting).where(tables.setting.c.name == name))
            connection.execute(insert(tables.setting).values(name=name, value=value))
        self.version += 1


def _values(struct: msgspec.Struct, *, leave: str = "") -> dict[str, Any]:
    """A row from a struct; the number is left to the database."""
    return {name: value for name, value in msgspec.structs.asdict(struct).items() if name != leave}


def _party(row: Mapping[Any, Any]) -> Party:
    return Party(**{**row, "tlp_max": Tlp(row["tlp_max"])})


def _collection(row: Mapping[Any, Any]) -> Collection:
    return Collection(**{**row, "tlp": Tlp(row["tlp"])})


def _token(row: Mapping[Any, Any]) -> Token:
    return Token(**{name: row[name] for name in Token.__struct_fields__})


def _exists(connection: Connection, table: Table, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(1).select_from(table).where(condition)).first() is not None


def _inserted(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Writes the row; the number that the database gave it."""
    key: Any = connection.execute(insert(table).values(**values)).inserted_primary_key
    return int(key[0])
