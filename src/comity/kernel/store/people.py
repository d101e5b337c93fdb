"""Rows of the people of the own party: accounts, credentials, links, sessions, passkeys, signing keys, challenges, rates.

Here is only how they are kept. Who is let in, and what is asked of them before, is said in ``kernel.directory``, which is
the only caller. Secrets never come here in the clear: columns named ``hash`` hold a SHA-256, passwords are Argon2id, what
must be read again is sealed.

Invariants:

1. A change is one transaction under the store's write lock (``People.change``), and the leaf that states it is written in
   that same transaction: there is no change without its leaf, and no leaf without its change.
2. Links and challenges are taken at most once, and a TOTP time step is used at most once: each is one conditional statement
   under that lock.
3. ``version`` rises with every change made through this object; whoever caches rows compares it (see ``registry``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from comity.kernel.base.clock import Micros
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store import tables
from comity.kernel.store.events import Events
from comity.kernel.store.registry import Rows
from comity.kernel.store.types import Account, Challenge, Credentials, Passkey, Session, SigningKey

_PUBLIC_KEY: Final = [tables.signing_key.c[name] for name in SigningKey.__struct_fields__]


class People:
    """Reads the rows, and begins changes. Safe to use from several threads."""

    def __init__(self, rows: Rows, events: Events) -> None:
        self._rows = rows
        self._events = events
        self.version = 0

    @contextmanager
    def change(self) -> "Iterator[Change]":
        """One transaction: everything in the block, or nothing."""
        with self._rows.write() as connection:
            yield Change(connection, self._events)
        self.version += 1

    @contextmanager
    def count(self) -> "Iterator[Change]":
        """A transaction that changes nothing anyone caches: rates, challenges, when a session was last seen."""
        with self._rows.write() as connection:
            yield Change(connection, self._events)

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, oldest first."""
        with self._rows.read() as connection:
            rows = connection.execute(select(tables.account).order_by(tables.account.c.id)).mappings()
            return tuple(_account(row) for row in rows)

    def account(self, number: int) -> Account | None:
        """The account of this number."""
        with self._rows.read() as connection:
            return _account_of(connection, number)

    def credentials(self, number: int) -> Credentials | None:
        """What this account is checked against."""
        with self._rows.read() as connection:
            return _credentials(connection, number)

    def link(self, link_hash: bytes, at: Micros) -> tuple[str, Account] | None:
        """What a link that still holds is for, and whom."""
        with self._rows.read() as connection:
            return _link(connection, link_hash, at)

    def session(self, cookie_hash: bytes) -> tuple[Session, Account] | None:
        """The session with this hash and its account."""
        with self._rows.read() as connection:
            query = select(tables.session).where(tables.session.c.hash == cookie_hash)
            found = connection.execute(query).mappings().first()
            account = _account_of(connection, found["account"]) if found else None
        return (Session(**found), account) if found and account else None

    def sessions(self, account: int, at: Micros) -> tuple[Session, ...]:
        """The sessions of a person that have not expired, the latest first."""
        columns = tables.session.c
        query = (
            select(tables.session)
            .where(columns.account == account, columns.expires > at)
            .order_by(columns.created.desc(), columns.hash)
        )
        with self._rows.read() as connection:
            return tuple(Session(**row) for row in connection.execute(query).mappings())

    def passkeys(self, account: int) -> tuple[Passkey, ...]:
        """The passkeys of a person, oldest first."""
        columns = tables.passkey.c
        query = select(tables.passkey).where(columns.account == account).order_by(columns.created, columns.id)
        with self._rows.read() as connection:
            return tuple(Passkey(**row) for row in connection.execute(query).mappings())

    def passkey(self, passkey_id: bytes) -> tuple[Passkey, Account] | None:
        """The passkey with this credential id, and whose it is."""
        with self._rows.read() as connection:
            query = select(tables.passkey).where(tables.passkey.c.id == passkey_id)
            found = connection.execute(query).mappings().first()
            account = _account_of(connection, found["account"]) if found else None
        return (Passkey(**found), account) if found and account else None

    def signing_keys(self, account: int) -> tuple[SigningKey, ...]:
        """The signing keys of a person, oldest first; retired ones are among them."""
        with self._rows.read() as connection:
            return _signing_keys(connection, account)

    def signing_key(self, number: int) -> SigningKey | None:
        """One signing key, whoever's it is."""
        query = select(*_PUBLIC_KEY).where(tables.signing_key.c.id == number)
        with self._rows.read() as connection:
            row = connection.execute(query).mappings().first()
        return SigningKey(**row) if row else None

    def sealed_key(self, account: int) -> tuple[SigningKey, bytes] | None:
        """The Ed25519 key that this person signs with now, and its private half as it is sealed."""
        with self._rows.read() as connection:
            return _sealed_key(connection, account)

    def challenge(self, challenge_hash: bytes, at: Micros) -> Challenge | None:
        """A challenge that has not expired; it stays where it is."""
        with self._rows.read() as connection:
            return _challenge(connection, challenge_hash, at)

    def bucket(self, key: bytes) -> tuple[int, Micros] | None:
        """How much of a bucket was used, and when."""
        with self._rows.read() as connection:
            return _bucket(connection, key)


class Change:
    """What can be done inside one transaction."""

    def __init__(self, connection: Connection, events: Events) -> None:
        self._connection = connection
        self._events = events

    def note(self, account: Account, act: str, *, by: str, actor: int | None, detail: str = "") -> None:
        """The leaf that states this change."""
        fields = {"account": account.name, "act": act, "by": by, "detail": detail}
        self._events.note(self._connection, LeafKind.ACCOUNT, fields, actor)

    # -- accounts

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, as this transaction sees them."""
        rows = self._connection.execute(select(tables.account).order_by(tables.account.c.id)).mappings()
        return tuple(_account(row) for row in rows)

    def credentials(self, number: int) -> Credentials | None:
        """What an account is checked against, as this transaction sees it."""
        return _credentials(self._connection, number)

    def add_account(self, account: Account) -> int:
        """Keeps an account; the number that the database gave it."""
        values = {
            "name": account.name,
            "roles": " ".join(account.roles),
            "created": account.created,
            "disabled": account.disabled,
            "language": account.language,
        }
        key: Any = self._connection.execute(insert(tables.account).values(**values)).inserted_primary_key
        return int(key[0])

    def set_roles(self, account: int, roles: tuple[str, ...]) -> None:
        """Replaces the roles of an account."""
        self._set(account, roles=" ".join(roles))

    def set_disabled(self, account: int, *, disabled: bool) -> None:
        """Disables an account, or enables it."""
        self._set(account, disabled=disabled)

    def set_language(self, account: int, language: str) -> None:
        """The language of the pages for this person."""
        self._set(account, language=language)

    def set_password(self, account: int, password: str | None) -> None:
        """The hash of a password, or none."""
        self._set(account, password=password)

    def set_totp(self, account: int, totp: bytes | None, step: int | None) -> None:
        """The sealed secret of TOTP and the last step used, or none."""
        self._set(account, totp=totp, totp_step=step)

    def use_totp_step(self, account: int, step: int) -> bool:
        """Marks a time step and all before it as used; False where it was already."""
        columns = tables.account.c
        unused = or_(columns.totp_step.is_(None), columns.totp_step < step)
        query = update(tables.account).where(columns.id == account, unused).values(totp_step=step)
        return self._connection.execute(query).rowcount == 1

    def _set(self, account: int, **values: Any) -> None:
        self._connection.execute(update(tables.account).where(tables.account.c.id == account).values(**values))

    # -- links

    def add_link(self, link_hash: bytes, account: int, purpose: str, created: Micros, expires: Micros) -> None:
        """Keeps a one-time link by its hash."""
        values = {"account": account, "purpose": purpose, "created": created, "expires": expires, "used": None}
        self._connection.execute(insert(tables.link).values(hash=link_hash, **values))

    def take_link(self, link_hash: bytes, at: Micros) -> tuple[str, Account] | None:
        """Uses a link up and says what it was for, and whom. None, and nothing done, where it does not hold: used, expired,
        unknown, or of a disabled account.
        """
        found = _link(self._connection, link_hash, at)
        columns = tables.link.c
        taken = update(tables.link).where(columns.hash == link_hash, columns.used.is_(None)).values(used=at)
        return found if found and self._connection.execute(taken).rowcount == 1 else None

    def drop_links(self, account: int, purpose: str | None = None) -> None:
        """Removes the unused links of a person: all, or those for one purpose."""
        columns = tables.link.c
        query = delete(tables.link).where(columns.account == account, columns.used.is_(None))
        self._connection.execute(query.where(columns.purpose == purpose) if purpose else query)

    # -- sessions

    def add_session(self, session: Session) -> None:
        """Keeps a session."""
        values = {name: getattr(session, name) for name in Session.__struct_fields__}
        self._connection.execute(insert(tables.session).values(**values))

    def has_session(self, cookie_hash: bytes, account: int) -> bool:
        """Whether this session of this person stands."""
        columns = tables.session.c
        query = select(columns.hash).where(columns.hash == cookie_hash, columns.account == account)
        return self._connection.execute(query).first() is not None

    def confirm_session(self, cookie_hash: bytes, at: Micros) -> bool:
        """Marks that the person proved who they are; False where the session is gone."""
        query = update(tables.session).where(tables.session.c.hash == cookie_hash).values(confirmed=at, seen=at)
        return self._connection.execute(query).rowcount == 1

    def touch_session(self, cookie_hash: bytes, at: Micros) -> None:
        """Marks when a session was last seen."""
        self._connection.execute(update(tables.session).where(tables.session.c.hash == cookie_hash).values(seen=at))

    def end_session(self, cookie_hash: bytes) -> bool:
        """Ends a session; False where there is none."""
        return self._removed(delete(tables.session).where(tables.session.c.hash == cookie_hash)) == 1

    def end_sessions(self, account: int, *, but: bytes | None = None) -> int:
        """Ends the sessions of a person, but for one; how many there were."""
        query = delete(tables.session).where(tables.session.c.account == account)
        return self._removed(query.where(tables.session.c.hash != but) if but else query)

    # -- passkeys and signing keys

    def has_passkey(self, passkey_id: bytes) -> bool:
        """Whether a credential with this id is kept, whoever's it is."""
        query = select(tables.passkey.c.id).where(tables.passkey.c.id == passkey_id)
        return self._connection.execute(query).first() is not None

    def passkey_count(self, account: int) -> int:
        """How many passkeys a person has."""
        query = select(func.count()).select_from(tables.passkey).where(tables.passkey.c.account == account)
        return int(self._connection.execute(query).scalar_one())

    def add_passkey(self, passkey: Passkey) -> None:
        """Keeps a passkey."""
        values = {name: getattr(passkey, name) for name in Passkey.__struct_fields__}
        self._connection.execute(insert(tables.passkey).values(**values))

    def use_passkey(self, passkey_id: bytes, before: int, count: int, at: Micros) -> bool:
        """Marks a use of a passkey whose counter stood at ``before``; False where it does not stand there any more."""
        columns = tables.passkey.c
        query = update(tables.passkey).where(columns.id == passkey_id, columns.count == before)
        return self._connection.execute(query.values(count=count, used=at)).rowcount == 1

    def drop_passkey(self, passkey_id: bytes) -> bool:
        """Removes a passkey; False where there is none."""
        return self._removed(delete(tables.passkey).where(tables.passkey.c.id == passkey_id)) == 1

    def drop_passkeys(self, account: int) -> int:
        """Removes all passkeys of a person; how many there were."""
        return self._removed(delete(tables.passkey).where(tables.passkey.c.account == account))

    def sealed_key(self, account: int) -> tuple[SigningKey, bytes] | None:
        """The Ed25519 key that a person signs with now, as this transaction sees it."""
        return _sealed_key(self._connection, account)

    def add_signing_key(self, account: int, kind: str, public: bytes, sealed: bytes | None, created: Micros) -> int:
        """Keeps a signing key; the number that the database gave it."""
        values = {"account": account, "kind": kind, "public": public, "sealed": sealed, "created": created}
        key: Any = self._connection.execute(insert(tables.signing_key).values(**values)).inserted_primary_key
        return int(key[0])

    def seal_again(self, number: int, sealed: bytes) -> None:
        """Replaces the sealed private half of a key."""
        query = update(tables.signing_key).where(tables.signing_key.c.id == number)
        self._connection.execute(query.values(sealed=sealed))

    def retire_signing_keys(self, account: int, at: Micros, *, public: bytes | None = None) -> int:
        """Retires the keys that a person signs with now, or the one with this public half; the private half is destroyed.
        How many there were.
        """
        columns = tables.signing_key.c
        query = update(tables.signing_key).where(columns.account == account, columns.retired.is_(None))
        query = query.where(columns.public == public) if public else query
        return self._connection.execute(query.values(retired=at, sealed=None)).rowcount

    # -- challenges and rates

    def add_challenge(self, challenge_hash: bytes, challenge: Challenge) -> None:
        """Keeps a challenge."""
        values = {name: getattr(challenge, name) for name in Challenge.__struct_fields__}
        self._connection.execute(insert(tables.challenge).values(hash=challenge_hash, **values))

    def take_challenge(self, challenge_hash: bytes, at: Micros) -> Challenge | None:
        """Takes a challenge away; None where there is none or it has expired."""
        found = _challenge(self._connection, challenge_hash, at)
        taken = self._removed(delete(tables.challenge).where(tables.challenge.c.hash == challenge_hash))
        return found if taken else None

    def drop_challenges(self, account: int) -> None:
        """Removes every challenge of a person."""
        self._connection.execute(delete(tables.challenge).where(tables.challenge.c.account == account))

    def has_challenge(self, challenge_hash: bytes) -> bool:
        """Whether a challenge with this hash is kept, expired or not."""
        query = select(tables.challenge.c.hash).where(tables.challenge.c.hash == challenge_hash)
        return self._connection.execute(query).first() is not None

    def bucket(self, key: bytes) -> tuple[int, Micros] | None:
        """How much of a bucket was used and when, as this transaction sees it."""
        return _bucket(self._connection, key)

    def set_bucket(self, key: bytes, used: int, at: Micros) -> None:
        """Replaces what is kept of a bucket; an empty one is not kept."""
        self._connection.execute(delete(tables.attempt).where(tables.attempt.c.bucket == key))
        if used > 0:
            self._connection.execute(insert(tables.attempt).values(bucket=key, used=used, at=at))

    def drop_expired(self, at: Micros) -> int:
        """Removes sessions, links and challenges that have expired and buckets that have run empty; how many."""
        attempt = tables.attempt.c
        expired: list[ColumnElement[bool]] = [
            tables.session.c.expires <= at,
            tables.link.c.expires <= at,
            tables.challenge.c.expires <= at,
            attempt.at + attempt.used <= at,
        ]
        kept = (tables.session, tables.link, tables.challenge, tables.attempt)
        return sum(self._removed(delete(table).where(over)) for table, over in zip(kept, expired, strict=True))

    def _removed(self, query: Any) -> int:
        return int(self._connection.execute(query).rowcount)


def _account(row: Mapping[Any, Any]) -> Account:
    """Without its credentials: they are read where they are checked."""
    fields = {name: row[name] for name in Account.__struct_fields__}
    return Account(**{**fields, "roles": tuple(str(row["roles"]).split())})


def _account_of(connection: Connection, number: int) -> Account | None:
    row = connection.execute(select(tables.account).where(tables.account.c.id == number)).mappings().first()
    return _account(row) if row else None


def _credentials(connection: Connection, number: int) -> Credentials | None:
    row = connection.execute(select(tables.account).where(tables.account.c.id == number)).mappings().first()
    if row is None:
        return None
    totp = bytes(row["totp"]) if row["totp"] is not None else None
    return Credentials(_account(row), row["password"], totp, row["totp_step"])


def _link(connection: Connection, link_hash: bytes, at: Micros) -> tuple[str, Account] | None:
    columns, account = tables.link.c, tables.account.c
    query = (
        select(columns.purpose, columns.account)
        .join(tables.account, account.id == columns.account)
        .where(columns.hash == link_hash, columns.used.is_(None), columns.expires > at, account.disabled.is_(False))
    )
    row = connection.execute(query).first()
    found = _account_of(connection, row.account) if row else None
    return (row.purpose, found) if row and found else None


def _signing_keys(connection: Connection, account: int) -> tuple[SigningKey, ...]:
    columns = tables.signing_key.c
    query = select(*_PUBLIC_KEY).where(columns.account == account).order_by(columns.id)
    return tuple(SigningKey(**row) for row in connection.execute(query).mappings())


def _sealed_key(connection: Connection, account: int) -> tuple[SigningKey, bytes] | None:
    columns = tables.signing_key.c
    mine = (columns.account == account, columns.retired.is_(None), columns.sealed.is_not(None))
    row = connection.execute(select(tables.signing_key).where(*mine).order_by(columns.id.desc())).mappings().first()
    if row is None:
        return None
    return SigningKey(**{name: row[name] for name in SigningKey.__struct_fields__}), bytes(row["sealed"])


def _challenge(connection: Connection, challenge_hash: bytes, at: Micros) -> Challenge | None:
    columns = tables.challenge.c
    query = select(tables.challenge).where(columns.hash == challenge_hash, columns.expires > at)
    row = connection.execute(query).mappings().first()
    return Challenge(**{name: row[name] for name in Challenge.__struct_fields__}) if row else None


def _bucket(connection: Connection, key: bytes) -> tuple[int, Micros] | None:
    columns = tables.attempt.c
    row = connection.execute(select(columns.used, columns.at).where(columns.bucket == key)).first()
    return (int(row.used), int(row.at)) if row else None
